"""The policy as typed objects, and what each part of it decides. Pure: the moment is always handed in."""

from core.policy.oncall import OnCall, Rotation, on_call
from core.policy.paths import Level, Path
from core.policy.policy import Policy, Service
from core.policy.roster import Roster, Team
from core.policy.severity import SeverityRule

__all__ = ["Level", "OnCall", "Path", "Policy", "Roster", "Rotation", "Service", "SeverityRule", "Team", "on_call"]
