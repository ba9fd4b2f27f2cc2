"""What has happened to a ticket in a step, seen from how it stood before and stands now."""

from __future__ import annotations

from core.model import Clock, Moment, Ticket


def moments(before: Ticket | None, after: Ticket) -> frozenset[Moment]:
    """The moments of a step, whatever brought them about: a rule, a person, or a platform."""
    if before is None:
        return frozenset({Moment.OPENED, Moment.MAJOR} if after.major else {Moment.OPENED})
    if before.state.is_open != after.state.is_open:
        return frozenset({Moment.REOPENED if after.state.is_open else Moment.RESOLVED})
    if not after.state.is_open:
        return frozenset()
    found = {
        Moment.MAJOR: after.major is not None and before.major is None,
        Moment.ACKNOWLEDGED: after.is_acknowledged and not before.is_acknowledged,
        Moment.SEVERITY_CHANGED: after.severity is not before.severity,
        Moment.ESCALATED: (after.round, after.level) > (before.round, before.level),
        Moment.EXHAUSTED: after.exhausted and not before.exhausted,
        Moment.WARNED: bool(near(before, after)),
        Moment.BREACHED: bool(missed(before, after)),
    }
    return frozenset(moment for moment, happened in found.items() if happened)


def near(before: Ticket | None, after: Ticket) -> tuple[Clock, ...]:
    """The clocks that have come near their end in this step."""
    known = {clock.name for clock in before.clocks if clock.is_warned} if before else set()
    return tuple(clock for clock in after.clocks if clock.is_warned and clock.name not in known)


def missed(before: Ticket | None, after: Ticket) -> tuple[Clock, ...]:
    """The clocks whose target was missed in this step."""
    known = {clock.name: clock.breached_at for clock in before.clocks} if before else {}
    return tuple(one for one in after.clocks if one.breached_at and known.get(one.name) != one.breached_at)
