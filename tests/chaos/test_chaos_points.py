"""Workers that die between any two statements lose nothing and do nothing twice: the short form of `make points`."""

from __future__ import annotations

import os
import random
from pathlib import Path

from rung.embedded import Postgres
from tests.chaos.points.run import Run, stage
from tests.chaos.points.stories import STORIES

DEATHS = 14
LONGEST_SECONDS = 120.0


def test_a_story_ends_as_it_would_have_wherever_a_worker_dies_in_it(postgres_server: Postgres, tmp_path: Path) -> None:
    seed = int(os.environ.get("RUNG_TEST_SEED") or random.randrange(1, 10**6))
    story = random.Random(seed).choice(sorted(STORIES))
    with stage(postgres_server, tmp_path) as here:
        result = Run(here, seed, LONGEST_SECONDS, most=DEATHS).play([story])
    assert not result.found, (f"RUNG_TEST_SEED={seed}", result.found)
    assert result.deaths[story] >= 1, (f"RUNG_TEST_SEED={seed}", result)
    assert result.names[story] > 50, result
