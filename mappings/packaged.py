"""The packaged mappings by name, each compiled when it is first asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping

from mappings.catalogue import load_catalogue
from mappings.mapping import CompiledMapping
from mappings.shelf import DOCUMENT, PACKAGED


class Packaged(Mapping[str, CompiledMapping]):
    """A deployment has a few sources, and compiling all that are packaged takes a process longer than its other start.

    Asking for one raises `MappingDocumentError` where it cannot be used, which a test of the catalogue keeps from
    being so.
    """

    def __init__(self) -> None:
        self._names = sorted(path.parent.name for path in PACKAGED.glob(f"*/{DOCUMENT}"))
        self._made: dict[str, CompiledMapping] = {}
        self._lock = threading.Lock()

    def __getitem__(self, name: str) -> CompiledMapping:
        if name not in self._names:
            raise KeyError(name)
        with self._lock:
            if name not in self._made:
                self._made[name] = load_catalogue([PACKAGED], only=name)[name]
            return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def beneath(self, own: Mapping[str, CompiledMapping]) -> Mapping[str, CompiledMapping]:
        """All of them, with those of one's own in the places of packaged ones of the same name."""
        return _Above(own, self)


class _Above(Mapping[str, CompiledMapping]):
    def __init__(self, own: Mapping[str, CompiledMapping], packaged: Packaged) -> None:
        self._own, self._packaged = own, packaged

    def __getitem__(self, name: str) -> CompiledMapping:
        return self._own[name] if name in self._own else self._packaged[name]

    def __contains__(self, name: object) -> bool:
        return name in self._own or name in self._packaged

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([*self._packaged, *self._own]))

    def __len__(self) -> int:
        return len(dict.fromkeys([*self._packaged, *self._own]))
