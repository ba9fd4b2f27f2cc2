"""Segments: parts of the organisation, by geography, business unit or service line, with ways of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from core.model import Severity
from core.policy.condition import Condition
from core.policy.severity import LocalSeverity


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A part with its own ways: the escalation path, the language where nothing else tells it, the severity."""

    name: str
    condition: Condition
    path: str = ""
    language: str = ""
    severity: LocalSeverity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How far segments may go.

    `acknowledge_within` is the longest that the first level of a segment's path may have, `path_within` the longest
    until that path is walked, `severity_steps` how far a segment's severity may be from the organisation's, and
    `acknowledge`, `update` and `resolve` the longest targets for a segment. None and {} set no limit.
    """

    acknowledge_within: Mapping[Severity, timedelta] = field(default_factory=dict)
    path_within: Mapping[Severity, timedelta] = field(default_factory=dict)
    severity_steps: int | None = None
    acknowledge: Mapping[Severity, timedelta] = field(default_factory=dict)
    update: Mapping[Severity, timedelta] = field(default_factory=dict)
    resolve: Mapping[Severity, timedelta] = field(default_factory=dict)


NO_LIMITS = Limits()
