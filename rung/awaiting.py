"""Waiting for a database that is not there yet: in a cluster everything starts at once."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from core.store import schema
from core.store.database import connect

_PAUSE_SECONDS = 0.5

Ready = Callable[[Connection], "str | None"]
"""None where the database is as it has to be, else a sentence that says what is wrong and what to do."""


class NotReadyError(Exception):
    """The database answers and is not as it has to be. The message says what is wrong, and what to do."""


def answers(_: Connection) -> str | None:
    """Nothing more than that it answers."""
    return None


def schema_fits(connection: Connection) -> str | None:
    """That its schema serves this code."""
    return schema.look(connection).problem


def await_database(url: str, seconds: float, ready: Ready, say: Callable[[str], None]) -> None:
    """Return when the database answers and is ready; each other reason that it is not is said once.

    Raises, when the seconds are over, `NotReadyError`, or what the driver raised.
    """
    engine = connect(url, pool_size=1)
    deadline = time.monotonic() + seconds
    said = set()
    try:
        while True:
            try:
                with engine.connect() as connection:
                    wrong = ready(connection)
                if not wrong:
                    return
                if time.monotonic() >= deadline:
                    raise NotReadyError(wrong)
            except OperationalError as error:
                if time.monotonic() >= deadline:
                    raise
                wrong = " ".join(str(error.orig).split())[:300]
            if wrong not in said:
                said.add(wrong)
                say(f"Waiting for the database: {wrong}")
            time.sleep(_PAUSE_SECONDS)
    finally:
        engine.dispose()
