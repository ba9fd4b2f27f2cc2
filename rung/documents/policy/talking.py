"""`comments` within `sync`: what is said on one of a ticket's records and goes to the others."""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate

from core.policy.talking import HOLES, KINDS, PREFIX, Comments, Place
from rung.documents.fields import Choice, Named, Strict, Text, wrong


class Prefix(fields.Field[str]):
    """The line above a copy, with what it may name in braces."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        text = str(Text(required=True).deserialize(value))
        try:
            parts = list(string.Formatter().parse(text))
        except ValueError:
            raise wrong("has a brace without its other.", f"Example: “{PREFIX}”.") from None
        odd = [name for _, name, form, turned in parts if name is not None and (name not in HOLES or form or turned)]
        if odd:
            raise wrong(f"cannot tell “{odd[0]}”.", f"There are {', '.join(HOLES)}, each alone in its braces.")
        if "time" not in {name for _, name, _, _ in parts}:
            raise wrong("must name {time}.", f"By that line a copy is known again. Example: “{PREFIX}”.")
        return text


def _kinds() -> fields.Field[Any]:
    return fields.List(Choice(KINDS), load_default=lambda: list(KINDS))


class PlaceSchema(Strict):
    """One platform's part."""

    gives = _kinds()
    takes = _kinds()
    customers = fields.Boolean(load_default=False)
    name = Text(load_default="", validate=validate.Length(max=60))


class CommentsSchema(Strict):
    """Which comments go where."""

    copy = fields.Boolean(load_default=True)
    prefix = Prefix(load_default=PREFIX)
    platforms = Named(fields.Nested(PlaceSchema), load_default=dict)


def comments(data: Mapping[str, Any]) -> Comments:
    """The section that was checked; of none, the default."""
    if not data:
        return Comments()
    return Comments(
        copy=data["copy"],
        prefix=data["prefix"],
        places={name: _place(one) for name, one in data["platforms"].items()},
    )


def _place(data: Mapping[str, Any]) -> Place:
    return Place(
        gives=frozenset(data["gives"]),
        takes=frozenset(data["takes"]),
        customers=data["customers"],
        name=data["name"],
    )
