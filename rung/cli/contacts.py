"""What the database knows of people's own calendars: which of them have not been fetched, and what they tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from core.policy import Policy, TimeOff
from core.policy.proof import Finding, Gravity
from rung.cli.output import length

if TYPE_CHECKING:
    from core.store.calendars import CalendarStatus

_LONG_AGO = timedelta(hours=24)


def fetched() -> tuple[Sequence[CalendarStatus], TimeOff] | None:
    """How it stands with the calendars and what they tell; None where no database can be asked."""
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.exc import TimeoutError as PoolTimeout

    from core.store import calendars, database
    from rung.cli.desk import settings
    from rung.runfile import NothingRunsError

    try:
        engine = database.connect(settings().database_url, pool_size=1)
    except NothingRunsError:
        return None
    try:
        with engine.begin() as connection:
            return calendars.statuses(connection), calendars.time_off(connection)
    except (DBAPIError, PoolTimeout):
        return None
    finally:
        engine.dispose()


def findings(policy: Policy, known: Sequence[CalendarStatus] | None) -> Iterator[Finding]:
    """A finding for each calendar that was never fetched, or not for long; a note where nobody can tell."""
    people = [one.id for one in policy.roster.people.values() if one.calendar]
    if known is None:
        if people:
            what = f"the calendars of {', '.join(people)} were not looked at: no database can be asked here."
            yield Finding(
                gravity=Gravity.NOTE, kind="calendars_not_seen", document="roster.yaml", place=("people",), message=what
            )
        return
    by_person = {one.person: one for one in known}
    for person in people:
        message = _stale(by_person.get(person))
        if message:
            yield Finding(
                gravity=Gravity.WARNING,
                kind="stale_calendar",
                document="roster.yaml",
                place=("people", person, "calendar"),
                message=message,
                weight=5e3,
            )


def _stale(status: CalendarStatus | None) -> str:
    why = f": {status.error}" if status and status.error else "."
    if status is None or status.age is None:
        return f"their calendar has never been fetched{why}"
    return f"their calendar was last fetched {length(status.age)} ago{why}" if status.age > _LONG_AGO else ""
