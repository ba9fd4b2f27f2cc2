"""Where another project's tests say what it derives from a body, ours agrees, or the table says why it does not."""

import json
import re
from pathlib import Path

import pytest
from corpora_agreement import IMPACTS, STATES, ours
from mappings_corpora import CORPORA, events_of

from core.model import Event

_ATTRIBUTE = re.compile(r"data\['alert'\]\['(\w+)'\](?:\['(.+)'\])?")


def expectations() -> list[tuple[str, str, object]]:
    """Each file, an attribute of Alerta's alert, and one value that it expects there."""
    found = []
    for path in sorted(CORPORA.glob("*/*/expected.json")):
        for name, cases in json.loads(path.read_text()).items():
            file = str((path.parent / name).relative_to(CORPORA))
            for said, values in (pair for case in cases for pair in case["expect"].items()):
                if fits := _ATTRIBUTE.fullmatch(said):
                    attribute = ".".join(filter(None, fits.groups()))
                    found += [(file, attribute, value) for value in values]
    return found


def says(event: Event, field: str, expected: str) -> bool:
    """Whether the event's field says what is expected, or that is a part of it."""
    if field == "state":
        return event.state == STATES[expected]
    if field == "severity":
        return event.state == STATES[expected] if expected in STATES else event.impact == IMPACTS[expected]
    name, _, label = field.partition(".")
    value = getattr(event, name)
    text = str(value.get(label, "") if label else value or "")
    return bool(text) and (expected in text or text in expected)


@pytest.mark.parametrize(("file", "attribute", "expected"), expectations())
def test_our_event_says_the_same_or_the_table_says_why_not(file: str, attribute: str, expected: object) -> None:
    field = ours(file, attribute).replace("labels.*", f"labels.{attribute.partition('.')[2]}")
    assert field, f"corpora_agreement.py has no row for {file}, {attribute}"
    if not field.startswith("differs: "):
        values = expected if isinstance(expected, list) else [expected]
        assert any(says(event, field, str(value)) for event in events_of(file) for value in values)


def test_every_file_of_expectations_is_read() -> None:
    read = {str(Path(file).parent) for file, _, _ in expectations()}
    assert read == {str(path.parent.relative_to(CORPORA)) for path in CORPORA.glob("*/*/expected.json")}
