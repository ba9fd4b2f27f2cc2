"""`roll_out`: for which tickets Rung only decides and records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from core.policy import RollOut
from rung.documents.fields import Strict, Text


class ShadowSchema(Strict):
    """What is shadowed."""

    everything = fields.Boolean(load_default=False)
    services = fields.List(Text(), load_default=list)
    teams = fields.List(Text(), load_default=list)


class RollOutSchema(Strict):
    """How far Rung is trusted yet."""

    shadow = fields.Nested(ShadowSchema, load_default=dict)


def roll_out(data: Mapping[str, Any]) -> RollOut:
    """The roll-out of a section that was checked; of none, that nothing is shadowed."""
    shadow = data.get("shadow") or {}
    return RollOut(
        everything=shadow.get("everything", False),
        services=frozenset(shadow.get("services", ())),
        teams=frozenset(shadow.get("teams", ())),
    )
