"""What admins see of mappings and do about them, on the command line and through the API alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.maptrial import Comparison, FieldRow, Trial, Tried


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingRow:
    """A mapping as it is in force. `own`: the organisation's, not the packaged one; `replaces`: it takes the place of a
    packaged one of that name. `version` counts the own ones from 1; 0 where the packaged one is in force, or where the
    documents are those of a folder. `sources` and `platforms` use it; `both_ways`: it also says how changes go out.
    `extends` is the mapping of which it changes some lines, "" for one that stands alone.
    """

    name: str
    title: str
    own: bool = False
    replaces: bool = False
    version: int = 0
    at: datetime | None = None
    by: str = ""
    note: str = ""
    sources: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    both_ways: bool = False
    extends: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingVersion:
    """One version of an own mapping: who made it, when (UTC) and why. `withdrawn`: with it the packaged one came back.

    `lines` is how long it is.
    """

    version: int
    at: datetime | None
    by: str
    note: str
    lines: int
    withdrawn: bool = False
    in_force: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """The version that is in force after a change, and whether it is a new one: the same text makes none."""

    version: MappingVersion
    new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingPage:
    """A mapping with the text that is in force, the packaged text of that name ("" for none), and its versions."""

    row: MappingRow
    text: str
    packaged: str
    versions: tuple[MappingVersion, ...] = ()


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a document: `line` counts from 1 (0: the document as a whole), `path` is where in it, and
    `hint` what would be right."""

    file: str
    line: int
    path: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return " ".join(
            part for part in (f"{place}:", f"{self.path}:" * bool(self.path), self.message, self.hint) if part
        )


class MistakesError(Exception):
    """A mapping cannot be used. `mistakes` are all that were found; the message tells them line by line."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(map(str, self.mistakes)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Who changes a mapping and why. `edited` is the version that the change began from (0: the packaged one, or none);
    None where whatever is in force is meant."""

    by: str
    note: str = ""
    edited: int | None = None


class MappingDesk(Protocol):
    """Reads and changes mappings. Names that are unknown raise `core.desk.NotFoundError` with the near one; a database
    that is away `core.ports.StorageUnavailableError`."""

    def mappings(self) -> Sequence[MappingRow]:
        """Every mapping, packaged and own, by name."""
        ...

    def mapping(self, name: str) -> MappingPage:
        """One with its text and its versions."""
        ...

    def text(self, name: str, version: int) -> str:
        """The text of a version; 0 is the packaged one."""
        ...

    def check(self, name: str, text: str) -> Sequence[Mistake]:
        """What would be wrong if the text were in force under that name, with all other documents as they are."""
        ...

    def save(self, name: str, text: str, edit: Edit) -> Saved:
        """Put a text in force as a new version, or find it there already.

        Raises `MistakesError`, and `core.desk.NotPossibleError` where another version came in between.
        """
        ...

    def roll_back(self, name: str, version: int, edit: Edit) -> Saved:
        """Put an older text in force again, as a new version; 0 withdraws the own ones: the packaged one counts again.

        Raises as `save` does.
        """
        ...

    def try_out(self, trial: Trial) -> Tried:
        """What a body gives, each field with the line that made it. Raises `MistakesError` for a text of no use."""
        ...

    def compare(
        self,
        texts: Mapping[str, str],
        *,
        limit: int = 200,
        seconds: float = 600.0,
        told: Callable[[int, int], None] | None = None,
    ) -> Comparison:
        """What other texts of mappings, by name, would make of the last stored deliveries, `limit` of each source.

        Takes up deliveries until the seconds are over; `told` hears how many of how many are done. Raises
        `MistakesError`.
        """
        ...

    def fields(self, platform: str, collection: str = "") -> Sequence[FieldRow]:
        """A platform's own fields of a table, or of a project's issues; "" is the one of platforms.yaml.

        Raises `core.ports.DeliveryError` for what goes wrong there.
        """
        ...
