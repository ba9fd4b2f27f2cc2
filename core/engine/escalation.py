"""Walking the path: levels begin, pass on when nobody acknowledges, and end when somebody does or nobody is left."""

from __future__ import annotations

from core.engine.choice import announce, asked_again, person_for
from core.engine.draft import Draft
from core.engine.wording import duty_notice, last_resort_notice, span
from core.model import EntryKind, Reason, ReasonCode, State, TimerKind
from core.policy import Level


def begin_path(draft: Draft) -> None:
    """Put the ticket on the first level of its path, waiting to be acknowledged."""
    draft.update(level=0, round=1, exhausted=False, acknowledged_at=None, acknowledged_by="", awaiting_since=draft.now)
    _climb(draft, tried="")


def escalate(draft: Draft, why: str) -> None:
    """Move the ticket to the next level; what a person had made theirs is automation's again.

    While a person has automation on hold it stays where it is, and an awaited acknowledgement is awaited until the end.
    """
    if draft.is_held:
        draft.log(EntryKind.DECISION, draft.ticket.path, ReasonCode.HELD_BACK, why=why)
        if not draft.ticket.is_acknowledged:
            draft.set_timer(TimerKind.ACKNOWLEDGE, draft.now)
        return
    draft.update(theirs=frozenset())
    draft.withdraw_notices()
    _climb(draft, tried=why)


def move_to(draft: Draft, level: int, why: str) -> None:
    """Move the ticket to that level of its path (counted from 1), up or down; it is to be acknowledged there."""
    draft.update(level=level - 1, acknowledged_at=None, acknowledged_by="", exhausted=False, theirs=frozenset())
    draft.withdraw_notices()
    _climb(draft, tried=why)


def remind(draft: Draft, why: str) -> None:
    """Ask again on the level on which it stands, for what is left of the wait."""
    ticket = draft.ticket
    level = draft.policy.path(ticket.path).level(ticket.level)
    person = asked_again(draft, level.name) if level else ""
    if level is None or not person or ticket.timer(TimerKind.ACKNOWLEDGE) is None:
        return
    rearm(draft)
    timer = draft.ticket.timer(TimerKind.ACKNOWLEDGE)
    within = timer.due_at - draft.now if timer else level.acknowledge_within[ticket.severity]
    facts = {"level": level.name, "person": draft.policy.roster.name(person), "why": why, "within": span(within)}
    reason = draft.decide(ticket.path, ReasonCode.ASKED_AGAIN, **facts)
    draft.update(asked=(person,))
    _give(draft, person)
    draft.notify(duty_notice(draft.ticket, draft.policy, person, within, reason.sentence, _tried(why)), reason)


def _give(draft: Draft, person: str) -> None:
    """Have it be that person's, unless a person said whose it is."""
    keeps_owner = "assignee" in draft.ticket.theirs and draft.ticket.owner
    draft.update(owner=draft.ticket.owner if keeps_owner else person)
    draft.write(assignee=person)


def _climb(draft: Draft, tried: str) -> None:
    """Go up until there is a level with somebody on call: an empty one is never waited for."""
    path = draft.policy.path(draft.ticket.path)
    skipped = ""
    while step := path.level_after(draft.ticket.level, draft.ticket.round):
        level_number, round_ = step
        if round_ != draft.ticket.round:
            draft.decide(path.name, ReasonCode.ROUND_BEGUN, round=str(round_))
        draft.update(level=level_number, round=round_)
        level = path.levels[level_number - 1]
        choice = person_for(draft, level.name)
        if choice.person:
            announce(draft, choice, level.name)
            _begin_level(draft, level, choice.person, tried)
            return
        skipped = choice.why
        draft.decide(path.name, ReasonCode.LEVEL_SKIPPED, level=level.name, why=skipped)
    exhaust(draft, tried or skipped or "it has no levels")


def _begin_level(draft: Draft, level: Level, person: str, tried: str) -> None:
    ticket, roster = draft.ticket, draft.policy.roster
    within = level.acknowledge_within[ticket.severity]
    name = roster.name(person)
    if tried:
        facts = {"level": level.name, "person": name, "why": tried, "within": span(within)}
        reason = draft.decide(ticket.path, ReasonCode.ESCALATED, **facts)
    else:
        facts = {"level": level.name, "person": name, "team": _team(draft), "within": span(within)}
        reason = draft.decide(ticket.path, ReasonCode.LEVEL_BEGUN, **facts)
    draft.update(asked=(person,), awaiting_since=draft.now)
    draft.set_timer(TimerKind.ACKNOWLEDGE, draft.now + within)
    _give(draft, person)
    draft.write(team=ticket.team or None)
    draft.notify(duty_notice(draft.ticket, draft.policy, person, within, reason.sentence, _tried(tried)), reason)


def _tried(why: str) -> str:
    return f"So far: {why}." if why else ""


def _team(draft: Draft) -> str:
    return draft.policy.roster.team_name(draft.ticket.team) or "no team"


def exhaust(draft: Draft, why: str) -> None:
    """Nobody is left to ask: the last resort is told, and the ticket marked."""
    path = draft.policy.path(draft.ticket.path)
    resort = path.last_resort
    told = f"{draft.policy.roster.name(resort)} is told as the last resort." if resort else "No last resort is named."
    draft.stop_timer(TimerKind.ACKNOWLEDGE)
    draft.update(exhausted=True)
    reason = draft.decide(path.name, ReasonCode.EXHAUSTED, why=why, last_resort=told)
    draft.note()
    if resort:
        draft.notify(last_resort_notice(draft.ticket, draft.policy, resort, reason.sentence), reason)


def acknowledge(draft: Draft, by: str, via: str, *, on_platform: bool) -> None:
    """Somebody takes responsibility: the response clock stops, and no other.

    `by` is a roster id or a name. Acknowledged elsewhere than on a platform, the platforms are told.
    """
    person = draft.policy.roster.name(by)
    draft.update(acknowledged_at=draft.now, acknowledged_by=person, exhausted=False, owner=by)
    draft.stop_timer(TimerKind.ACKNOWLEDGE)
    draft.withdraw_notices()
    after = span(draft.now - (draft.ticket.awaiting_since or draft.now))
    reason = Reason(ReasonCode.ACKNOWLEDGED, {"person": person, "via": via, "after": after})
    if on_platform:
        draft.log(EntryKind.DECISION, person, reason.code, **reason.facts)
        return
    draft.decided(person, reason)
    draft.update(state=State.IN_PROGRESS if draft.ticket.state is State.NEW else draft.ticket.state)
    draft.write(state=draft.ticket.state)
    if by in draft.policy.roster.people:
        draft.write(assignee=by)
    else:
        draft.note()


def rearm(draft: Draft) -> None:
    """Measure the running wait for an acknowledgement by the ticket's present severity; the time waited counts."""
    ticket = draft.ticket
    level = draft.policy.path(ticket.path).level(ticket.level)
    if ticket.timer(TimerKind.ACKNOWLEDGE) is None or ticket.awaiting_since is None or level is None:
        return
    begins = ticket.awaiting_since
    if ticket.snooze and ticket.timer(TimerKind.SNOOZE):
        begins = max(begins, ticket.snooze.until)
    draft.set_timer(TimerKind.ACKNOWLEDGE, begins + level.acknowledge_within[ticket.severity])
