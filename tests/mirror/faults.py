"""What goes wrong during a mirrored run, by seeded dice."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sandbox.embedded import Sandbox

FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "webhook_lose", "share": 0.05},
    {"kind": "webhook_twice", "share": 0.10},
    {"kind": "webhook_delay", "share": 0.10, "seconds": 1.5},
    {"kind": "webhook_out_of_order", "share": 0.10},
    {"kind": "status", "status": 429, "retry_after": 1, "share": 0.02},
    {"kind": "status", "status": 503, "share": 0.02},
    {"kind": "commit_then_drop", "method": "PATCH", "share": 0.03},
    {"kind": "commit_then_drop", "method": "POST", "path": "*/rest/api/*/issue*", "share": 0.03},
    {"kind": "commit_then_drop", "method": "PUT", "share": 0.03},
)
"""Of both stand-ins."""
_READING = ("GET", "HEAD", "OPTIONS")


def switch_on(box: Sandbox, seed: int) -> None:
    """Have everything go wrong from now on."""
    for number, fault in enumerate(FAULTS):
        for side, platform in enumerate(("servicenow", "jira")):
            box.fault(platform, **fault, times=None, seed=seed * 1000 + number * 2 + side)


class Meter:
    """Counts what was asked of the stand-ins, what went wrong, and what was sent."""

    def __init__(self, box: Sandbox) -> None:
        self._box = box
        self.writes: Counter[str] = Counter()
        self.reads: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.hooks: Counter[str] = Counter()

    def read(self) -> None:
        """Take in what was kept since the last time, and have the stand-ins forget it."""
        for stand in self._box.box.stands:
            for call in stand.calls.all():
                self._count(stand.name, call)
            stand.calls.clear()
            for hook in stand.hooks.all():
                self.hooks["sent" if hook["state"] == "sent" else hook["state"]] += 1
                self.hooks["repeated"] += max(len(hook["attempts"]) - 1, 0)
            stand.hooks.clear()

    def _count(self, name: str, call: dict[str, Any]) -> None:
        reading = call["method"] in _READING or call["path"].endswith("/search/jql")
        (self.reads if reading else self.writes)[name] += 1
        if call["fault"]:
            self.faults[f"{call['fault']} {call['status'] or ''}".strip()] += 1
