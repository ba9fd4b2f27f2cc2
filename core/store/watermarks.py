"""How far each table and project was polled: claimed under a lease, moved on page by page.

`at` is in the platform's own time; when it is polled, in the database's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Update, case, delete, exists, func, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from core.model import PollPlan, Watermark
from core.polls import PollRow
from core.store.tables import breakers, watermarks


@dataclass(frozen=True, slots=True)
class ClaimedPoll:
    """A collection that is ours to poll. What was changed before `began_at` is none of ours; `passed` pages were read
    of the present pass; `swept` is the last ticket whose record was looked for; `failures` came in a row.
    """

    platform: str
    since: Watermark
    began_at: datetime
    passed: int
    swept: int
    claims: int
    failures: int


def have(connection: Connection, wanted: Iterable[tuple[str, str]], now: datetime, *, alone: bool = True) -> None:
    """Say which (platform, collection) there are to poll: those `alone`, or those as well.

    A new one begins at `now`: what came before was not ours.
    """
    pairs = sorted(set(wanted))
    mine = tuple_(watermarks.c.platform, watermarks.c.collection)
    if alone:
        connection.execute(delete(watermarks).where(mine.not_in(pairs)) if pairs else delete(watermarks))
    for platform, collection in pairs:
        row = {"platform": platform, "collection": collection, "began_at": now, "at": now}
        connection.execute(upsert(watermarks).values(row).on_conflict_do_nothing())


_CLAIM = text("""
    UPDATE watermarks SET claims = claims + 1, attempt_at = clock_timestamp() + :lease
    WHERE (platform, collection) IN (
        SELECT platform, collection FROM watermarks AS due WHERE attempt_at <= clock_timestamp()
        AND NOT EXISTS (SELECT FROM breakers WHERE breakers.platform = due.platform AND open_until > clock_timestamp())
        ORDER BY attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING *
""")


def claim(connection: Connection, lease: timedelta) -> ClaimedPoll | None:
    """A collection that is due, unless its platform is down: nobody else polls it until the lease has run out."""
    row = connection.execute(_CLAIM, {"lease": lease}).one_or_none()
    if row is None:
        return None
    since = Watermark(row.collection, row.at, row.cursor)
    return ClaimedPoll(row.platform, since, row.began_at, row.passed, row.swept, row.claims, row.failures)


def renew(connection: Connection, claimed: ClaimedPoll, lease: timedelta) -> None:
    """Have a claim run on, if it is still ours."""
    connection.execute(_mine(claimed).values(attempt_at=func.clock_timestamp() + lease))


def move_on(
    connection: Connection,
    claimed: ClaimedPoll,
    reached: Watermark,
    *,
    found: tuple[int, int, int],
    whole: bool,
    warning: str,
) -> bool:
    """Note that a page was dealt with, and what it brought (records, comments, deletions); whether it was ours."""
    records, comments, deletions = found
    values = {
        "at": reached.at,
        "cursor": reached.cursor,
        "passed": 0 if whole else watermarks.c.passed + 1,
        "failures": 0,
        "error": "",
        "warning": warning,
        "found_records": watermarks.c.found_records + records,
        "found_comments": watermarks.c.found_comments + comments,
        "found_deletions": watermarks.c.found_deletions + deletions,
    }
    values |= _counted(sum(found))
    values |= {"whole_at": func.clock_timestamp()} if whole else {}
    return connection.execute(_mine(claimed).values(values)).rowcount == 1


def swept(connection: Connection, claimed: ClaimedPoll, last: int, found: int, warning: str) -> None:
    """Note up to which ticket records were looked for, and how many were gone."""
    values = {"swept": last, "found_deletions": watermarks.c.found_deletions + found, **_counted(found)}
    values |= {"warning": warning} if warning else {}
    connection.execute(_mine(claimed).values(values))


def counted(connection: Connection, claimed: ClaimedPoll, found: int) -> None:
    """Count changes that were found by looking at records one by one."""
    if found:
        values = {"found_records": watermarks.c.found_records + found, **_counted(found)}
        connection.execute(_mine(claimed).values(values))


def rest(connection: Connection, claimed: ClaimedPoll, pause: timedelta) -> None:
    """Have it polled again after the pause."""
    connection.execute(_mine(claimed).values(attempt_at=func.clock_timestamp() + pause))


def failed(connection: Connection, claimed: ClaimedPoll, error: str, pause: timedelta) -> None:
    """Note why it could not be polled, and try again after the pause."""
    values = {"error": error, "failures": watermarks.c.failures + 1, "attempt_at": func.clock_timestamp() + pause}
    connection.execute(_mine(claimed).values(values))


def at_once(connection: Connection) -> None:
    """Have everything polled now."""
    connection.execute(update(watermarks).values(attempt_at=func.clock_timestamp()))


def statuses(connection: Connection, plans: Mapping[str, PollPlan]) -> list[PollRow]:
    """How it stands with each collection; `plans` say how their platforms are polled."""
    now = func.clock_timestamp()
    down = exists().where(breakers.c.platform == watermarks.c.platform, breakers.c.open_until > now)
    late = (now - watermarks.c.whole_at).label("late")
    overdue = func.greatest(now - watermarks.c.attempt_at, timedelta(0)).label("overdue")
    query = select(watermarks, late, overdue, down.label("held"), _LATELY)
    rows = connection.execute(query.order_by(watermarks.c.platform, watermarks.c.collection))
    return [
        PollRow(watermark=row.at, **_planned(plans.get(row.platform)), **{name: getattr(row, name) for name in _TOLD})
        for row in rows
    ]


def _planned(plan: PollPlan | None) -> dict[str, Any]:
    """What the documents say of it; nothing of a platform that they no longer name."""
    return {"every": plan.every, "heard": plan.heard} if plan else {}


_TOLD = (
    *("platform", "collection", "late", "overdue", "error", "warning", "held", "lately"),
    *("found_records", "found_comments", "found_deletions", "found_at"),
)
_LATELY = text("""
    CASE found_day WHEN current_date THEN found_today + found_yesterday WHEN current_date - 1 THEN found_today
    ELSE 0 END AS lately
""")


def _counted(found: int) -> dict[str, object]:
    """The columns that count what was found today and yesterday, with so much more."""
    if not found:
        return {}
    day, today = watermarks.c.found_day, func.current_date()
    return {
        "found_at": func.clock_timestamp(),
        "found_day": today,
        "found_today": case((day == today, watermarks.c.found_today), else_=0) + found,
        "found_yesterday": case(
            (day == today, watermarks.c.found_yesterday), (day == today - 1, watermarks.c.found_today), else_=0
        ),
    }


def _mine(claimed: ClaimedPoll) -> Update:
    mine = (watermarks.c.platform == claimed.platform) & (watermarks.c.collection == claimed.since.collection)
    return update(watermarks).where(mine & (watermarks.c.claims == claimed.claims))
