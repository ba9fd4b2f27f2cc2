"""The packaged catalogue's fixtures."""

from pathlib import Path

import mappings
from mappings.fixtures import bodies, delivery, headers, outcome, written
from mappings.fixtures import bound as bound_for_fixtures
from rung.live import packaged

__all__ = ["BODIES", "FOLDERS", "bound", "delivery", "headers", "outcome", "written"]

FOLDERS = sorted(path.parent for path in mappings.PACKAGED.glob("*/mapping.yaml"))
BODIES = sorted(path for folder in FOLDERS for path in bodies(folder))


def bound(folder: Path) -> mappings.BoundMapping:
    return bound_for_fixtures(packaged()[folder.name])
