"""A handoff from one level to another: what whoever takes over is told, and what nobody has said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from core.engine.draft import Draft
from core.engine.wording import listed
from core.model import HandoffFact, ReasonCode, Ticket
from core.policy import Level, Policy

_LACKING = {
    HandoffFact.TRIED: "what was tried",
    HandoffFact.IMPACT: "the impact",
    HandoffFact.LINKS: "where it is recorded",
    HandoffFact.NEXT_STEP: "the next step",
}


def hand_over(draft: Draft, level: Level) -> str:
    """Note the handoff to a level with the facts that the policy demands; returns them in a sentence for the notice.

    What is not known is said to be lacking: a handoff is never held up for it.
    """
    demanded = draft.policy.handoff
    if not demanded:
        return ""
    known = {fact: text for fact in demanded if (text := _fact(draft.ticket, fact, level))}
    said = [f"{text}." for text in known.values()]
    lacking = [_LACKING[fact] for fact in demanded if fact not in known]
    if lacking:
        said.append(f"Not told: {listed(lacking)}.")
    told = " ".join(said)
    draft.decide("handoff", ReasonCode.HANDED_OVER, level=level.name, told=told)
    return told


def carried(ticket: Ticket, policy: Policy) -> str:
    """What goes along with work to another platform: severity and customer, and the demanded facts that are known.

    The level's own handoff, where there is one, stands beside it and says what is lacking.
    """
    customer = policy.customers.get(ticket.customer)
    said = [f"{ticket.severity}", f"for {customer.name if customer else ticket.customer}" if ticket.customer else ""]
    asked = [fact for fact in policy.handoff if fact in {HandoffFact.TRIED, HandoffFact.IMPACT, HandoffFact.NEXT_STEP}]
    known = [text for fact in asked if _is_told(ticket, fact) and (text := _fact(ticket, fact, None))]
    return " ".join(f"{text}." for text in (" ".join(one for one in said if one), *known))


def _is_told(ticket: Ticket, fact: HandoffFact) -> bool:
    return fact is not HandoffFact.NEXT_STEP or bool(ticket.handoff.next_step)


def give(draft: Draft, **facts: Any) -> None:
    """Keep what people say for those who take over, by the names of `Handoff`'s fields; "" takes one back."""
    draft.update(handoff=replace(draft.ticket.handoff, **facts))


def _fact(ticket: Ticket, fact: HandoffFact, level: Level | None) -> str:
    said = ticket.handoff
    match fact:
        case HandoffFact.TRIED:
            return f"Tried: {_plain(said.tried)}" if said.tried else ""
        case HandoffFact.IMPACT:
            return _impact(ticket)
        case HandoffFact.LINKS:
            links = _links(ticket)
            return f"See {', '.join(links)}" if links else ""
        case HandoffFact.NEXT_STEP:
            by_level = f"Next: somebody of {level.name} takes it" if level else ""
            return f"Next: {_plain(said.next_step)}" if said.next_step else by_level


def _impact(ticket: Ticket) -> str:
    """In people's words, else in the source's grades."""
    if ticket.handoff.impact:
        return f"Impact: {_plain(ticket.handoff.impact)}"
    grades = (("Impact", ticket.impact), ("urgency", ticket.urgency))
    told = [f"{name} is {grade.name.lower()}" for name, grade in grades if grade]
    return listed(told).capitalize() if told else ""


def _links(ticket: Ticket) -> list[str]:
    records = [one.ref.link or one.ref.key for one in ticket.records if one.exists]
    return list(dict.fromkeys(link for link in (*records, ticket.link, *ticket.handoff.links) if link))


def _plain(text: str) -> str:
    """A text that people gave, fit to stand inside a sentence."""
    return " ".join(text.split()).rstrip(".")
