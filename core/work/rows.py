"""What the doors show of a ticket: its row on the board, and its clocks."""

from __future__ import annotations

from datetime import datetime

from core.desk import BoardRow, ClockRow, WriteBack
from core.engine.wording import clock_phrase
from core.model import Clock, Ticket
from core.policy import Policy
from core.policy.spent import elapsed, percent


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


def board_row(ticket: Ticket, policy: Policy, written: WriteBack) -> BoardRow:
    """A ticket at a glance."""
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
        write_back="shadowed" if ticket.shadow else written,
        held_until=ticket.held_until,
        snoozed_until=ticket.snoozed_until,
        deadline_for=clock_phrase(ticket.need[1]) if ticket.need else "",
        breached=tuple(clock.name for clock in ticket.clocks if clock.is_breached),
        warned=tuple(clock.name for clock in ticket.clocks if clock.is_warned),
        key=record.key if record else "",
        link=record.link if record else ticket.link,
        opened_at=ticket.opened_at,
        updated_at=ticket.updated_at,
    )
