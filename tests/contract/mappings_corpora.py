"""Reading the corpora, which are beside the repository and not in it."""

import json
from functools import cache
from pathlib import Path

from corpora_tables import DECLINED, REVIEWED, UNMAPPED
from mappings_fixtures import delivery

from core.model import Event, Normalized
from core.ports import UnmappedError
from rung.live import packaged

CORPORA = Path(__file__).resolve().parents[3] / "shared" / "corpora"
_NO_BODIES = ("openapi/", "README.md")
_NO_BODY = ("expected.json", "_expected.json")


@cache
def bodies() -> tuple[str, ...]:
    """Every body, by its path in the corpora: no contracts, no expectations, no headers."""
    files = (str(path.relative_to(CORPORA)) for path in sorted(CORPORA.rglob("*")) if path.is_file())
    return tuple(
        file
        for file in files
        if not file.startswith(_NO_BODIES) and Path(file).name not in _NO_BODY and not file.endswith(".headers.json")
    )


def headers(file: str) -> dict[str, str]:
    """The headers that belong to a body: JSON, and those that stand beside it."""
    beside = (CORPORA / file).with_suffix(".headers.json")
    return {"content-type": "application/json"} | (json.loads(beside.read_text()) if beside.exists() else {})


def normalized(source: str, file: str) -> Normalized:
    """What the source's mapping makes of the body; raises `UnmappedError`."""
    return packaged()[source].bind(source).events(delivery((CORPORA / file).read_bytes(), headers(file)))


def events_of(file: str) -> tuple[Event, ...]:
    """The Events of a body, by the source that the tables name for it; none where it is declined or not understood."""
    told = UNMAPPED.get(file) or DECLINED.get(file)
    source = told[0] if told else next(one for one, table in REVIEWED.items() if file in table)
    try:
        return normalized(source, file).events
    except UnmappedError as error:
        return error.understood.events if error.understood else ()
