"""`core.mapdesk.MappingDesk` over the documents in PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, Engine

from core.desk import NotFoundError, NotPossibleError
from core.mapdesk import Edit, MappingPage, MappingRow, MappingVersion, Mistake, MistakesError, Saved
from core.maptrial import Comparison, FieldRow, Trial, Tried
from core.model import Delivery
from core.store import deliveries
from core.store import documents as stored
from core.store.database import transaction
from core.store.documents import Document
from mappings import MappingDocumentError
from mappings.catalogue import NAME
from rung import live
from rung.documents import DocumentsError
from rung.mapping.comparing import affected, compare
from rung.mapping.configured import Configured, document, known_as, mistakes, packaged_text, wrong_with
from rung.mapping.described import fields_of
from rung.mapping.trying import try_out

LONGEST_NOTE = 500
"""Characters of a note or a name that are kept."""


AT_ONCE = 20
"""Deliveries that are held in memory at a time; each may be as large as its source's `max_bytes`."""


@dataclass(slots=True)
class SqlMappingDesk:
    """The mappings of what is in force in that database."""

    database: Engine
    _known: tuple[Mapping[str, int], Configured] | None = field(default=None, repr=False)

    def mappings(self) -> Sequence[MappingRow]:
        """Every mapping, packaged and own, by name."""
        with transaction(self.database) as connection:
            newest = stored.newest(connection)
        return [_with_version(row, newest) for row in self._made(newest).rows()]

    def mapping(self, name: str) -> MappingPage:
        """One with its text and its versions; raises `NotFoundError`."""
        with transaction(self.database) as connection:
            newest = stored.newest(connection)
            known = stored.history(connection, document(name)) if NAME.fullmatch(name) else []
        made = self._made(newest)
        in_force = {key: one.version for key, one in newest.items()}
        versions = tuple(_version(one, in_force) for one in known)
        if name not in made.catalogue and versions:
            row = MappingRow(name=name, title="withdrawn", by=known[0].by, at=known[0].at, note=known[0].note)
            return MappingPage(row=row, text="", packaged="", versions=versions)
        row = _with_version(made.row(name), newest)
        return MappingPage(row=row, text=made.text(name), packaged=packaged_text(name), versions=versions)

    def text(self, name: str, version: int) -> str:
        """The text of a version, 0 for the packaged one; raises `NotFoundError`."""
        with transaction(self.database) as connection:
            return self._text(connection, name, version)

    def check(self, name: str, text: str) -> Sequence[Mistake]:
        """What would be wrong if the text were in force under that name, with all other documents as they are."""
        with transaction(self.database) as connection:
            texts = stored.texts(stored.newest(connection))
        return wrong_with(texts, {name: text})

    def save(self, name: str, text: str, edit: Edit) -> Saved:
        """Put a text in force as a new version; raises `MistakesError` and `NotPossibleError`."""
        with transaction(self.database) as connection:
            return self._save(connection, name, text, edit)

    def roll_back(self, name: str, version: int, edit: Edit) -> Saved:
        """Put an older text in force again, as a new version; raises as `save` and `text` do."""
        with transaction(self.database) as connection:
            text = self._text(connection, name, version) if version else ""
            said = f"back to version {version}" if version else "back to the packaged one"
            if not version and document(name) not in stored.newest(connection):
                known_as(name, "mapping", self._made(stored.newest(connection)).catalogue)
                raise NotPossibleError(f"The packaged mapping {name} is in force already.")
            return self._save(connection, name, text, replace(edit, note=f"{said}: {edit.note}" if edit.note else said))

    def try_out(self, trial: Trial) -> Tried:
        """What a body gives, each field with the line that made it; raises `MistakesError` for a text of no use."""
        with transaction(self.database) as connection:
            newest = stored.newest(connection)
        return try_out(self._made(newest), trial)

    def compare(
        self,
        texts: Mapping[str, str],
        *,
        limit: int = 200,
        seconds: float = 600.0,
        told: Callable[[int, int], None] | None = None,
    ) -> Comparison:
        """What other texts of mappings would make of the last stored deliveries; raises `MistakesError`."""
        with transaction(self.database) as connection:
            newest = stored.newest(connection)
        now = self._made(newest)
        new = now.changed(texts)
        with transaction(self.database) as connection:
            ids = deliveries.latest(connection, affected(now, new)[1], limit)
        for one in compare(now, new, self._several(ids), seconds):
            if isinstance(one, Comparison):
                return one
            if told:
                told(one, len(ids))
        raise AssertionError("a comparison ends with what was found")

    def _several(self, ids: Sequence[int]) -> Iterator[Delivery]:
        """Those deliveries, few of them in memory at a time."""
        for at in range(0, len(ids), AT_ONCE):
            with transaction(self.database) as connection:
                several = deliveries.several(connection, ids[at : at + AT_ONCE])
            yield from several

    def fields(self, platform: str, collection: str = "") -> Sequence[FieldRow]:
        """A platform's own fields, with what its mapping does with each; raises as `described.fields_of`."""
        with transaction(self.database) as connection:
            newest = stored.newest(connection)
        return fields_of(self._made(newest), platform, collection)

    def _save(self, connection: Connection, name: str, text: str, edit: Edit) -> Saved:
        stored.lock(connection)
        newest = stored.newest(connection)
        _unchanged(name, newest.get(document(name)), edit.edited)
        found = wrong_with(stored.texts(newest), {name: text})
        if found:
            raise MistakesError(found)
        version, new = stored.put(connection, document(name), text, _kept(edit.by), _kept(edit.note))
        made = stored.history(connection, document(name), 1)[0]
        return Saved(version=_version(made, {made.name: version}), new=new)

    def _text(self, connection: Connection, name: str, version: int) -> str:
        if version == 0:
            known_as(name, "packaged mapping", live.packaged())
            return packaged_text(name)
        if not NAME.fullmatch(name):
            known_as(name, "mapping", live.packaged())
        found = stored.get(connection, document(name), version) if version < 2**31 else None
        if found is None or not found.content:
            there = [str(one.version) for one in stored.history(connection, document(name)) if one.content]
            known = (
                f"There are: {', '.join(there[:20])}." if there else "It has none of its own; 0 is the packaged one."
            )
            raise NotFoundError(f"The mapping {name[:80]} has no version {version} to show. {known}")
        return found.content

    def _made(self, newest: Mapping[str, Document]) -> Configured:
        """The documents as working objects, kept until one of them has another version; raises `MistakesError`."""
        versions = {name: one.version for name, one in newest.items()}
        known = self._known
        if known is None or known[0] != versions:
            texts = stored.texts(newest)
            try:
                known = self._known = (versions, Configured.of(texts))
            except (DocumentsError, MappingDocumentError) as error:
                # Another Rung stored what this one cannot use.
                raise MistakesError(mistakes(texts)) from error
        return known[1]


