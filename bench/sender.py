"""Running the load generator and reading what it found."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass

_SECONDS = 60.0
"""The longest that any load may take."""


class LoadError(Exception):
    """The load was not answered as it should have been."""


@dataclass(frozen=True, slots=True)
class Load:
    """What came of one load: requests answered, in how many seconds, latencies in ms, own CPU per request in µs."""

    requests: int
    seconds: float
    p50: float
    p99: float
    cpu: float

    @property
    def per_second(self) -> float:
        """Requests answered per second."""
        return self.requests / self.seconds


def load(port: int, path: str, expected: str = "202", /, **options: float) -> Load:
    """Send a load (see the options of `bench.load`); raises `LoadError` unless every answer has that status."""
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    command = [sys.executable, "-m", "bench.load", "--port", str(port), "--path", path, *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    if done.returncode:
        raise LoadError(f"the load generator failed: {done.stderr.strip().splitlines()[-1:]}")
    told = json.loads(done.stdout)
    statuses = told.pop("statuses")
    if set(statuses) != {expected}:
        raise LoadError(f"{path} answered {statuses or 'nothing'}, not {expected} alone")
    return Load(**told)
