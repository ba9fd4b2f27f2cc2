"""A ticket's clocks, brought in step with it after every step: whatever changed, and in whatever order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache

from core.engine.clocknews import tell
from core.engine.clockwork import Aim, Passed, bring, next_mark
from core.engine.draft import Draft
from core.engine.risk import duties
from core.engine.vendors import vendor_clocks
from core.model import Clock, Ticket, TimerKind
from core.policy import CLOCKS, target_of
from core.policy.targets import ACKNOWLEDGE, OLA, RESOLVE, UPDATE


def keep_time(draft: Draft) -> None:
    """Start, pause, go on with, measure anew and end the ticket's clocks as its facts ask, and tell of their marks."""
    ticket = draft.ticket
    if not ticket.state.is_open and all(clock.is_over for clock in ticket.clocks):
        return
    aims = {aim.name: aim for source in AIMS for aim in source(draft)}
    news: list[tuple[Clock | None, Clock, tuple[Passed, ...]]] = []
    for aim in (*aims.values(), *_without_target(ticket, aims)):
        old = ticket.clock(aim.name)
        clock, passed = bring(old, aim, draft.policy, draft.now)
        if clock is not None and clock != old:
            news.append((old, clock, passed))
    fresh = {clock.name: clock for _, clock, _ in news}
    if news:
        kept = tuple(fresh.get(clock.name, clock) for clock in ticket.clocks)
        draft.update(clocks=(*kept, *(clock for old, clock, _ in news if old is None)))
    for clock in draft.ticket.clocks:
        _set_timer(draft, clock, changed=clock.name in fresh)
    tell(draft, news)


def _set_timer(draft: Draft, clock: Clock, *, changed: bool) -> None:
    """Have the clock looked at when it comes to its next mark."""
    timer = draft.ticket.timer(TimerKind.CLOCK, clock.name)
    if timer is not None and not changed:
        return
    due = next_mark(clock, draft.policy)
    if due is None:
        draft.stop_timer(TimerKind.CLOCK, clock.name)
    elif timer is None or timer.due_at != due:
        draft.set_timer(TimerKind.CLOCK, due, clock.name)


def _targets(draft: Draft) -> Iterator[Aim]:
    """What the policy's targets ask of a ticket."""
    ticket, policy = draft.ticket, draft.policy
    facts = cache(draft.facts)
    for name in CLOCKS if policy.targets else ():
        found = target_of(policy.targets, name, ticket.severity, facts)
        if found is None:
            continue
        rule, target = found
        yield Aim(
            name=name,
            target=target.within[ticket.severity],
            calendar=target.calendar,
            rule=rule.name,
            warn_at=target.warn_at,
            paused=policy.pauses.why(name, ticket.state, ticket.hold_reason),
            over=not ticket.state.is_open or (name == ACKNOWLEDGE and ticket.is_acknowledged),
            anew=ticket.heard_at if name == UPDATE else None,
            goes_on=name == RESOLVE,
        )


def _levels(draft: Draft) -> Iterator[Aim]:
    """How long the level that has the ticket may have it; whoever has it again goes on with what it had counted."""
    ticket, policy = draft.ticket, draft.policy
    level = policy.path(ticket.path).level(ticket.level)
    current = f"{OLA}:{level.name}" if level else ""
    if level and level.ola and ticket.severity in level.ola.within:
        yield Aim(
            name=current,
            target=level.ola.within[ticket.severity],
            calendar=level.ola.calendar,
            rule=ticket.path,
            warn_at=level.ola.warn_at,
            paused=policy.pauses.why(current, ticket.state, ticket.hold_reason),
            over=not ticket.state.is_open,
            goes_on=True,
        )
    for clock in ticket.clocks:
        if clock.family == OLA and clock.name != current:
            yield _as_it_is(clock, over=True)


AIMS: tuple[Callable[[Draft], Iterable[Aim]], ...] = (_targets, _levels, duties, vendor_clocks)
"""Where clocks come from: each says which clocks the ticket should have, and what they should be."""


def _without_target(ticket: Ticket, aims: dict[str, Aim]) -> Iterator[Aim]:
    """A clock for which nothing asks any more stands still, in case that something asks for it again."""
    for clock in ticket.clocks:
        if clock.name not in aims:
            yield _as_it_is(
                clock, over=clock.is_over or not ticket.state.is_open, paused="no target holds for it any more"
            )


def _as_it_is(clock: Clock, *, over: bool, paused: str = "") -> Aim:
    return Aim(
        name=clock.name,
        target=clock.target,
        calendar=clock.calendar,
        rule=clock.rule,
        warn_at=clock.warn_at,
        paused=paused,
        over=over,
    )
