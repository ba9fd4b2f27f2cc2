"""When like tickets are a major incident, and how one is worked on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from core.model import Severity, Ticket
from core.policy.surge import SurgeRule

LIKE_FACTS = frozenset(
    {
        "caller",
        "category",
        "configuration_item",
        "customer",
        "kind",
        "language",
        "region",
        "service",
        "source",
        "title",
    }
)
"""The facts by which tickets can be alike: those that are told when one opens and say what it is about."""
BRIDGE_FIELDS = frozenset({"id", "service", "uid"})
"""What the template of a bridge may name."""
TITLE_FIELDS = frozenset({"count", "service", "title"})
"""What the template of a title may name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MajorRule:
    """How major incidents are found and worked on.

    Tickets are alike where every fact in `like` (a name, or `labels.x`) is the same, case aside; `at` of them that are
    open and were opened within `window` are gathered under one. It is at least of severity `least`, its title made by
    the template `title`, its record created on the platform `creates_on` (where its first ticket has its record, if
    that is ""), and goes to `team` on `path` (its first ticket's, if "").
    `bridge` is the template of the address at which people meet, `contact` the roster id of who speaks for it to the
    outside. `resolves`: the tickets are resolved with it; otherwise they go back to their own escalation. `surge` is
    what is done when there is more work than usual, None for nothing.
    """

    like: tuple[str, ...] = ()
    window: timedelta = timedelta(minutes=15)
    at: int = 5
    least: Severity = Severity.SEV2
    title: str = "Major incident: {title}"
    creates_on: str = ""
    team: str = ""
    path: str = ""
    bridge: str = ""
    contact: str = ""
    resolves: bool = True
    surge: SurgeRule | None = None

    def likeness(self, ticket: Ticket) -> str:
        """What the ticket has in common with those like it; "" where none of the facts is known of it."""
        said = [(name, _said(ticket, name)) for name in self.like]
        return "\n".join(f"{name}={value}" for name, value in said) if any(value for _, value in said) else ""

    def bridge_for(self, ticket: Ticket) -> str:
        """The address at which the people of that major incident meet."""
        known = {"id": str(ticket.id), "service": ticket.service or "other", "uid": ticket.uid}
        return self.bridge.format_map({name: quote(value, safe="") for name, value in known.items()})

    def title_for(self, service: str, title: str, count: int) -> str:
        """The title of a major incident over so many tickets, by its first one's service and title."""
        return self.title.format_map({"service": service or "unknown service", "title": title, "count": count})


def _said(ticket: Ticket, name: str) -> str:
    labels: Mapping[str, str] = ticket.labels
    told = labels.get(name.removeprefix("labels."), "") if name.startswith("labels.") else getattr(ticket, name)
    return " ".join(str(told).split()).casefold()
