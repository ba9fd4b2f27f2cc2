"""`vendors`: contracts with those outside who can be asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate

from core.policy.calendar import ROUND_THE_CLOCK
from core.policy.vendor import SHAREABLE, Vendor
from rung.documents.fields import Choice, Strict, Text, Way
from rung.documents.policy.lengths import Within


class VendorSchema(Strict):
    """A vendor."""

    name = Text(required=True)
    acknowledge_within = Within(required=True)
    calendar = Text(load_default=ROUND_THE_CLOCK)
    contract = Text(load_default="")
    contact = Text(load_default="")
    notify = fields.List(Way(), required=True, validate=validate.Length(min=1))
    share = fields.List(Choice(SHAREABLE), load_default=lambda: ["severity", "service", "title"])


def vendor(name: str, data: Mapping[str, Any]) -> Vendor:
    """The vendor of an entry that was checked."""
    return Vendor(
        id=name,
        name=data["name"],
        acknowledge_within=data["acknowledge_within"],
        calendar=data["calendar"],
        contract=data["contract"],
        contact=data["contact"],
        ways=tuple(data["notify"]),
        share=tuple(data["share"]),
    )
