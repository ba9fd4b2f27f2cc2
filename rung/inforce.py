"""The documents in force, asked for anew each time: as the work, and as the doors want to see them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core.policy import Policy
from core.ports import StorageUnavailableError
from rung.loaded import Loaded
from webhooks import Source


@dataclass(frozen=True, slots=True)
class Policies:
    """`core.work.apply.Policies` over the documents in force."""

    loaded: Callable[[], Loaded]

    def newest(self) -> Policy:
        """The policy in force."""
        return self.loaded().policy

    def version(self, version: int) -> Policy:
        """The policy that a running ticket began with."""
        return self.loaded().at_version(version)


class Sources(Mapping[str, Source]):
    """The sources of the documents in force, so that a new one is heard without a restart."""

    def __init__(self, loaded: Callable[[], Loaded]) -> None:
        self._loaded = loaded

    def __getitem__(self, name: str) -> Source:
        return self._loaded().sources[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._loaded().sources)

    def __len__(self) -> int:
        return len(self._loaded().sources)


def or_unavailable(loaded: Callable[[], Loaded]) -> Callable[[], Loaded]:
    """What is in force, in the doors' word for a database that went away before it could be read for the first time."""

    def told() -> Loaded:
        try:
            return loaded()
        except (DBAPIError, PoolTimeout) as error:
            raise StorageUnavailableError(type(error).__name__) from error

    return told


def platforms(loaded: Callable[[], Loaded]) -> list[str]:
    """The platforms of the documents in force; none where they cannot be read now."""
    try:
        return list(loaded().platforms)
    except (DBAPIError, PoolTimeout):
        return []
