"""One Rung for all attacks of a test process, as real processes over real servers."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from rung.embedded import Postgres, Redis
from tests.hostile.prey import Prey


@pytest.fixture(scope="session")
def prey(postgres_server: Postgres, redis_server: Redis) -> Iterator[Prey]:
    """Its web role, ready."""
    folder = Path(tempfile.mkdtemp(prefix="rung-hostile-"))
    made = Prey(folder, postgres_server.make_database("prey", template="migrated"), redis_server.url())
    made.apply()
    made.start("web")
    yield made
    made.end()
    shutil.rmtree(folder)
