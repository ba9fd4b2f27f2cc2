"""policy.yaml as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate

from core.policy import Acknowledgement, Policy, Roster, marks_of
from rung.documents.fields import Duration, Named, Strict, Text
from rung.documents.policy.acknowledgement import AcknowledgementSchema, acknowledgement
from rung.documents.policy.authority import AuthoritySchema, authority
from rung.documents.policy.calendars import CalendarSchema, calendar
from rung.documents.policy.communication import CommunicationSchema, communication
from rung.documents.policy.customers import CustomerSchema, customer
from rung.documents.policy.handoff import HandoffSchema, handoff
from rung.documents.policy.major import MajorSchema, major
from rung.documents.policy.paths import PathRuleSchema, PathSchema, path, path_rules
from rung.documents.policy.risk import RiskSchema, risk
from rung.documents.policy.rollout import RollOutSchema, roll_out
from rung.documents.policy.routing import RoutingSchema, routing
from rung.documents.policy.segments import LimitsSchema, SegmentSchema, limits, segment
from rung.documents.policy.services import ServiceSchema, service
from rung.documents.policy.severity import SeveritySchema, severity
from rung.documents.policy.sync import SyncSchema, sync
from rung.documents.policy.targets import PausesSchema, TargetSchema, pauses, target_rule
from rung.documents.policy.triggers import TriggerSchema, triggers
from rung.documents.policy.vendors import VendorSchema, vendor


class PolicySchema(Strict):
    """policy.yaml."""

    name = Text()
    severity = fields.Nested(SeveritySchema)
    services = Named(fields.Nested(ServiceSchema), load_default=dict)
    customers = Named(fields.Nested(CustomerSchema), load_default=dict)
    geographies = Named(fields.List(Text(), validate=validate.Length(min=1)), load_default=dict)
    segments = Named(fields.Nested(SegmentSchema), load_default=dict)
    limits = fields.Nested(LimitsSchema)
    routing = fields.Nested(RoutingSchema, load_default=dict)
    roll_out = fields.Nested(RollOutSchema, load_default=dict)
    calendars = Named(fields.Nested(CalendarSchema), load_default=dict)
    targets = fields.List(fields.Nested(TargetSchema))
    pauses = fields.Nested(PausesSchema)
    paths = Named(fields.Nested(PathSchema))
    default_path = Text()
    authority = fields.Nested(AuthoritySchema, load_default=lambda: AuthoritySchema().load({}))
    path_rules = fields.List(fields.Nested(PathRuleSchema), load_default=list)
    handoff = fields.Nested(HandoffSchema)
    triggers = fields.List(fields.Nested(TriggerSchema))
    acknowledgement = fields.Nested(AcknowledgementSchema)
    reopen_within = Duration()
    communication = fields.Nested(CommunicationSchema)
    vendors = Named(fields.Nested(VendorSchema), load_default=dict)
    risk = fields.Nested(RiskSchema, load_default=lambda: RiskSchema().load({}))
    major = fields.Nested(MajorSchema, load_default=dict)
    sync = fields.Nested(SyncSchema, load_default=dict)


def policy(data: Mapping[str, Any], *, version: int, roster: Roster, creates_on: Mapping[str, str]) -> Policy:
    """The policy of a document that was checked, its missing sections already filled with the defaults."""
    vendors = {name: vendor(name, one) for name, one in data["vendors"].items()}
    return Policy(
        version=version,
        name=data.get("name", "policy.yaml"),
        severity=severity(data["severity"]),
        paths={name: path(name, one) for name, one in data["paths"].items()},
        default_path=data["default_path"],
        path_rules=path_rules(data["path_rules"]),
        handoff=handoff(data["handoff"]) if "handoff" in data else (),
        triggers=(pulled := triggers(data.get("triggers", ()))),
        clock_marks=marks_of(pulled),
        acknowledgement=acknowledgement(data["acknowledgement"]) if "acknowledgement" in data else Acknowledgement(),
        services={name: service(name, one) for name, one in data["services"].items()},
        calendars={name: calendar(name, one) for name, one in data["calendars"].items()},
        targets=tuple(target_rule(one) for one in data["targets"]),
        pauses=pauses(data["pauses"]),
        authority=authority(data["authority"]),
        customers={name: customer(name, one) for name, one in data["customers"].items()},
        geographies={name: tuple(regions) for name, regions in data["geographies"].items()},
        segments={name: segment(name, one) for name, one in data["segments"].items()},
        limits=limits(data.get("limits", {})),
        default_team=data["routing"].get("default_team", ""),
        routing=routing(data["routing"]),
        roll_out=roll_out(data["roll_out"]),
        reopen_within=data["reopen_within"],
        communication=communication(data["communication"]),
        risk=risk(data["risk"]),
        major=major(data["major"]),
        sync=sync(data["sync"]),
        vendors=vendors,
        roster=roster.with_vendors(one.person for one in vendors.values()),
        creates_on=creates_on,
    )
