"""Where the people of a major incident meet, and who speaks for it: in every notice and note of it."""

from __future__ import annotations

from dataclasses import replace

from core.model import Notice, Parent, Ticket
from core.policy import Policy
from core.policy.message import CUSTOMER
from core.policy.vendor import vendor_of


def meeting(ticket: Ticket, policy: Policy) -> list[str]:
    """The lines that end every note on a major incident's records; none for other tickets."""
    return lines(ticket.major.bridge, ticket.major.contact, policy) if ticket.major else []


def lines(bridge: str, contact: str, policy: Policy) -> list[str]:
    """What is told of a bridge and a contact, each a sentence."""
    told = [f"Bridge: {bridge}"] if bridge else []
    return [*told, f"Outside communication: {policy.roster.name(contact)}."] if contact else told


def within(parent: Parent, policy: Policy) -> str:
    """The same to follow a sentence about a parent."""
    return "".join(f" {line}" for line in lines(parent.bridge, parent.contact, policy))


def met(notice: Notice, ticket: Ticket, policy: Policy) -> Notice:
    """The notice with its major incident's bridge and contact, which are no business of customers and vendors."""
    if ticket.major is None or notice.audience == CUSTOMER or vendor_of(notice.person):
        return notice
    return replace(notice, bridge=ticket.major.bridge, contact=policy.roster.name(ticket.major.contact))


def as_parent(ticket: Ticket) -> Parent:
    """A major incident as its children are told of it."""
    bridge, contact = (ticket.major.bridge, ticket.major.contact) if ticket.major else ("", "")
    records = tuple(record.ref for record in ticket.records if record.exists)
    return Parent(
        id=ticket.id, title=ticket.title, bridge=bridge, contact=contact, records=records, shadow=ticket.shadow
    )
