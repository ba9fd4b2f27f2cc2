"""policy.yaml as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from core.policy import Policy, Roster
from rung.documents.fields import Duration, Named, Strict, Text
from rung.documents.policy.authority import AuthoritySchema, authority
from rung.documents.policy.paths import PathSchema, path
from rung.documents.policy.routing import RoutingSchema, routing
from rung.documents.policy.services import ServiceSchema, service
from rung.documents.policy.severity import SeveritySchema, severity


class PolicySchema(Strict):
    """policy.yaml."""

    name = Text()
    severity = fields.Nested(SeveritySchema)
    services = Named(fields.Nested(ServiceSchema), load_default=dict)
    routing = fields.Nested(RoutingSchema, load_default=dict)
    paths = Named(fields.Nested(PathSchema))
    default_path = Text()
    authority = fields.Nested(AuthoritySchema, load_default=lambda: AuthoritySchema().load({}))
    reopen_within = Duration()


def policy(data: Mapping[str, Any], *, version: int, roster: Roster, creates_on: Mapping[str, str]) -> Policy:
    """The policy of a document that was checked, its missing sections already filled with the defaults."""
    return Policy(
        version=version,
        name=data.get("name", "policy.yaml"),
        severity=severity(data["severity"]),
        paths={name: path(name, one) for name, one in data["paths"].items()},
        default_path=data["default_path"],
        services={name: service(name, one) for name, one in data["services"].items()},
        authority=authority(data["authority"]),
        default_team=data["routing"].get("default_team", ""),
        routing=routing(data["routing"]),
        reopen_within=data["reopen_within"],
        roster=roster,
        creates_on=creates_on,
    )
