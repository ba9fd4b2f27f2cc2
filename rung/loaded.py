"""The configuration as working objects: what the documents in force have been made into."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from core.model import Delivery, Normalized, PollPlan
from core.policy import Policy
from core.ports import Listened, Platform, UnmappedError
from mappings import BoundMapping
from webhooks import Source


@dataclass(frozen=True, slots=True)
class BoundMappings:
    """`core.ports.Mappings`: each source's own mapping."""

    by_source: Mapping[str, BoundMapping]

    def events(self, delivery: Delivery) -> Normalized:
        """What a delivery means; raises `UnmappedError`."""
        return self._of(delivery.source).events(delivery)

    def record(self, source: str, body: Mapping[str, object]) -> Normalized:
        """What a record that was read from its platform says."""
        return self._of(source).record(body)

    def _of(self, source: str) -> BoundMapping:
        mapping = self.by_source.get(source)
        if mapping is None:
            raise UnmappedError(f"no source is called {source} any more: name it in platforms.yaml, then replay.")
        return mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Everything that the documents in force say. `at_version` makes the policy of an older version; `polls` are by
    platform.
    """

    policy: Policy
    platforms: Mapping[str, Platform]
    mappings: BoundMappings
    sources: Mapping[str, Source]
    at_version: Callable[[int], Policy]
    versions: Mapping[str, int] = field(default_factory=dict)
    polls: Mapping[str, PollPlan] = field(default_factory=dict)
    listened: Mapping[str, Listened] = field(default_factory=dict)
