"""Comments between a ticket's records: which go where, how they are headed, and who reads them there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from core.model import ForeignComment

INTERNAL, PUBLIC = "internal", "public"
KINDS = (INTERNAL, PUBLIC)
PREFIX = "{author}, {platform} {key}, {time}:"
HOLES = ("author", "platform", "key", "time")


class Attachments(StrEnum):
    """What the other records get of a file that somebody attaches to one."""

    LINK = "link"
    """Its name, its size and where it is, as an internal comment."""
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One platform's part: what of its comments goes to the others, and what it takes of theirs.

    `customers` says that customers read those of its comments that are not internal. Elsewhere every comment is for
    the people who work on the record, and its copy is an internal one. `name` is what readers call the platform.
    """

    gives: frozenset[str] = frozenset(KINDS)
    takes: frozenset[str] = frozenset(KINDS)
    customers: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comments:
    """The rules for all platforms; `prefix` is the line above a copy, with `HOLES` in braces."""

    copy: bool = True
    prefix: str = PREFIX
    places: Mapping[str, Place] = field(default_factory=dict)

    def place(self, platform: str) -> Place:
        """The platform's part."""
        return self.places.get(platform, _ANYWHERE)

    def kind(self, comment: ForeignComment, platform: str) -> str:
        """Whether customers read that comment on the platform where it was made."""
        return PUBLIC if self.place(platform).customers and not comment.internal else INTERNAL

    def goes(self, kind: str, source: str, target: str) -> bool:
        """Whether such comments are copied from the one platform to the other."""
        return self.copy and kind in self.place(source).gives and kind in self.place(target).takes

    def is_internal_on(self, kind: str, target: str) -> bool:
        """Whether the copy is for those who work on the record; what was internal never reaches customers."""
        return kind != PUBLIC or not self.place(target).customers

    def head(self, author: str, platform: str, key: str, at: datetime) -> str:
        """The line above a copy: who wrote it, where, and when (UTC)."""
        said = {
            "author": author,
            "platform": self.place(platform).name or platform,
            "key": key,
            "time": at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        }
        return " ".join(self.prefix.format_map(said).split())


_ANYWHERE = Place()
