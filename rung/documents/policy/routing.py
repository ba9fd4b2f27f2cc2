"""`routing`: where a ticket goes, and to whom there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validates_schema

from core.policy import Routing, RoutingRule, Within
from rung.documents.fields import Choice, Named, Strict, Text, wrong
from rung.documents.policy.conditions import ConditionSchema, condition

_WAYS = tuple(Within)


class RoutingRuleSchema(ConditionSchema):
    """A rule by which tickets go to a team, or need a skill."""

    name = Text(required=True)
    team = Text(load_default="")
    skill = Text(load_default="")
    because = Text(load_default="")

    @validates_schema
    def refuse_idle_rules(self, data: Mapping[str, Any], **_: object) -> None:
        """A rule that holds keeps the later ones from being asked, so it has to say something."""
        if not data.get("team") and not data.get("skill"):
            raise wrong("says neither a team nor a skill.", "Example: team: database.")


class RoutingSchema(Strict):
    """Where a ticket goes."""

    default_team = Text(load_default="")
    rules = fields.List(fields.Nested(RoutingRuleSchema), load_default=list)
    within = Choice(_WAYS, load_default=Within.ON_CALL.value)
    within_team = Named(Choice(_WAYS), load_default=dict)
    by_language = fields.Boolean(load_default=False)


def routing(data: Mapping[str, Any]) -> Routing:
    """The routing of a section that was checked; of none, the default."""
    if not data:
        return Routing()
    return Routing(
        rules=tuple(_rule(one) for one in data["rules"]),
        within=Within(data["within"]),
        teams={team: Within(way) for team, way in data["within_team"].items()},
        by_language=data["by_language"],
    )


def _rule(data: Mapping[str, Any]) -> RoutingRule:
    return RoutingRule(
        name=data["name"],
        condition=condition(data),
        team=data["team"],
        skill=data["skill"],
        because=data["because"],
    )
