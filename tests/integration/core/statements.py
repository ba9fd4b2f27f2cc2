"""The statements that a piece of work sends to PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, event


def statements(connection: Connection, work: Callable[[Connection], object]) -> list[tuple[str, Any]]:
    """Do the work; returns its statements, each with its parameters, in their order."""
    said: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        said.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    work(connection)
    event.remove(connection, "before_cursor_execute", note)
    return said
