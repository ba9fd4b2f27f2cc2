"""What is stored, as JSON for others to read: one ticket whole, or everything, a line for each row."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime

from sqlalchemy import Engine

from core.desk import NotFoundError
from core.store import database
from core.store import export as stored
from rung import __version__


def ticket(engine: Engine, key: str) -> dict[str, object]:
    """Everything about a ticket, by its number or the key of a record of it; raises `NotFoundError`."""
    with _snapshot(engine).connect() as connection:
        number = stored.find(connection, key)
        if number is None:
            raise NotFoundError(f"There is no ticket {key}, and none with a record of that key.")
        found = stored.of_ticket(connection, number)
        return {**_head(database.revision(connection)), **{name: _plain(rows) for name, rows in found.items()}}


def everything(engine: Engine, only: Iterable[str] = ()) -> Iterator[str]:
    """Lines of JSON: of which Rung and when, then every row of each table as it stood at that moment, and at the end
    how many there were of each; a file without that last line is not whole.
    """
    counts: Counter[str] = Counter()
    with _snapshot(engine).connect() as connection:
        stored.read_slowly(connection)
        yield line(_head(database.revision(connection)))
        for name in tuple(only) or stored.TABLES:
            counts[name] = 0
            for row in stored.rows(connection, name):
                counts[name] += 1
                yield line({"table": name, "row": row})
    yield line({"rows": counts})


def line(value: object) -> str:
    """A value on one line of JSON."""
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))


def _snapshot(engine: Engine) -> Engine:
    """All is read as it stood at one moment, and nothing can be changed."""
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _head(schema: str) -> dict[str, object]:
    return {"rung": __version__, "schema": schema, "at": datetime.now(UTC)}


def _plain(value: object) -> object:
    """As JSON can hold it: moments in ISO 8601 and UTC; bytes as their text, else {"base64": ...}."""
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return _text(value) if isinstance(value, bytes) else value


def _text(value: bytes) -> object:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode()}
