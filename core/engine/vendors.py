"""Vendors: asked on a level like people, told only what they may know, measured by their contract."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from core.engine.clockwork import Aim
from core.engine.draft import Draft
from core.engine.saying import refuse, told
from core.engine.wording import span
from core.model import Notice, ReasonCode, Right, TellVendorCase, Ticket, VendorCase
from core.policy import Policy, Vendor
from core.policy.vendor import vendor_of


def ask_vendor(draft: Draft, vendor: Vendor) -> None:
    """Note that the vendor is asked: from now on their clock runs, beside ours. Asked again, it runs on."""
    if draft.ticket.vendor_case(vendor.id) is None:
        case = VendorCase(vendor=vendor.id, asked_at=draft.now)
        draft.update(vendor_cases=(*draft.ticket.vendor_cases, case))


def vendor_notice(ticket: Ticket, policy: Policy, vendor: Vendor, within: timedelta) -> Notice:
    """Asks the vendor, and tells them nothing but what the policy shares with them."""
    shared = _shared(ticket, policy)
    first = " ".join(filter(None, (shared["severity"] if "severity" in vendor.share else "", f"ticket {ticket.id}")))
    lines = [f"{name}: {shared[name]}" for name in vendor.share if name != "severity" and shared[name]]
    return Notice(
        person=vendor.key,
        headline=f"{first}. {span(within)} to acknowledge",
        ask="Please acknowledge that you are taking it, and tell us your case number:",
        why="; ".join(lines) or "You are asked under your contract.",
        tried=f"Contract: {vendor.contract}" if vendor.contract else "",
    )


def _shared(ticket: Ticket, policy: Policy) -> dict[str, str]:
    service = policy.services.get(ticket.service)
    link = next((record.ref.link for record in ticket.records if record.ref.link), ticket.link)
    return {
        "severity": ticket.severity.value,
        "service": service.name if service else ticket.service,
        "title": ticket.title,
        "description": ticket.description,
        "impact": ticket.impact.name.lower() if ticket.impact else "",
        "urgency": ticket.urgency.name.lower() if ticket.urgency else "",
        "customer": ticket.customer,
        "link": link,
    }


def vendor_takes(draft: Draft, by: str) -> bool:
    """Whether `by` is a vendor who has not taken it before and now does, though one of ours has acknowledged it."""
    case = draft.ticket.vendor_case(vendor_of(by))
    return case is not None and case.acknowledged_at is None and vendor_acknowledged(draft, by)


def vendor_acknowledged(draft: Draft, by: str) -> bool:
    """Whether `by` is a vendor, who has taken it: their clock ends, and it stays with whoever has it here."""
    vendor = vendor_of(by)
    case = draft.ticket.vendor_case(vendor) if vendor else None
    if case is not None and case.acknowledged_at is None:
        _put(draft, replace(case, acknowledged_at=draft.now))
    return bool(vendor)


def vendor_clocks(draft: Draft) -> Iterator[Aim]:
    """The clocks of the vendors who were asked: each runs in the hours of their contract until they acknowledge."""
    ticket = draft.ticket
    for case in ticket.vendor_cases:
        vendor = draft.policy.vendors.get(case.vendor)
        if vendor is not None:
            yield Aim(
                name=vendor.key,
                target=vendor.acknowledge_within[ticket.severity],
                calendar=vendor.calendar,
                rule=vendor.contract or vendor.id,
                over=case.acknowledged_at is not None or not ticket.state.is_open,
                goes_on=True,
            )


def tell_case(draft: Draft, command: TellVendorCase) -> None:
    """Note the vendor's own number for it; who has a number has taken it."""
    case = draft.ticket.vendor_case(command.vendor)
    if case is None:
        asked = ", ".join(one.vendor for one in draft.ticket.vendor_cases) or "none"
        refuse(draft, command, Right.VENDOR, f"{command.vendor} was not asked; the vendors asked are: {asked}")
        return
    name = draft.policy.roster.name(case.key)
    told(draft, command, ReasonCode.VENDOR_CASE, vendor=name, number=command.number)
    _put(draft, replace(case, number=command.number, acknowledged_at=case.acknowledged_at or draft.now))


def _put(draft: Draft, case: VendorCase) -> None:
    others = tuple(one for one in draft.ticket.vendor_cases if one.vendor != case.vendor)
    draft.update(vendor_cases=(*others, case))
