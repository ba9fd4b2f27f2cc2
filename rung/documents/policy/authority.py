"""`authority`, and `may` of a level: what people may decide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from core.model import EVERYTHING, Right
from core.policy import Authority
from rung.documents.fields import Duration, Strict, wrong
from rung.documents.problems import choice

ALL = "all"


class Rights(fields.Field[frozenset[Right]]):
    """A list of rights, or the word `all`."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> frozenset[Right]:
        if value == ALL:
            return EVERYTHING
        if not isinstance(value, list):
            raise wrong("must be a list of rights, or all.", "Example: [acknowledge, take, escalate].")
        known = [right.value for right in Right]
        for one in value:
            if one not in known:
                raise wrong(f"has no right “{one}”.", choice(str(one), known))
        return frozenset(Right(one) for one in value)


class AuthoritySchema(Strict):
    """What goes for all levels."""

    others = Rights(load_default=Authority().others)
    longest_snooze = Duration(load_default=Authority().longest_snooze)
    longest_hold = Duration(load_default=Authority().longest_hold)


def authority(data: Mapping[str, Any]) -> Authority:
    """The authority of a section that was checked."""
    return Authority(**data)
