"""`customers`: who is served, and what is known of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from core.policy import Customer
from rung.documents.fields import Strict, Text


class CustomerSchema(Strict):
    """A customer."""

    name = Text(required=True)
    aliases = fields.List(Text(), load_default=list)
    tier = Text(load_default="")
    region = Text(load_default="")
    language = Text(load_default="")
    vips = fields.List(Text(), load_default=list)


def customer(name: str, data: Mapping[str, Any]) -> Customer:
    """The customer of an entry that was checked."""
    return Customer(
        id=name,
        name=data["name"],
        aliases=tuple(data["aliases"]),
        tier=data["tier"],
        region=data["region"],
        language=data["language"],
        vips=tuple(data["vips"]),
    )
