"""A ticket's clocks, brought in step with it after every step: whatever changed, and in whatever order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache

from core.engine.clocknews import tell
from core.engine.clockwork import Aim, Passed, bring, is_settled, next_mark
from core.engine.draft import Draft
from core.engine.risk import duties
from core.engine.vendors import vendor_clocks
from core.model import Clock, Ticket, Timer, TimerKind
from core.policy import CLOCKS, target_of
from core.policy.targets import ACKNOWLEDGE, OLA, RESOLVE, UPDATE


def keep_time(draft: Draft) -> None:
    """Start, pause, go on with, measure anew and end the ticket's clocks as its facts ask, and tell of their marks."""
    ticket = draft.ticket
    if draft.is_still and not any(
        one.kind is TimerKind.CLOCK and one.due_at <= draft.now for one in draft.before.timers
    ):
        return
    if not ticket.state.is_open and all(clock.is_over for clock in ticket.clocks):
        return
    aims = {aim.name: aim for source in AIMS for aim in source(draft)}
    timers = {timer.name: timer for timer in ticket.timers if timer.kind is TimerKind.CLOCK}
    clocks = {clock.name: clock for clock in ticket.clocks}
    news: list[tuple[Clock | None, Clock, tuple[Passed, ...]]] = []
    for aim in (*aims.values(), *_without_target(ticket, aims)):
        old, timer = clocks.get(aim.name), timers.get(aim.name)
        if old is not None and is_settled(old, aim, timer.due_at if timer else None, draft.now):
            continue
        clock, passed = bring(old, aim, draft.policy, draft.now)
        if clock is not None:
            clocks[aim.name] = clock
            news.append((old, clock, passed))
    if news:
        changed = [(old, clock, passed) for old, clock, passed in news if clock != old]
        _set_timers(draft, tuple(clocks.values()), timers, {clock.name for _, clock, _ in changed})
        tell(draft, changed)


def _set_timers(draft: Draft, clocks: tuple[Clock, ...], known: dict[str, Timer], changed: set[str]) -> None:
    """Keep the clocks, and have each looked at when it comes to its next mark."""
    token, timers = draft.ticket.timer_token, [one for one in draft.ticket.timers if one.kind is not TimerKind.CLOCK]
    for clock in clocks:
        timer = known.get(clock.name)
        due = next_mark(clock, draft.policy) if timer is None or clock.name in changed else timer.due_at
        if timer is not None and timer.due_at == due:
            timers.append(timer)
        elif due is not None:
            token += 1
            timers.append(Timer(TimerKind.CLOCK, due, token, clock.name))
    draft.update(clocks=clocks, timers=tuple(timers), timer_token=token)


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
