"""How it stands with Rung itself, asked of the database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, func, select, text

from core.model import PollPlan
from core.status import ENDED, WORK, About, PlatformRow, QueueRow, Status, Versions
from core.store import backlog, lifesign, processes, schema, watermarks
from core.store.standing import Standing, Waiting, standing
from core.store.tables import actions, breakers

_NONE = Waiting(0, None)


def look(
    connection: Connection, about: About, platforms: Iterable[str], polled: Mapping[str, PollPlan], now: datetime
) -> Status:
    """All of it; `polled` says how platforms are polled, `now` is the policy's time."""
    known = standing(connection, now, of_tickets=False)
    return Status(
        now=now,
        processes=processes.every(connection),
        platforms=tuple(_platforms(connection, sorted(platforms), polled)),
        queues=queues(connection, known, now),
        ended={what: known.ended.get(what, 0) for what in ENDED},
        versions=_versions(connection, about),
        degraded=about.degraded,
        heartbeat=lifesign.last(connection),
    )


def queues(connection: Connection, known: Standing, now: datetime) -> tuple[QueueRow, ...]:
    """What waits, by its kind."""
    overdue = backlog.overdue(connection, now)
    waiting = {work: known.waiting.get(work, _NONE) for work in WORK}
    return tuple(
        QueueRow(work=work, waiting=one.many, since=one.since, overdue=overdue.get(work))
        for work, one in waiting.items()
    )


def _platforms(connection: Connection, names: Iterable[str], plans: Mapping[str, PollPlan]) -> Iterator[PlatformRow]:
    pausing = (breakers.c.open_until > func.clock_timestamp()).label("pausing")
    known = {row.platform: row for row in connection.execute(select(breakers, pausing))}
    waiting, dead = _counts(connection, "pending", "sent"), _counts(connection, "dead")
    polled = watermarks.statuses(connection, plans)
    for name in names:
        row = PlatformRow(
            name=name,
            waiting=waiting.get(name, 0),
            dead=dead.get(name, 0),
            polling=tuple(one for one in polled if one.platform == name),
        )
        yield _with_breaker(row, known[name]) if name in known else row


def _with_breaker(row: PlatformRow, told: Row[Any]) -> PlatformRow:
    return replace(
        row,
        breaker=_breaker(is_open=told.open_since is not None, pausing=bool(told.pausing)),
        since=told.open_since,
        until=told.open_until,
        failures=told.failures,
        succeeded_at=told.succeeded_at,
        failed_at=told.failed_at,
        last_error=told.last_error,
    )


def _breaker(*, is_open: bool, pausing: bool) -> Literal["closed", "open", "trying"]:
    if not is_open:
        return "closed"
    return "open" if pausing else "trying"


def _counts(connection: Connection, *statuses: str) -> dict[str, int]:
    many = func.count().label("many")
    query = select(actions.c.platform, many).where(actions.c.status.in_(statuses)).group_by(actions.c.platform)
    return {row.platform: row.many for row in connection.execute(query)}


def _versions(connection: Connection, about: About) -> Versions:
    found = schema.look(connection)
    return Versions(
        rung=about.version,
        schema=found.at,
        schema_wanted=found.wants,
        schema_problem=found.problem or "",
        postgresql=connection.execute(text("SHOW server_version")).scalar_one(),
        documents=about.documents,
    )
