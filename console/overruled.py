"""What people have decided about a ticket, as its page tells it."""

from __future__ import annotations

from collections.abc import Mapping

from console import wording
from console.wording import plain
from core.desk import TicketPage


def overruled(page: TicketPage, people: Mapping[str, str]) -> list[tuple[str, str]]:
    """What people have decided about the ticket, each with who and why."""
    ticket, told = page.ticket, []
    if ticket.severity_override:
        told.append(("Severity", _because("Set by", ticket.severity_override.by, ticket.severity_override.reason)))
        if ticket.policy_severity and ticket.policy_severity is not ticket.severity:
            told.append(("By the policy", ticket.policy_severity.value))
    if ticket.hold:
        until = f"Until {wording.exact(ticket.hold.until)}, by"
        told.append(("On hold", _because(until, ticket.hold.by, ticket.hold.reason)))
    if ticket.snooze and ticket.snoozed_until:
        told.append(("Snoozed", f"Until {wording.exact(ticket.snoozed_until)}, by {plain(ticket.snooze.by)}"))
    for one in ticket.owners:
        backup = f"backup {people.get(one.backup, one.backup)}" if one.backup else ""
        names = filter(None, (people.get(one.owner, one.owner), backup))
        told.append((f"{plain(one.level)} is named", plain(", ".join(names))))
    for case in ticket.vendor_cases:
        name = people.get(case.key, case.vendor)
        since = (
            f"Acknowledged {wording.exact(case.acknowledged_at)}" if case.acknowledged_at else "Not acknowledged yet"
        )
        told.append((f"Asked {plain(name)}", f"{since}{f', case {plain(case.number)}' if case.number else ''}"))
    return told


def _because(begun: str, who: str, why: str) -> str:
    return f"{begun} {plain(who)}" + (f": {plain(why)}" if why else "")
