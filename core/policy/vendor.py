"""Vendors: who can be asked outside the organisation, by contract, and what they may be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from core.model import Person, Severity
from core.model.vendorcase import VENDOR
from core.policy.calendar import ROUND_THE_CLOCK

SHAREABLE = ("severity", "service", "title", "description", "impact", "urgency", "customer", "link")
"""What a vendor can be told of a ticket, beside its number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """A vendor with an underpinning contract.

    They must acknowledge within `acknowledge_within` of their own `calendar`, the contract's hours. `ways` are those of
    their contact (Apprise addresses); `contact` says to our people how else to reach them; `share` names what they are
    told of a ticket.
    """

    id: str
    name: str
    acknowledge_within: Mapping[Severity, timedelta]
    calendar: str = ROUND_THE_CLOCK
    contract: str = ""
    contact: str = ""
    ways: tuple[str, ...] = field(default=(), repr=False)
    share: tuple[str, ...] = ("severity", "service", "title")

    @property
    def key(self) -> str:
        """The id by which they are asked, and the name of their clock."""
        return f"{VENDOR}:{self.id}"

    @property
    def person(self) -> Person:
        """The vendor as somebody who can be asked."""
        return Person(self.key, self.name, "", self.ways)


def vendor_of(key: str) -> str:
    """The vendor's id of a person's id or a clock's name; "" where it is none of theirs."""
    family, _, vendor = key.partition(":")
    return vendor if family == VENDOR else ""
