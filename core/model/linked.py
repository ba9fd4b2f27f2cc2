"""What ties the records of one ticket to each other."""

from __future__ import annotations

from dataclasses import dataclass

from core.model.record import RecordRef


@dataclass(frozen=True, slots=True)
class Link:
    """A pointer from one record to another of the same ticket; `ticket` is the ticket's uid, which names the pair."""

    to: RecordRef
    ticket: str

    @property
    def name(self) -> str:
        """What to call it: the key and the platform on which that is one."""
        return f"{self.to.key} ({self.to.platform})"

    @property
    def global_id(self) -> str:
        """An id by which a link that is made twice is one link."""
        return f"rung={self.ticket}&platform={self.to.platform}"
