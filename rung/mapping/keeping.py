"""What own mappings lose between the way out and the way in, and what has changed below them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.policy import Policy
from mappings import BoundMapping, Loss, losses
from mappings import Mapping as CompiledMapping
from rung import live
from rung.documents import Configuration, Problem


def losses_of(name: str, configuration: Configuration, catalogue: Mapping[str, CompiledMapping]) -> list[Loss]:
    """What that mapping loses, on each platform that uses it with its options; by itself where none does."""
    platforms = configuration.platforms.platforms.items()
    bound = [live.bind_platform(key, one, catalogue) for key, one in platforms if one.mapping == name]
    found = (
        loss for each in bound or [catalogue[name].bind(name, name)] for loss in _losses(each, configuration.policy)
    )
    return list(dict.fromkeys(found))


def _losses(bound: BoundMapping, policy: Policy) -> tuple[Loss, ...]:
    return losses(bound, policy.severity.derive)


def warnings(configuration: Configuration) -> Iterator[Problem]:
    """What is worth telling of the own mappings: what they lose that the packaged ones below them do not, and packaged
    ones that are no longer what they were written for."""
    own = live.own_mappings(configuration.texts)
    catalogue = live.packaged().beneath(own)
    for name, mapping in own.items():
        for base in mapping.bases:
            if base.pinned and base.pinned != base.digest:
                yield Problem(base.file, base.line, "extends", _changed(base.name, base.pinned, base.digest))
        known = _known(mapping, configuration.policy)
        for loss in losses_of(name, configuration, catalogue):
            if _said(loss) not in known:
                yield Problem(loss.file, loss.line, f"out.{loss.field}", f"{name}: {loss}")


def notes(configuration: Configuration) -> Iterator[Problem]:
    """How to be told of changes in what an own mapping extends."""
    for mapping in live.own_mappings(configuration.texts).values():
        for base in mapping.bases[:1]:
            if not base.pinned and base.name in live.packaged():
                yield Problem(base.file, base.line, "extends", _unpinned(base.name, base.digest))


def _changed(name: str, pinned: str, digest: str) -> str:
    return (
        f"“{name}” has changed since this was written for it ({pinned}). Look by `rung mapping test` and `rung mapping "
        f"diff` whether this still does what you mean; then write “extends: {name}@{digest}”."
    )


def _unpinned(name: str, digest: str) -> str:
    return f"Write “extends: {name}@{digest}” to be warned when a later Rung brings another “{name}”."


def _known(mapping: CompiledMapping, policy: Policy) -> set[tuple[str, ...]]:
    """What the packaged mapping below loses already."""
    below = [live.packaged()[base.name] for base in mapping.bases if base.name in live.packaged()]
    return {_said(loss) for one in below for loss in _losses(one.bind(one.name, one.name), policy)}


def _said(loss: Loss) -> tuple[str, ...]:
    return loss.field, loss.value, loss.written, loss.back
