"""`services`: the service catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from core.policy import Criticality, Owners, Service
from rung.documents.fields import Choice, Named, Strict, Text


class OwnersSchema(Strict):
    """Who answers for a service on one level."""

    owner = Text(load_default="")
    backup = Text(load_default="")


class ServiceSchema(Strict):
    """A service."""

    name = Text(required=True)
    team = Text(required=True)
    aliases = fields.List(Text(), load_default=list)
    criticality = Choice(tuple(Criticality))
    depends_on = fields.List(Text(), load_default=list)
    business_unit = Text(load_default="")
    service_line = Text(load_default="")
    owners = Named(fields.Nested(OwnersSchema), load_default=dict)


def service(name: str, data: Mapping[str, Any]) -> Service:
    """The service of an entry that was checked."""
    return Service(
        id=name,
        name=data["name"],
        team=data["team"],
        aliases=tuple(data["aliases"]),
        criticality=Criticality(data["criticality"]) if "criticality" in data else None,
        depends_on=tuple(data["depends_on"]),
        business_unit=data["business_unit"],
        service_line=data["service_line"],
        owners={level: Owners(owner=one["owner"], backup=one["backup"]) for level, one in data["owners"].items()},
    )
