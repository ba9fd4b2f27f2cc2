"""Comments: one for the people who work on the issue, one for everybody; each marked so that it is not written twice.

The mark is the comment property `rung.operation`. Internal comments also carry Service Management's own property, which
other projects keep and ignore, and are signed for readers; texts that customers may see hold no word of ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.jira.api import Json

PROPERTY = "rung.operation"
LONGEST = 32_000
"""Characters; Jira takes 32,767."""


@dataclass(frozen=True, slots=True)
class Note:
    """One comment to add."""

    text: str
    internal: bool
    operation_id: str

    @property
    def body(self) -> str:
        """The text as it is sent."""
        text = self.text[:LONGEST]
        return f"{text}\n[rung {self.operation_id}]" if self.internal else text

    @property
    def properties(self) -> list[Json]:
        """What marks it."""
        return [{"key": PROPERTY, "value": self._mark}, *self.hiding]

    @property
    def hiding(self) -> list[Json]:
        """What keeps it from customers, where it is internal."""
        return [{"key": "sd.public.comment", "value": {"internal": True}}] if self.internal else []

    @property
    def _mark(self) -> dict[str, str]:
        return {"id": self.operation_id, "part": "internal" if self.internal else "public"}

    def stands_in(self, comments: Sequence[Json], own: Mapping[str, Any]) -> str:
        """The id under which it is among the comments, "" where it is not: by its property, where the answer shows
        properties, by its signature, or, where it has none, as the same text written by our own account (`own`).
        """
        return next((str(one.get("id") or "?") for one in comments if self._is(one, own)), "")

    def _is(self, comment: Json, own: Mapping[str, Any]) -> bool:
        if any(
            one.get("key") == PROPERTY and one.get("value") == self._mark for one in comment.get("properties") or []
        ):
            return True
        body = str(comment.get("body") or "").replace("\r\n", "\n").strip()
        if self.internal:
            return body.endswith(f"[rung {self.operation_id}]")
        author = comment.get("author") or {}
        mine = any(own.get(part) and author.get(part) == own[part] for part in ("accountId", "name", "key"))
        return mine and not comment.get("properties") and body == self.body.strip()


def notes(told: Sequence[tuple[str, str]], operation_id: str) -> list[Note]:
    """The (field, text) pairs of a write as at most one internal and one public comment; the field says which."""
    internal = [text for field, text in told if field == "internal"]
    public = [text for field, text in told if field != "internal"]
    parts = ((internal, True), (public, False))
    return [Note("\n\n".join(texts), is_internal, operation_id) for texts, is_internal in parts if texts]
