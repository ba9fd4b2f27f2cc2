"""Asking a level's people: the first of them, all of them, the next in turn, or the same ones anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from core.engine.choosing import Candidate, Chain, acting_team, asked_again, chain
from core.engine.draft import Draft
from core.engine.handoff import hand_over
from core.engine.linking import hand_work_over
from core.engine.surge import allowed, tell_widened
from core.engine.vendors import ask_vendor, vendor_notice
from core.engine.wording import duty_notice, listed, span
from core.model import Asked, Reason, ReasonCode, TimerKind
from core.policy import Ask, Level, Within
from core.policy.vendor import vendor_of


@dataclass(frozen=True, slots=True)
class Opening:
    """Why a level's people are asked: `code` tells it of anybody, `plain` of one person on call alone.

    `tried` is what was in vain before, for people. A move from one level to another `is_handoff`.
    """

    code: ReasonCode
    plain: ReasonCode | None = None
    tried: str = ""
    is_handoff: bool = False


FIRST = Opening(ReasonCode.LEVEL_ASKS, ReasonCode.LEVEL_BEGUN)


def begin_level(draft: Draft, level: Level, people: Chain, opening: Opening) -> None:
    """Ask the people of the level on which the ticket now stands; there must be somebody."""
    chosen = people.on_duty if level.ask is Ask.ALL else people.candidates[:1]
    draft.update(level_since=draft.now, asked=tuple(Asked(one.person, draft.now) for one in chosen))
    reason = draft.decided(draft.ticket.path, _reason(draft, level, chosen, opening))
    told = hand_over(draft, level) if opening.is_handoff else ""
    _ask(draft, level, chosen, reason, _tried(opening.tried, told))


def ask_next(draft: Draft, level: Level, why: str) -> bool:
    """Ask the next in turn of the same level, who was not asked yet; returns whether there is one."""
    asked = frozenset(one.person for one in draft.ticket.asked)
    following = chain(draft, level).after(asked)
    if following is None:
        return False
    name, within = draft.policy.roster.name(following.person), span(allowed(draft, level))
    facts = {"person": name, "level": level.name, "why": why, "within": within}
    reason = draft.decide(draft.ticket.path, ReasonCode.NEXT_IN_TURN, **facts)
    draft.update(asked=(*draft.ticket.asked, Asked(following.person, draft.now)))
    _ask(draft, level, (following,), reason, _tried(why, ""))
    return True


def ask_anew(draft: Draft, level: Level, why: str) -> bool:
    """Ask the level again for what was acknowledged: whoever has it first; returns whether there is anybody."""
    people, owner = chain(draft, level), draft.ticket.owner
    if owner in draft.policy.roster.people and not draft.policy.roster.unavailable(owner, draft.now):
        others = (one for one in people.candidates if one.person != owner)
        people = replace(people, candidates=(Candidate(owner, "has it", is_on_call=False), *others))
    if not people.candidates:
        return False
    begin_level(draft, level, people, Opening(ReasonCode.ASKED_ANEW, tried=why))
    return True


def ask_instead(draft: Draft, before: str, after: str) -> None:
    """Somebody waits to be asked in the place of another; who tells them is the caller's concern."""
    others = tuple(one for one in draft.ticket.asked if one.person not in {before, after})
    draft.update(asked=(*others, Asked(after, draft.now)))


