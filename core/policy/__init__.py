"""The policy as typed objects, and what each part of it decides. Pure: the moment is always handed in."""

from core.policy.acknowledgement import Acknowledgement
from core.policy.authority import Authority, holders, rights, rights_at, standing, standings
from core.policy.calendar import ALWAYS_OPEN, ROUND_THE_CLOCK, Calendar, OpenDay
from core.policy.catalogue import Catalogue, Criticality, Customer, Owners, Service
from core.policy.communication import Channel, Communication, Digest, Limit, Telling, Updates, Wording
from core.policy.condition import ALWAYS, Condition
from core.policy.coverage import Absent, Coverage, Dark, Gap, Unreachable
from core.policy.facts import Facts, facts_of
from core.policy.layer import Hours, Layer, Rotation
from core.policy.localtime import instant
from core.policy.major import MajorRule
from core.policy.oncall import Basis, Handover, OnCall, Override, Why, assigned, on_call, pools
from core.policy.paths import Ask, Entrance, Level, LevelKind, Path, PathRule
from core.policy.policy import Policy
from core.policy.proof.owners import coverage
from core.policy.rollout import RollOut
from core.policy.roster import Roster, Team, WorksOn
from core.policy.routing import Routing, RoutingRule, Within
from core.policy.segments import Limits, Segment
from core.policy.severity import LocalSeverity, SeverityRule, SeverityTurn, Turn
from core.policy.shifts import Shift, shifts
from core.policy.spans import Span, TimeOff
from core.policy.sync import Closes, Losing, Returned, Sync, SyncRule
from core.policy.targets import CLOCKS, Pauses, Target, TargetRule, target_of
from core.policy.triggers import Direction, Trigger, marks_of
from core.policy.vendor import Vendor

__all__ = [
    "ALWAYS",
    "ALWAYS_OPEN",
    "CLOCKS",
    "ROUND_THE_CLOCK",
    "Absent",
    "Acknowledgement",
    "Ask",
    "Authority",
    "Basis",
    "Calendar",
    "Catalogue",
    "Channel",
    "Closes",
    "Communication",
    "Condition",
    "Coverage",
    "Criticality",
    "Customer",
    "Dark",
    "Digest",
    "Direction",
    "Entrance",
    "Facts",
    "Gap",
    "Handover",
    "Hours",
    "Layer",
    "Level",
    "LevelKind",
    "Limit",
    "Limits",
    "LocalSeverity",
    "Losing",
    "MajorRule",
    "OnCall",
    "OpenDay",
    "Override",
    "Owners",
    "Path",
    "PathRule",
    "Pauses",
    "Policy",
    "Returned",
    "RollOut",
    "Roster",
    "Rotation",
    "Routing",
    "RoutingRule",
    "Segment",
    "Service",
    "SeverityRule",
    "SeverityTurn",
    "Shift",
    "Span",
    "Sync",
    "SyncRule",
    "Target",
    "TargetRule",
    "Team",
    "Telling",
    "TimeOff",
    "Trigger",
    "Turn",
    "Unreachable",
    "Updates",
    "Vendor",
    "Why",
    "Within",
    "Wording",
    "WorksOn",
    "assigned",
    "coverage",
    "facts_of",
    "holders",
    "instant",
    "marks_of",
    "on_call",
    "pools",
    "rights",
    "rights_at",
    "shifts",
    "standing",
    "standings",
    "target_of",
]
