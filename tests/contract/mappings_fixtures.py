"""The packaged catalogue's fixtures."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import mappings
from mappings.fixtures import bodies, delivery, headers, outcome, written
from mappings.fixtures import bound as bound_for_fixtures

__all__ = ["BODIES", "FOLDERS", "bound", "catalogue", "delivery", "headers", "outcome", "written"]

FOLDERS = sorted(path.parent for path in mappings.PACKAGED.glob("*/mapping.yaml"))
BODIES = sorted(path for folder in FOLDERS for path in bodies(folder))


@cache
def catalogue() -> Mapping[str, mappings.Mapping]:
    return mappings.load_catalogue([mappings.PACKAGED])


def bound(folder: Path) -> mappings.BoundMapping:
    return bound_for_fixtures(catalogue()[folder.name])
