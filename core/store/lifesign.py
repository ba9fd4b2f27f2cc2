"""The outward sign of life: which process sends it next, and what came of the last."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, func, select, text, update

from core.status import HeartbeatRow
from core.store.tables import lifesign

_AGAIN = timedelta(seconds=10)

# The moments do not drift with the pace of those who look, and after a pause it does not make up for what it missed.
_CLAIM = text("""
    INSERT INTO lifesign AS known (id, due_at) VALUES (1, clock_timestamp() + :every)
    ON CONFLICT (id) DO UPDATE SET
        due_at = GREATEST(known.due_at + :every, clock_timestamp() + CAST(:every AS interval) / 2)
    WHERE known.due_at <= clock_timestamp() OR known.due_at > clock_timestamp() + CAST(:every AS interval) * 2
    RETURNING id
""")


def claim(connection: Connection, every: timedelta) -> bool:
    """Whether it is due and ours to send: nobody else does before it is due again."""
    return connection.execute(_CLAIM, {"every": every}).first() is not None


def sent(connection: Connection) -> None:
    """It went out."""
    now = func.clock_timestamp()
    connection.execute(update(lifesign).values(sent_at=now, tried_at=now, error=""))


def not_sent(connection: Connection, error: str) -> None:
    """It did not go out; it is tried again soon."""
    now = func.clock_timestamp()
    soon = func.least(lifesign.c.due_at, now + _AGAIN)
    connection.execute(update(lifesign).values(tried_at=now, error=error, due_at=soon))


def last(connection: Connection) -> HeartbeatRow | None:
    """What came of the last; None where none was ever tried, or not for so long that nobody does any more."""
    lately = lifesign.c.tried_at > func.clock_timestamp() - timedelta(hours=2)
    row = connection.execute(select(lifesign).where(lately)).one_or_none()
    return HeartbeatRow(sent_at=row.sent_at, tried_at=row.tried_at, error=row.error) if row else None
