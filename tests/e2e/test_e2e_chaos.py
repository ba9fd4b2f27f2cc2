"""The short form of the fault run (`make chaos`): every promise holds while processes and servers are killed at random.

The plan and the faults follow from the seed; when something broke, it is told with the seed, and the longer run can be
played with the same one.
"""

from __future__ import annotations

import os
import random

from tests.chaos.run import Size, play
from tests.chaos.table import table
from tests.e2e.processes import tell


def test_every_promise_is_kept_while_processes_and_servers_are_killed_at_random() -> None:
    seed = int(os.environ.get("RUNG_TEST_SEED") or random.randrange(10**6))
    tell(f"RUNG_TEST_SEED={seed} plays the same again; so does python -m tests.chaos --seed {seed}")
    result = play(Size(seed=seed, seconds=15, tickets=48, each_turn=12, pause=0.4), tell)
    for name, value in table(result):
        tell(f"{name:<46} {value}")
    assert result.stopped == ""
    assert {one.promise: list(one.broken) for one in result.counts if one.broken} == {}
    assert result.kills >= 3
    assert len(result.other.tickets) >= 12
