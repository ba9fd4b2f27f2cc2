"""Many rows in one statement: handed over as one JSON value, which PostgreSQL takes apart.

A statement costs as much for its way there and back, and in SQLAlchemy, as dozens of rows cost in it. One value is also
one parameter, so the statement is the same for any number of rows and stays prepared. The rows are written in their
order: what numbers itself is numbered by it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, TextClause, text
from sqlalchemy.dialects import postgresql

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call] # as SQLAlchemy has it

Row = Mapping[str, Any]
"""Values by column: what JSON knows, moments as ISO 8601."""


def given(table: Table, columns: Sequence[str], **beside: str) -> str:
    """The rows as something to select from, by the name of `given`; `beside` the columns other values, by type."""
    types = {name: table.c[name].type.compile(_DIALECT) for name in columns} | beside
    typed = ", ".join(f'"{name}" {type_}' for name, type_ in types.items())
    return f"json_to_recordset(CAST(:rows AS json)) AS given ({typed})"


def inserting(table: Table, columns: Sequence[str], conflict: str = "") -> TextClause:
    """The statement that inserts rows with those columns; `conflict` is its ON CONFLICT clause."""
    names = ", ".join(f'"{name}"' for name in columns)
    return text(f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {given(table, columns)} {conflict}")  # noqa: S608 - names of our own tables


def write(connection: Connection, statement: TextClause, rows: Sequence[Row], **values: object) -> int:
    """Execute a statement over `given` rows, if there are any; returns how many rows it wrote."""
    if not rows:
        return 0
    return connection.execute(statement, {"rows": json.dumps(rows), **values}).rowcount
