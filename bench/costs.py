"""What each process spends: its processor time, with that of the processes that it has started."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import psutil


@dataclass
class Costs:
    """Seconds of processor time by process name, since it was made."""

    pids: Mapping[str, int]
    _before: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._before = self._now()

    def spent(self) -> dict[str, float]:
        """Seconds of user and system time by name, workers taken together."""
        told: dict[str, float] = {}
        for name, seconds in self._now().items():
            role = name.partition("-")[0]
            told[role] = told.get(role, 0.0) + max(seconds - self._before.get(name, 0.0), 0.0)
        return told

    def each(self, count: int) -> tuple[float, str]:
        """Milliseconds of processor time for each of `count` pieces of work, and by whom they were spent."""
        spent = {name: seconds * 1000 / count for name, seconds in self.spent().items()}
        dearest = sorted(spent.items(), key=lambda one: -one[1])
        return sum(spent.values()), ", ".join(f"{name} {ms:.2f}" for name, ms in dearest if ms >= 0.005)

    def _now(self) -> dict[str, float]:
        return {name: _seconds(pid) for name, pid in self.pids.items()}


def _seconds(pid: int) -> float:
    """Of a process and all below it; what its children spent that are gone it has taken over."""
    total = 0.0
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        for one in (process, *process.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                times = one.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
    return total
