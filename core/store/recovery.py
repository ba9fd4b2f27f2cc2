"""A database that was restored from an older copy is made safe to go on with.

What was done after the copy was made stands on platforms and in people's inboxes, and not in the copy: numbers that
were given then must not be given again, and what waited in the copy may long have been done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, text

from core.store.tables import breakers, sessions

OPERATIONS = 10_000
"""So many operations of one ticket may have been lost."""
_TICKETS_AT_ONCE = 1000

IN_DOUBT = (
    "It may have been sent by the Rung whose database was lost, after the backup that was restored: "
    "replay it if it was not."
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waited in the copy: writes to be looked for before they are made, and messages that are not sent."""

    writes: int
    notices: int


def others(connection: Connection) -> int:
    """How many other sessions use this database."""
    query = """
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
    """
    return int(connection.execute(text(query)).scalar_one())


def now(connection: Connection) -> datetime:
    """The database's own moment."""
    found: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    return found


def skip_numbers(connection: Connection, tickets: int) -> int:
    """Leave out so many ticket numbers, and up to the next round one; returns the first that will be given.

    Links in messages that were sent after the copy was made bear the numbers of tickets that are lost: they must never
    open, or acknowledge, another one.
    """
    query = """
        SELECT setval(pg_get_serial_sequence('tickets', 'id'),
            (floor((coalesce(max(id), 0) + :tickets) / 1000) + 1)::bigint * 1000, false) FROM tickets
    """
    return int(connection.execute(text(query), {"tickets": tickets}).scalar_one())


_SKIP_OPERATIONS = text("""
    WITH page AS (SELECT id FROM tickets WHERE id > :after ORDER BY id LIMIT :limit FOR NO KEY UPDATE)
    UPDATE tickets SET body = jsonb_set(
        body, '{operations}', to_jsonb(coalesce((body->>'operations')::bigint, 0) + :operations))
    FROM page WHERE tickets.id = page.id RETURNING tickets.id
""")


def skip_operations(connection: Connection, after: int) -> int | None:
    """Leave out operation ids of some tickets, from that number on; returns the last ticket's, None where none is left.

    An operation's mark stands on a platform: a write under an id that stands there would be taken for done.
    """
    given = {"after": after, "limit": _TICKETS_AT_ONCE, "operations": OPERATIONS}
    return max(connection.execute(_SKIP_OPERATIONS, given).scalars(), default=None)


_OVERDUE = text("""
    SELECT id, coalesce((body->>'operations')::bigint, 0) AS operations FROM tickets
    WHERE id IN (SELECT ticket_id FROM timers WHERE due_at <= :until)
""")


def due_among(connection: Connection, counts: Mapping[int, int], until: datetime) -> dict[int, int]:
    """Those of the tickets of which a timer ran out until then, and still does."""
    return {number: counts[number] for number in overdue(connection, until) if number in counts}


def overdue(connection: Connection, until: datetime) -> dict[int, int]:
    """The tickets of which timers ran out until then (the policy's time), each with how many operations it had."""
    return {row.id: row.operations for row in connection.execute(_OVERDUE, {"until": until})}


_RECOUNT = text("""
    UPDATE tickets SET body = jsonb_set(body, '{operations}', to_jsonb(given.count))
    FROM unnest(CAST(:ids AS bigint[]), CAST(:counts AS bigint[])) AS given (id, count)
    WHERE tickets.id = given.id
""")


def count_operations_from(connection: Connection, counts: Mapping[int, int]) -> None:
    """Have each ticket's operations counted from there on."""
    connection.execute(_RECOUNT, {"ids": list(counts), "counts": list(counts.values())})


def last_action(connection: Connection) -> int:
    """The number of the latest action, 0 where there is none."""
    return int(connection.execute(text("SELECT coalesce(max(id), 0) FROM actions")).scalar_one())


_DOUBT_WRITES = text("""
    UPDATE actions SET status = 'pending', look_first = true, attempts = 0, attempt_at = clock_timestamp()
    WHERE id > :after AND status IN ('pending', 'sent') AND verb <> 'notify'
""")
_DOUBT_NOTICES = text("""
    UPDATE actions SET status = 'dead', error = :why WHERE id > :after AND verb = 'notify' AND (
        status IN ('pending', 'sent', 'gathered') OR status = 'held' AND held_until <= :now)
""")


def doubt(connection: Connection, at: datetime, after: int = 0) -> Waiting:
    """Take nothing that waits for undone, from the action with that number on; `at` is when Rung last ran, by the
    policy's time.

    A write is looked for before it is made. Whether a message arrived nobody can look up, so those that were due are
    not sent: they wait as dead letters, to be replayed by a person. What is held back for later still goes out.
    """
    writes = connection.execute(_DOUBT_WRITES, {"after": after}).rowcount
    notices = connection.execute(_DOUBT_NOTICES, {"why": IN_DOUBT, "now": at, "after": after}).rowcount
    return Waiting(writes, notices)


def put_timers_off(connection: Connection, at: datetime, pause: timedelta) -> int:
    """Have timers that ran out meanwhile wait a while longer, by the database's clock; returns how many."""
    query = text("UPDATE timers SET attempt_at = clock_timestamp() + :pause WHERE due_at <= :now")
    return connection.execute(query, {"pause": pause, "now": at}).rowcount


def sign_everybody_off(connection: Connection) -> None:
    """End all sessions: one that was ended after the copy was made must not live again."""
    connection.execute(delete(sessions))


def try_platforms_again(connection: Connection) -> None:
    """Forget which platforms were down then, and poll all of them now."""
    connection.execute(delete(breakers))
    connection.execute(text("UPDATE watermarks SET attempt_at = clock_timestamp(), failures = 0"))


def marks(connection: Connection) -> list[dict[str, object]]:
    """How far each table and project was polled."""
    rows = connection.execute(text("SELECT platform, collection, at, cursor, passed FROM watermarks"))
    return [dict(row._mapping) for row in rows]


def set_back(connection: Connection, known: Sequence[Mapping[str, object]]) -> None:
    """Have everything polled again from there on, at once."""
    query = text("""
        UPDATE watermarks SET at = :at, cursor = :cursor, passed = :passed, attempt_at = clock_timestamp()
        WHERE platform = :platform AND collection = :collection
    """)
    if known:
        connection.execute(query, known)


_BEHIND = text("""
    SELECT platform || ' ' || collection AS name, error FROM watermarks
    WHERE whole_at IS NULL OR whole_at < :since ORDER BY 1
""")


def behind(connection: Connection, since: datetime) -> dict[str, str]:
    """What was not polled to its end since then, each with what went wrong, "" where nothing did."""
    return {row.name: row.error for row in connection.execute(_BEHIND, {"since": since})}


def hurry(connection: Connection, since: datetime) -> None:
    """Have what is behind, and did not fail, polled at once."""
    query = text(
        "UPDATE watermarks SET attempt_at = clock_timestamp() "
        "WHERE failures = 0 AND (whole_at IS NULL OR whole_at < :since)"
    )
    connection.execute(query, {"since": since})


def found(connection: Connection) -> int:
    """How many changes polling has found in all."""
    query = text("SELECT coalesce(sum(found_records + found_comments + found_deletions), 0) FROM watermarks")
    return int(connection.execute(query).scalar_one())
