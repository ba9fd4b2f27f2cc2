"""Work that could be done now and is not: since when the oldest of each kind has waited to be taken up."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, text

# What is put off, under somebody's lease, behind another of its lane or ticket, or for a platform that is left alone
# does not count: nobody could take it up. Timers are due by the policy's time, everything else by the database's.
_OVERDUE = text("""
    SELECT 'delivery' AS work, statement_timestamp() - min(attempt_at) AS waits FROM deliveries
    WHERE status = 'received' AND attempt_at <= statement_timestamp()
    UNION ALL
    SELECT CASE WHEN verb = 'notify' THEN 'notice' ELSE 'write_back' END, statement_timestamp() - min(attempt_at)
    FROM actions AS one
    WHERE status IN ('pending', 'sent') AND attempt_at <= statement_timestamp()
    AND NOT EXISTS (
        SELECT FROM actions AS earlier
        WHERE earlier.lane = one.lane AND earlier.id < one.id AND earlier.status IN ('pending', 'sent')
    )
    AND NOT EXISTS (SELECT FROM breakers WHERE breakers.platform = one.platform AND open_until IS NOT NULL)
    GROUP BY 1
    UNION ALL
    SELECT 'signal', statement_timestamp() - min(attempt_at) FROM signals AS one
    WHERE status = 'waiting' AND attempt_at <= statement_timestamp()
    AND NOT EXISTS (
        SELECT FROM signals AS earlier
        WHERE earlier.ticket_id = one.ticket_id AND earlier.id < one.id AND earlier.status = 'waiting'
    )
    UNION ALL
    SELECT 'timer', CAST(:now AS timestamptz) - min(due_at) FROM timers
    WHERE due_at <= :now AND attempt_at <= statement_timestamp()
""")


def overdue(connection: Connection, now: datetime) -> dict[str, timedelta]:
    """For how long the oldest of each kind of work could have been taken up; kinds without any are left out.

    `now` is the policy's time.
    """
    rows = connection.execute(_OVERDUE, {"now": now})
    return {row.work: row.waits for row in rows if row.waits is not None}
