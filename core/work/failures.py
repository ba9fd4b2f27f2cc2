"""What a failure means for the rest of the work: the database is away, it may pass, or it lasts."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random

from core.store.codec import UnreadableError

_LONGEST = 300
_PATIENCE = timedelta(seconds=30)
_REPLANNED = "0A000"
"""What a prepared statement says once on each connection after a migration has added a column that it returns."""


def is_away(error: Exception) -> bool:
    """Whether the database as a whole cannot be worked with: nothing else would fare better now."""
    if isinstance(error, InterfaceError | PoolTimeout):
        return True
    state = _state(error)
    away = not state or state.startswith(("08", "53", "57P"))
    return isinstance(error, OperationalError) and (error.connection_invalidated or away)


def outlasting(lease: timedelta) -> Retrying:
    """Calls a function again while the database is away, but no longer than another worker leaves us the work.

    PostgreSQL is back some seconds after it was killed. What was done outside meanwhile must not be forgotten over it.
    """
    patience = min(lease, _PATIENCE).total_seconds()
    passing = retry_if_exception(lambda error: isinstance(error, Exception) and is_away(error))
    return Retrying(retry=passing, stop=stop_after_delay(patience), wait=wait_random(0.2, 0.6), reraise=True)


def is_lasting(error: Exception) -> bool:
    """Whether the same work would fail so again. A deadlock and a statement that took too long would not, nor what
    another version of Rung can read; a value beyond the limits of PostgreSQL (class 54), which is an
    `OperationalError` too, would.
    """
    passing = isinstance(error, InterfaceError | PoolTimeout | OperationalError | UnreadableError)
    return not (passing or _state(error) == _REPLANNED) or _state(error).startswith("54")


def told(error: Exception) -> str:
    """One short line for the ledgers: of the database's errors what it says, never the statement with its values."""
    cause = getattr(error, "orig", None) or error
    line = str(cause).partition("\n")[0]
    return f"{type(cause).__name__}: {''.join(one if one.isprintable() else '?' for one in line)}"[:_LONGEST]


def _state(error: Exception) -> str:
    """PostgreSQL's SQLSTATE, "" where there is none (https://www.postgresql.org/docs/current/errcodes-appendix.html)."""
    return getattr(getattr(error, "orig", None), "sqlstate", None) or ""
