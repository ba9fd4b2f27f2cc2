"""Walking the path: levels begin, pass on when nobody acknowledges, and end when somebody does or nobody is left."""

from __future__ import annotations

from core.engine.draft import Draft
from core.engine.wording import duty_notice, last_resort_notice, span
from core.model import EntryKind, Reason, ReasonCode, State, TimerKind
from core.policy import Level


def begin_path(draft: Draft) -> None:
    """Put the ticket on the first level of its path, waiting to be acknowledged."""
    draft.update(level=0, round=1, exhausted=False, acknowledged_at=None, acknowledged_by="", awaiting_since=draft.now)
    _climb(draft, tried="")


def escalate(draft: Draft, why: str) -> None:
    """Move the ticket to the next level; what a person had made theirs is automation's again."""
    draft.update(theirs=frozenset())
    draft.withdraw_notices()
    _climb(draft, tried=why)


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
        person = draft.policy.roster.on_call(draft.ticket.team, level.name, draft.now)
        if person:
            _begin_level(draft, level, person, tried)
            return
        skipped = f"nobody is on call for it in {_team(draft)}"
        draft.decide(path.name, ReasonCode.LEVEL_SKIPPED, level=level.name, why=skipped)
    _exhaust(draft, tried or skipped or "it has no levels")


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
    keeps_owner = "assignee" in ticket.theirs and ticket.owner
    draft.update(owner=ticket.owner if keeps_owner else person, awaiting_since=draft.now)
    draft.set_timer(TimerKind.ACKNOWLEDGE, draft.now + within)
    draft.write(assignee=person, team=ticket.team or None)
    draft.notify(duty_notice(draft.ticket, draft.policy, person, within, reason.sentence, _tried(tried)), reason)


def _tried(why: str) -> str:
    return f"So far: {why}." if why else ""


def _team(draft: Draft) -> str:
    return draft.policy.roster.team_name(draft.ticket.team) or "no team"


def _exhaust(draft: Draft, why: str) -> None:
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
    draft.set_timer(TimerKind.ACKNOWLEDGE, ticket.awaiting_since + level.acknowledge_within[ticket.severity])
