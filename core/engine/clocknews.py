"""What is told of clocks: that they began, stand still, run again, warn, are missed, and how they ended."""

from __future__ import annotations

from collections.abc import Sequence

from core.engine.clockwork import BREACH, Passed
from core.engine.draft import Draft
from core.engine.risk import duty_begun, duty_of, tell_of_duty
from core.engine.wording import clock_notice, clock_phrase, worked
from core.model import Clock, EntryKind, ReasonCode
from core.policy import ROUND_THE_CLOCK
from core.policy.risk import DUTY
from core.policy.spent import elapsed
from core.policy.targets import ACKNOWLEDGE, UPDATE

News = tuple[Clock | None, Clock, tuple[Passed, ...]]
"""A clock as it was (None: it was not there), as it is, and the marks that it came to."""


def tell(draft: Draft, news: Sequence[News]) -> None:
    """Put it on the timeline; a missed target is also noted on the records, and whoever has the ticket is told."""
    begun = [clock for old, clock, _ in news if old is None or (old.is_over and old.started_at != clock.started_at)]
    for clock in begun:
        if duty := duty_of(draft, clock):
            tell_of_duty(draft, duty, clock, duty_begun(draft, duty))
    begun = [clock for clock in begun if clock.family != DUTY]
    if begun:
        said = ", ".join(f"{_target(one)} {clock_phrase(one.name)}" for one in begun)
        draft.log(EntryKind.DECISION, begun[0].rule, ReasonCode.CLOCKS_BEGUN, clocks=said)
    for old, clock, passed in news:
        _passed(draft, old, clock, passed)
        if old is not None and old.started_at == clock.started_at:
            _changed(draft, old, clock)


def _changed(draft: Draft, old: Clock, clock: Clock) -> None:
    spent = elapsed(clock, draft.policy.calendar(clock.calendar), draft.now)
    facts = {"clock": clock_phrase(clock.name), "target": _target(clock), "spent": worked(spent, clock.calendar)}
    if (old.target, old.calendar) != (clock.target, clock.calendar):
        _log(draft, clock.rule, ReasonCode.CLOCK_MEASURED_ANEW, **facts, old=_target(old))
    if clock.is_over and not old.is_over:
        if clock.name != UPDATE:
            code = ReasonCode.CLOCK_MISSED_AND_OVER if clock.breached_at else ReasonCode.CLOCK_MET
            _log(draft, clock.rule, code, **facts)
    elif clock.paused and clock.paused != old.paused:
        _log(draft, clock.rule, ReasonCode.CLOCK_PAUSED, **facts, why=clock.paused)
    elif clock.since and old.since is None:
        left = worked(clock.target - spent, clock.calendar)
        _log(draft, clock.rule, ReasonCode.CLOCK_GOES_ON, **facts, left=left)


def _passed(draft: Draft, old: Clock | None, clock: Clock, passed: Sequence[Passed]) -> None:
    """Every mark is told on the timeline once, and only the last of them to people, while the clock still runs."""
    warn_at = (*clock.warn_at, *(old.warn_at if old else ()))
    reason = None
    for one in passed:
        facts = {"clock": clock_phrase(clock.name), "target": _target(clock)}
        if one.mark == BREACH:
            reason = draft.decide(clock.rule, ReasonCode.CLOCK_BREACHED, **facts)
            draft.note()
        elif one.mark in warn_at:
            reason = draft.log(EntryKind.DECISION, clock.rule, ReasonCode.CLOCK_WARNED, **facts, percent=str(one.mark))
    duty = duty_of(draft, clock)
    if reason and duty and clock.since is not None:
        tell_of_duty(draft, duty, clock, reason)
        return
    still_runs = clock.since is not None and (old is None or old.started_at == clock.started_at)
    person = _whose(draft)
    if reason and still_runs and person and clock.name != ACKNOWLEDGE:
        draft.notify(clock_notice(draft.ticket, draft.policy, person, clock, reason.sentence, draft.now), reason)


def _whose(draft: Draft) -> str:
    """Who is told: the owner, else whoever is on call for the level; "" when there is nobody.

    While the levels of the path still ask for somebody to take it, nobody is told of clocks beside that.
    """
    ticket, roster = draft.ticket, draft.policy.roster
    if not (ticket.is_acknowledged or ticket.exhausted):
        return ""
    if ticket.owner in roster.people:
        return ticket.owner
    level = draft.policy.path(ticket.path).level(ticket.level)
    return roster.on_call(ticket.team, level.name, draft.now) if level else ""


def _log(draft: Draft, rule: str, code: ReasonCode, **facts: str) -> None:
    draft.log(EntryKind.DECISION, rule, code, **facts)


def _target(clock: Clock) -> str:
    """The target in words: "4 hours", "8 hours (office-paris)"."""
    length = worked(clock.target, clock.calendar)
    return length if clock.calendar == ROUND_THE_CLOCK else f"{length} ({clock.calendar})"
