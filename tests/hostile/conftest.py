"""One Rung for all attacks of a test process, as real processes over real servers."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from rung.embedded import Postgres, Redis
from tests.hostile.inside import Inside
from tests.hostile.prey import Prey

_NUMBERS = itertools.count(1)


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


@pytest.fixture(scope="module")
def inside(postgres_server: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    """The web role within this process, over a database of the module's own in which something has happened."""
    name = f"inside_{next(_NUMBERS)}"
    database = postgres_server.make_database(name, template="migrated")
    made = Inside(Prey(tmp_path_factory.mktemp("inside"), database, "redis://127.0.0.1:1/0"))
    made.prey.apply()
    made.live()
    yield made
    made.close()