def remind(draft: Draft, why: str) -> None:
    """Ask again on the level on which it stands, for what is left of the wait: whoever is to be asked there now."""
    ticket = draft.ticket
    level = draft.policy.path(ticket.path).level(ticket.level)
    if level is None or ticket.timer(TimerKind.ACKNOWLEDGE) is None:
        return
    again = asked_again(draft, level)
    answered = frozenset(one.person for one in ticket.asked if one.acknowledged_at)
    people = chain(draft, level).on_duty if level.ask is Ask.ALL else (again,) if again else ()
    chosen = [one for one in people if one.person not in answered]
    if not chosen:
        return
    rearm(draft)
    timer = draft.ticket.timer(TimerKind.ACKNOWLEDGE)
    within = timer.due_at - draft.now if timer else allowed(draft, level)
    names = listed([draft.policy.roster.name(one.person) for one in chosen])
    facts = {"level": level.name, "person": names, "why": why, "within": span(within)}
    reason = draft.decide(ticket.path, ReasonCode.ASKED_AGAIN, **facts)
    anew = frozenset(one.person for one in chosen)
    kept = tuple(one for one in ticket.asked if one.person not in anew)
    draft.update(asked=(*kept, *(Asked(one.person, draft.now) for one in chosen)))
    _give(draft, chosen, within, reason, _tried(why, ""))


def rearm(draft: Draft) -> None:
    """Measure the running wait for an acknowledgement by the ticket's present severity; the time waited counts."""
    ticket = draft.ticket
    level = draft.policy.path(ticket.path).level(ticket.level)
    if ticket.timer(TimerKind.ACKNOWLEDGE) is None or ticket.awaiting_since is None or level is None:
        return
    begins = ticket.awaiting_since
    if ticket.snooze and ticket.timer(TimerKind.SNOOZE):
        begins = max(begins, ticket.snooze.until)
    draft.set_timer(TimerKind.ACKNOWLEDGE, begins + allowed(draft, level))


def _ask(draft: Draft, level: Level, chosen: Sequence[Candidate], reason: Reason, tried: str) -> None:
    within = allowed(draft, level)
    tell_widened(draft, level)
    draft.update(awaiting_since=draft.now)
    draft.set_timer(TimerKind.ACKNOWLEDGE, draft.now + within)
    draft.write(team=acting_team(draft, level) or None)
    hand_work_over(draft, acting_team(draft, level))
    _give(draft, chosen, within, reason, tried)


def _give(draft: Draft, chosen: Sequence[Candidate], within: timedelta, reason: Reason, tried: str) -> None:
    """Have it be the first one's, unless a person said whose it is, and ask them all."""
    vendor = draft.policy.vendors.get(vendor_of(chosen[0].person))
    if vendor is not None:
        ask_vendor(draft, vendor)
        draft.note()
        draft.notify(vendor_notice(draft.ticket, draft.policy, vendor, within), reason)
        return
    first, ticket = chosen[0].person, draft.ticket
    if draft.policy.routing.asks(Within.ROUND_ROBIN):
        draft.take_turn(first)
    keeps_owner = "assignee" in ticket.theirs and ticket.owner
    draft.update(owner=ticket.owner if keeps_owner else first)
    draft.write(assignee=first)
    for one in chosen:
        draft.notify(duty_notice(draft.ticket, draft.policy, one.person, within, reason.sentence, tried), reason)


def _reason(draft: Draft, level: Level, chosen: Sequence[Candidate], opening: Opening) -> Reason:
    within = span(allowed(draft, level))
    facts = {"level": level.name, "why": opening.tried, "within": within}
    if opening.plain and len(chosen) == 1 and chosen[0].is_on_call:
        team = draft.policy.roster.team_name(acting_team(draft, level)) or "no team"
        return Reason(opening.plain, {**facts, "person": draft.policy.roster.name(chosen[0].person), "team": team})
    return Reason(opening.code, {**facts, "asked": _asked(draft, chosen, within)})


def _asked(draft: Draft, chosen: Sequence[Candidate], within: str) -> str:
    names = [draft.policy.roster.name(one.person) for one in chosen]
    if len(names) > 1:
        return f"{listed(names)} are all asked and have {within} to acknowledge"
    return f"{names[0]} {chosen[0].by} and has {within} to acknowledge"


def _tried(why: str, told: str) -> str:
    return " ".join(part for part in (f"So far: {why}." if why else "", told) if part)
