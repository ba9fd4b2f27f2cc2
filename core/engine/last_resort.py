"""The end of a path: the last resort is told and the ticket marked; where they cannot be reached, the next one."""

from __future__ import annotations

from core.engine.draft import Draft
from core.engine.wording import last_resort_notice
from core.model import Asked, Reason, ReasonCode, TimerKind


def available(draft: Draft, asked: frozenset[str] = frozenset()) -> str:
    """The first last resort of the ticket's path who can be asked now, and is not among `asked`; "" for nobody."""
    roster = draft.policy.roster
    resorts = draft.policy.path(draft.ticket.path).last_resorts
    return next((one for one in resorts if one not in asked and not roster.unavailable(one, draft.now)), "")


def exhaust(draft: Draft, why: str) -> None:
    """Nobody is left to ask on the path: mark the ticket, and tell the last resort, if need be one who is away."""
    path, roster = draft.policy.path(draft.ticket.path), draft.policy.roster
    for person in path.last_resorts:
        if (absent := roster.unavailable(person, draft.now)) and len(path.last_resorts) > 1:
            facts = {"person": roster.name(person), "level": "the last resort", "why": absent}
            draft.decide(path.name, ReasonCode.PASSED_OVER, **facts)
    there = available(draft)
    resort = there or _away(draft, frozenset())
    draft.stop_timer(TimerKind.ACKNOWLEDGE)
    draft.update(exhausted=True, level_since=draft.now, asked=(Asked(resort, draft.now),) if resort else ())
    reason = draft.decide(path.name, ReasonCode.EXHAUSTED, why=why, last_resort=_told(draft, there, resort))
    draft.note()
    _tell(draft, resort, reason)


def next_last_resort(draft: Draft, why: str) -> None:
    """The last resort could not be reached: tell the next one, or say that nobody is left."""
    path, roster = draft.policy.path(draft.ticket.path), draft.policy.roster
    asked = frozenset(one.person for one in draft.ticket.asked)
    resort = available(draft, asked) or _away(draft, asked)
    draft.note()
    if not resort:
        draft.decide(path.name, ReasonCode.LAST_RESORT_LOST, why=why)
        return
    draft.update(asked=(*draft.ticket.asked, Asked(resort, draft.now)))
    reason = draft.decide(path.name, ReasonCode.LAST_RESORT_NEXT, person=roster.name(resort), why=why)
    _tell(draft, resort, reason)


def _away(draft: Draft, asked: frozenset[str]) -> str:
    """The first last resort who has a way to be reached, though they are away: better than nobody."""
    people = draft.policy.roster.people
    resorts = draft.policy.path(draft.ticket.path).last_resorts
    return next((one for one in resorts if one not in asked and one in people and people[one].ways), "")


def _told(draft: Draft, there: str, resort: str) -> str:
    name = draft.policy.roster.name(resort)
    if there:
        return f"{name} is told as the last resort."
    if resort:
        return f"{name} is told as the last resort although they are away, for nobody else is left."
    resorts = draft.policy.path(draft.ticket.path).last_resorts
    return "No last resort can be reached." if resorts else "No last resort is named."


def _tell(draft: Draft, resort: str, reason: Reason) -> None:
    if resort:
        draft.take_back_requests(resort)
        draft.notify(last_resort_notice(draft.ticket, draft.policy, resort, reason.sentence), reason)
