"""What the doors show of a ticket: its row on the board, and its clocks."""

from __future__ import annotations

from datetime import datetime

from core.desk import BoardRow, ClockRow, SourceRow, WriteBack
from core.engine.wording import clock_phrase
from core.model import Asked, Clock, Ticket
from core.policy import Ask, Policy, Roster
from core.policy.spent import elapsed, percent
from core.ports import Listened
from core.store.attendance import Counts, Heard


def clock_rows(ticket: Ticket, policy: Policy, now: datetime) -> tuple[ClockRow, ...]:
    """A ticket's clocks as they stand, those that are over last."""
    return tuple(_clock(one, policy, now) for one in sorted(ticket.clocks, key=lambda one: one.is_over))


def _clock(clock: Clock, policy: Policy, now: datetime) -> ClockRow:
    calendar = policy.calendar(clock.calendar)
    return ClockRow(
        name=clock.name,
        what=clock_phrase(clock.name),
        target=clock.target,
        spent=elapsed(clock, calendar, now),
        percent=percent(clock, calendar, now),
        calendar=clock.calendar,
        rule=clock.rule,
        due_at=clock.due_at,
        paused=clock.paused,
        warned=clock.is_warned,
        breached_at=clock.breached_at,
        met_at=clock.met_at,
    )


def board_row(ticket: Ticket, policy: Policy, written: WriteBack, children: int = 0) -> BoardRow:
    """A ticket at a glance, with the number of open ones that it gathers."""
    service = policy.services.get(ticket.service)
    levels = policy.path(ticket.path).levels
    record = next((one.ref for one in ticket.records if one.exists), None)
    return BoardRow(
        id=ticket.id,
        severity=ticket.severity,
        state=ticket.state,
        title=ticket.title,
        service=service.name if service else ticket.service,
        team=policy.roster.team_name(ticket.team),
        level=levels[ticket.level - 1].name if 0 < ticket.level <= len(levels) else "",
        owner=policy.roster.name(ticket.owner),
        acknowledged_by=ticket.acknowledged_by,
        deadline=ticket.deadline,
        exhausted=ticket.exhausted,
        shadow=ticket.shadow,
        parent=ticket.parent,
        gathered=ticket.gathered,
        major=ticket.major is not None,
        children=children,
        write_back="shadowed" if ticket.shadow else written,
        held_until=ticket.held_until,
        snoozed_until=ticket.snoozed_until,
        deadline_for=clock_phrase(ticket.need[1]) if ticket.need else "",
        breached=tuple(clock.name for clock in ticket.clocks if clock.is_breached),
        warned=tuple(clock.name for clock in ticket.clocks if clock.is_warned),
        answered=_answered(ticket, policy),
        key=record.key if record else "",
        link=record.link if record else ticket.link,
        opened_at=ticket.opened_at,
        updated_at=ticket.updated_at,
    )


def source_row(source: Listened, known: Heard | None, counts: Counts | None) -> SourceRow:
    """A source at a glance."""
    known, counts = known or Heard(source.name), counts or Counts()
    return SourceRow(
        name=source.name,
        mapping=source.mapping,
        platform=source.platform,
        heard_at=known.heard_at,
        every=source.every,
        silent_since=known.silent_since,
        received=counts.received,
        unmapped=counts.unmapped,
        failed=counts.failed,
    )


def asked_rows(ticket: Ticket, roster: Roster) -> tuple[tuple[str, str], ...]:
    """Whom the ticket's level has asked, by name, each with how they answered."""
    return tuple((roster.name(one.person), _answer(ticket, one)) for one in ticket.asked)


def _answer(ticket: Ticket, one: Asked) -> str:
    if one.acknowledged_at:
        return "acknowledged"
    if not one.reached:
        return "could not be reached"
    return "awaited" if ticket.state.is_open and not ticket.is_acknowledged else "did not answer"


def _answered(ticket: Ticket, policy: Policy) -> str:
    """How many have acknowledged, while all whom the level asks must."""
    level = policy.path(ticket.path).level(ticket.level)
    if level is None or level.ask is not Ask.ALL or ticket.is_acknowledged or ticket.exhausted or not ticket.asked:
        return ""
    return f"{sum(one.acknowledged_at is not None for one in ticket.asked)} of {len(ticket.asked)} acknowledged"
