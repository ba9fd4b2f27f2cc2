"""How long an acknowledgement is good for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from core.model import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """`expires_after` is how long, by severity, one stands without a word from people; without an entry, for ever.

    `re_arm_on_worse` is whether one given for a lesser severity stands no longer once it becomes more severe.
    """

    expires_after: Mapping[Severity, timedelta] = field(default_factory=dict)
    re_arm_on_worse: bool = False
