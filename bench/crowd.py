"""A crowd of open tickets: rows that Rung's own code has written for a few, copied with names of their own.

A few tickets live through intake, step, sweep and report as any do. What stands of each in the database is taken as
text, its identities and moments are marked, and COPY writes it back as often as it is wanted: a million open tickets
with their running clocks, timelines and ledgers in minutes instead of hours. `bench.likeness` shows that a copy steps
as what it was copied from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

Connection = psycopg.Connection[TupleRow]

TABLES = ("tickets", "alerts", "records", "timers", "timeline", "actions")
_NUMBERED = {"timeline", "actions"}
"""Tables whose rows have numbers of their own, which PostgreSQL gives."""
_MACHINE = {"attempt_at"}
"""Columns in the database's own time: a copy gets the present moment, as a new row does."""
_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
_UID_LENGTH = 10
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?\+00(?::00)?")
_CHUNK = 1000


def uid(number: int) -> str:
    """The copy's uid: as long as a real one, and rising, so that its index grows at one end."""
    return "".join(_LETTERS[(number >> 5 * place) & 31] for place in reversed(range(_UID_LENGTH)))


def alert_key(number: int) -> str:
    """The fingerprint of the alert that a copy stands for."""
    return f"{number:016x}"


def record_id(number: int) -> str:
    """The sys_id of a copy's record."""
    return f"{number:032x}"


def record_key(number: int | str) -> str:
    """What people call it by."""
    return f"INC9{number}"


@dataclass(frozen=True, slots=True)
class Pattern:
    """One ticket's rows of every table, as lines for COPY with `@id@`, `@uid@`, `@key@` and `@record@` in them."""

    lines: Mapping[str, str]

    def moved(self, by: timedelta) -> Pattern:
        """The same life, so much later."""
        if not by:
            return self
        return Pattern({table: _MOMENT.sub(lambda found: _later(found[0], by), text) for table, text in self.each})

    @property
    def each(self) -> Sequence[tuple[str, str]]:
        """Its tables with their lines."""
        return list(self.lines.items())

    def copy(self, table: str, number: int) -> str:
        """The lines of the copy of that number."""
        text = self.lines[table].replace('"@id@"', str(number)).replace("@id@", str(number))
        text = text.replace("@uid@", uid(number)).replace("@key@", alert_key(number))
        return text.replace("@record@", record_id(number))


def _later(moment: str, by: timedelta) -> str:
    return (datetime.fromisoformat(moment) + by).astimezone(UTC).isoformat(sep=moment[10])


def pattern(connection: Connection, ticket_id: int) -> Pattern:
    """A ticket's rows, with its identities marked."""
    named = connection.execute(
        "SELECT uid, key FROM tickets JOIN alerts ON ticket_id = id WHERE id = %s", [ticket_id]
    ).fetchone()
    assert named is not None, "the ticket was opened by one alert"
    marks = {str(named[0]): "@uid@", str(named[1]): "@key@", record_id(ticket_id): "@record@"}
    marks |= {f"pay-{int(named[1], 16)}": "pay-@id@", record_key(ticket_id): record_key("@id@")}
    return Pattern({table: _marked(_lines(connection, table, ticket_id), marks) for table in TABLES})


def _marked(text: str, marks: Mapping[str, str]) -> str:
    for name, mark in marks.items():
        text = text.replace(name, mark)
    return text


def columns(connection: Connection, table: str) -> list[str]:
    """The columns that are copied."""
    told = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position", [table]
    )
    skipped = _MACHINE | ({"id"} if table in _NUMBERED else set())
    return [name for (name,) in told if name not in skipped]


_MARKED_COLUMNS = {
    "id": "'@id@'",
    "ticket_id": "'@id@'",
    "lane": "replace(lane, ticket_id || '/', '@id@/')",
    ("tickets", "body"): "jsonb_set(body, '{id}', '\"@id@\"')",
    ("actions", "body"): "jsonb_set(jsonb_set(body, '{ticket_id}', '\"@id@\"'), '{lane}', "
    "to_jsonb(replace(lane, ticket_id || '/', '@id@/')))",
}


def _lines(connection: Connection, table: str, ticket_id: int) -> str:
    """A ticket's rows of a table as COPY writes them."""
    key = "id" if table == "tickets" else "ticket_id"
    names = columns(connection, table)
    # Names of columns come from the catalogue, expressions from above.
    told = [_MARKED_COLUMNS.get((table, name), _MARKED_COLUMNS.get(name, f'"{name}"')) for name in names]
    query = f"COPY (SELECT {', '.join(told)} FROM {table} WHERE {key} = {ticket_id:d}) TO STDOUT"  # noqa: S608
    with connection.cursor().copy(query.encode()) as copy:
        return b"".join(bytes(block) for block in copy).decode()


def write(connection: Connection, copies: Sequence[tuple[Pattern, range]], *, many: bool = True) -> None:
    """Write copies of each pattern under those numbers.

    References are not looked at: what was copied is whole. Sequences go on behind the last number. Where there are
    `many` for what is there, the indexes that only find rows are made anew behind them, and PostgreSQL looks at its
    tables anew.
    """
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        again = [_dropped(connection, table) for table in TABLES] if many else []
        for table in TABLES:
            _copy_in(connection, table, copies)
        for statement in (one for statements in again for one in statements):
            connection.execute(statement.encode())
        last = max(numbers[-1] for _, numbers in copies if numbers)
        connection.execute("SELECT setval(pg_get_serial_sequence('tickets', 'id'), greatest(max(id), %s)) FROM tickets",
                           [last])  # fmt: skip
    for table in TABLES if many else ():
        connection.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(table)))


def _dropped(connection: Connection, table: str) -> list[str]:
    """Drop the indexes that only find rows; returns what makes them again."""
    found = connection.execute(
        """
        SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
        WHERE indrelid = %s::regclass AND NOT indisunique
        """,
        [table],
    ).fetchall()
    for name, _ in found:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    return [definition for _, definition in found]


def _copy_in(connection: Connection, table: str, copies: Sequence[tuple[Pattern, range]]) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, columns(connection, table)))
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
    with connection.cursor().copy(into) as copy:
        for chunk in _chunks(one.copy(table, number) for one, numbers in copies for number in numbers):
            copy.write(chunk)


def _chunks(lines: Iterator[str]) -> Iterator[str]:
    while chunk := "".join(islice(lines, _CHUNK)):
        yield chunk
