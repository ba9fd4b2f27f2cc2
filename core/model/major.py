"""Major incidents: what a ticket that gathers others knows of itself, and how its children know it."""

from __future__ import annotations

from dataclasses import dataclass

from core.model.record import RecordRef
from core.model.values import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Major:
    """What makes a ticket a major incident.

    `gathers` is the likeness whose tickets join it, "" where a person declared it. `bridge` is the address at which its
    people meet, `contact` the one person (a roster id) who speaks for it to the outside; "" without one. It is never
    less severe than `floor`, the worst of the policy's word and its children. `services` are the ids of the children's
    services whose owners were asked in, `invited` the roster ids of everybody who was told the bridge.
    """

    gathers: str = ""
    bridge: str = ""
    contact: str = ""
    floor: Severity = Severity.SEV4
    services: tuple[str, ...] = ()
    invited: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parent:
    """A major incident as its children know it. `records` are those that the platforms have confirmed."""

    id: int
    title: str
    bridge: str = ""
    contact: str = ""
    records: tuple[RecordRef, ...] = ()
    shadow: bool = False

    @property
    def name(self) -> str:
        """What to call it in a sentence: by the key that people know, else by Rung's own number."""
        return self.records[0].key if self.records else f"Rung's ticket {self.id}"
