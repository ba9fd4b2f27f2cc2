"""A handoff from one level to another: what whoever takes over is told, and what nobody has said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from core.engine.draft import Draft
from core.engine.wording import listed
from core.model import HandoffFact, ReasonCode, Ticket
from core.policy import Level

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


def give(draft: Draft, **facts: Any) -> None:
    """Keep what people say for those who take over, by the names of `Handoff`'s fields; "" takes one back."""
    draft.update(handoff=replace(draft.ticket.handoff, **facts))


def _fact(ticket: Ticket, fact: HandoffFact, level: Level) -> str:
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
            return f"Next: {_plain(said.next_step)}" if said.next_step else f"Next: somebody of {level.name} takes it"


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
