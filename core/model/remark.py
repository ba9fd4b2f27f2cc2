"""Comments in two places: what a person wrote on one of a ticket's records, and its copies on the others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Doing(StrEnum):
    """What is to be done about a copy."""

    ADD = "add"
    EDIT = "edit"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What is to be done about the copy of a comment on one platform.

    `mark` is the operation id of the copy's first write, by which it is found again. `source` is the platform on which
    the comment was made and `comment` its id there. `head` tells who wrote it, where and when; `note` says in a
    sentence that it was edited or withdrawn, for platforms whose comments cannot be changed. `text` is as its author
    wrote it, in the `markup` that the mapping names; "" where it was withdrawn.
    """

    mark: str
    doing: Doing
    source: str
    comment: str
    head: str
    note: str = ""
    text: str = ""
    markup: str = "plain"
    internal: bool = True


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy on a platform: the operation that first wrote it, and the platform's id of it ("" where it has none)."""

    platform: str
    mark: str
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirrored:
    """A comment that was copied: where it was made, its id there, and its copies.

    `digest` tells its text apart, `at` is when it was last changed and `written` when it was made (UTC), as far as the
    platform said. One that is `gone` was withdrawn by its author.
    """

    platform: str
    id: str
    author: str
    internal: bool
    digest: str
    written: datetime | None = None
    at: datetime | None = None
    copies: tuple[Copy, ...] = ()
    gone: bool = False
