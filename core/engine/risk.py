"""Risk: the classes of a ticket, the duties that follow, and who is told of them."""

from __future__ import annotations

from collections.abc import Iterator

from core.engine.clockwork import Aim
from core.engine.draft import Draft
from core.engine.saying import refuse, told
from core.engine.wording import informs_notice, span
from core.model import Clock, FulfilDuty, Reason, ReasonCode, Right, State
from core.policy.risk import DUTY, Duty


def classify(draft: Draft) -> None:
    """Give the ticket the classes that its facts ask for; it keeps them, for a duty does not end with a label."""
    risk = draft.policy.risk
    if not risk.rules or not draft.ticket.state.is_open:
        return
    for name, rule in risk.classes(draft.facts()):
        if name not in draft.ticket.risk:
            draft.update(risk=tuple(sorted((*draft.ticket.risk, name))))
            draft.decide(rule.name, ReasonCode.RISK_FOUND, risk=name, because=rule.because)


def tell_who_must_know(draft: Draft) -> None:
    """Tell those who must know, once each, as soon as their condition holds."""
    ticket = draft.ticket
    waiting = [one for one in draft.policy.risk.must_know if one.name not in ticket.told_of_risk]
    if not waiting or not ticket.state.is_open:
        return
    facts = draft.facts()
    for one in waiting:
        if one.condition.holds(facts):
            draft.update(told_of_risk=draft.ticket.told_of_risk | {one.name})
            names = ", ".join(map(draft.policy.roster.name, one.people))
            reason = draft.decide(one.name, ReasonCode.MUST_KNOW, people=names, because=one.because)
            _tell(draft, one.people, "You must know of this", reason)


def duties(draft: Draft) -> Iterator[Aim]:
    """The clocks of the ticket's duties. One that has begun runs until a person says that it is done."""
    ticket, risk = draft.ticket, draft.policy.risk
    if not ticket.risk:
        return
    begun = {clock.name: clock for clock in ticket.clocks if clock.family == DUTY}
    wanted = risk.duties_of(ticket.risk, draft.facts()) if ticket.state.is_open else ()
    for duty in risk.duties.values():
        clock = begun.get(duty.clock)
        if clock is not None or duty in wanted:
            over = duty.id in ticket.duties_done or ticket.state is State.CANCELED
            yield Aim(
                name=duty.clock,
                target=duty.within,
                calendar=duty.calendar,
                rule=duty.id,
                warn_at=duty.warn_at,
                over=over,
                goes_on=True,
            )


def duty_of(draft: Draft, clock: Clock) -> Duty | None:
    """The duty that a clock measures, None where it measures something else or the policy has it no longer."""
    return draft.policy.risk.duties.get(clock.name.partition(":")[2]) if clock.family == DUTY else None


def tell_of_duty(draft: Draft, duty: Duty, clock: Clock, reason: Reason) -> None:
    """Tell a duty's people that it has begun, is near its end, or was missed."""
    left = span(clock.due_at - draft.now) if clock.due_at and clock.due_at > draft.now else ""
    _tell(draft, duty.tell, f"{duty.name}: {left} left" if left else f"{duty.name} is overdue", reason)


def _tell(draft: Draft, people: tuple[str, ...], what: str, reason: Reason) -> None:
    for person in people:
        if person in draft.policy.roster.people:
            draft.notify(informs_notice(draft.ticket, draft.policy, person, what, reason.sentence), reason)


def duty_begun(draft: Draft, duty: Duty) -> Reason:
    """Enter that a duty has begun."""
    facts = {"duty": duty.name, "target": span(duty.within), "because": duty.because}
    return draft.decide(duty.id, ReasonCode.DUTY_BEGUN, **facts)


def fulfil(draft: Draft, command: FulfilDuty) -> None:
    """A person says that a duty is done: its clock ends."""
    duty = draft.policy.risk.duties.get(command.duty)
    if duty is None or draft.ticket.clock(duty.clock) is None:
        names = [clock.name.partition(":")[2] for clock in draft.ticket.clocks if clock.family == DUTY]
        known = f"it has {', '.join(names)}" if names else "it has none"
        refuse(draft, command, Right.DUTY, f"it has no duty {command.duty}; {known}")
    elif duty.id in draft.ticket.duties_done:
        refuse(draft, command, Right.DUTY, "that duty is done already")
    else:
        told(draft, command, ReasonCode.DUTY_DONE, duty=duty.name)
        draft.update(duties_done=draft.ticket.duties_done | {duty.id})