def _kept(text: str) -> str:
    """A name or note as it is kept: on one line, without what a page or terminal would act upon."""
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()[:LONGEST_NOTE]


def _unchanged(name: str, newest: Document | None, edited: int | None) -> None:
    """Raise `NotPossibleError` where the change did not begin from what is in force."""
    now = newest.version if newest and newest.content else 0
    last = newest.version if newest else 0
    if edited is None or edited in (now, last):
        return
    who = f" {newest.by} made it{f': {newest.note}' if newest.note else ''}." if newest and newest.by else ""
    what = f"Version {last}" if last else "The packaged one"
    raise NotPossibleError(
        f"{what} of the mapping {name} is in force, and the change began from version {edited}.{who} "
        "Nothing was changed: look at it, and begin from there."
    )


def _with_version(row: MappingRow, newest: Mapping[str, Document]) -> MappingRow:
    found = newest.get(document(row.name))
    if found is None or not row.own:
        return row
    return replace(row, version=found.version, at=found.at, by=found.by, note=found.note)


def _version(one: Document, in_force: Mapping[str, int]) -> MappingVersion:
    return MappingVersion(
        version=one.version,
        at=one.at,
        by=one.by,
        note=one.note,
        lines=len(one.content.splitlines()),
        withdrawn=not one.content,
        in_force=bool(one.content) and in_force[one.name] == one.version,
    )
