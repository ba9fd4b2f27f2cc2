"""Documents together with the mappings that they and the package bring, ready to be asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

import mappings
from core.desk import NotFoundError
from core.mapdesk import MappingRow, Mistake, MistakesError
from mappings import BoundMapping
from mappings import Mapping as CompiledMapping
from mappings.catalogue import NAME
from rung import documents, live
from rung.documents import Configuration


@dataclass(frozen=True)
class Configured:
    """`texts` are the documents by name; `catalogue` holds every mapping by name, own ones in packaged ones' places."""

    texts: Mapping[str, str]
    configuration: Configuration
    catalogue: Mapping[str, CompiledMapping]

    @classmethod
    def of(cls, texts: Mapping[str, str]) -> Configured:
        """Made of documents; raises `DocumentsError` and `MappingDocumentError`."""
        catalogue = live.packaged().beneath(live.own_mappings(texts))
        return cls(texts, documents.read(texts, live.packaged()), catalogue)

    @cached_property
    def sources(self) -> Mapping[str, BoundMapping]:
        """Each source's mapping."""
        return live.bind_sources(self.configuration, self.catalogue)

    def bound(self, name: str) -> BoundMapping:
        """The mapping of that source, or the one of that name by itself; raises `NotFoundError`."""
        if name in self.sources:
            return self.sources[name]
        known_as(name, "source or mapping", {*self.sources, *self.catalogue})
        return self.catalogue[name].bind(name, name if self.catalogue[name].out else "")

    def changed(self, texts: Mapping[str, str]) -> Configured:
        """The same with other texts of those mappings; raises `MistakesError`."""
        found = wrong_with(self.texts, texts)
        if found:
            raise MistakesError(found)
        return Configured.of(with_mappings(self.texts, texts))

    def rows(self) -> list[MappingRow]:
        """Every mapping, by name."""
        return [self.row(name) for name in sorted(self.catalogue)]

    def row(self, name: str) -> MappingRow:
        """One mapping; raises `NotFoundError`."""
        known_as(name, "mapping", self.catalogue)
        own, found = document(name) in self.texts, self.configuration.platforms
        return MappingRow(
            name=name,
            title=self.catalogue[name].title,
            own=own,
            replaces=own and name in live.packaged(),
            sources=tuple(sorted(one.name for one in found.sources.values() if one.mapping == name)),
            platforms=tuple(sorted(key for key, one in found.platforms.items() if one.mapping == name)),
            both_ways=self.catalogue[name].out is not None,
            extends=self.catalogue[name].extends,
        )

    def text(self, name: str) -> str:
        """A mapping's own text; raises `NotFoundError`."""
        known_as(name, "mapping", self.catalogue)
        return self.texts.get(document(name)) or packaged_text(name)


def document(name: str) -> str:
    """The document that holds the own mapping of that name."""
    return f"mappings/{name}/mapping.yaml"


def packaged_text(name: str) -> str:
    """The packaged mapping's text, "" where there is none of that name."""
    known = name in live.packaged()
    return (mappings.PACKAGED / name / "mapping.yaml").read_text(encoding="utf-8") if known else ""


def known_as(name: str, what: str, known: Collection[str]) -> None:
    """Raise `NotFoundError`, with the near one, for a name that nothing bears."""
    if name in known:
        return
    near = get_close_matches(name, sorted(known), 1, 0.5)
    listed = ", ".join(sorted(known)[:20])
    meant = f"Did you mean “{near[0]}”?" if near else f"There are: {listed}." if listed else "There is none."
    raise NotFoundError(f"There is no {what} “{name[:80]}”. {meant}")


def with_mappings(texts: Mapping[str, str], changed: Mapping[str, str]) -> dict[str, str]:
    """The documents with other texts of those mappings; an empty one is a mapping withdrawn."""
    given = {document(name): text for name, text in changed.items()}
    return {name: text for name, text in {**texts, **given}.items() if text or name not in given}


def wrong_with(texts: Mapping[str, str], changed: Mapping[str, str]) -> list[Mistake]:
    """What would be wrong if those mappings had these texts, with all other documents as they are."""
    for name, text in changed.items():
        if not NAME.fullmatch(name):
            hint = "Use a-z, 0-9, _ and -, a letter first, at most 63."
            return [Mistake("mapping.yaml", 0, "", f"“{name[:80]}” cannot be a mapping's name.", hint)]
        if len(text.encode(errors="replace")) > documents.MAX_BYTES:
            return [Mistake(document(name), 0, "", f"is larger than {documents.MAX_BYTES // 1024} KiB.")]
    return mistakes(with_mappings(texts, changed))


def mistakes(texts: Mapping[str, str]) -> list[Mistake]:
    """Everything that is wrong with documents as a whole, mappings and connectors included."""
    found: list[Mistake] = []
    try:
        live.own_mappings(texts)
    except mappings.MappingDocumentError as error:
        found += [Mistake(one.file, one.line, one.path, one.message, _choice(one.allowed)) for one in error.problems]
    try:
        if found:
            documents.read(texts, live.packaged())
        else:
            live.try_out(texts)
    except documents.DocumentsError as error:
        found += [Mistake(one.file, one.line, one.path, one.message, one.hint) for one in error.problems]
    return found


def _choice(allowed: tuple[str, ...]) -> str:
    return f"Allowed: {', '.join(allowed)}." if allowed else ""
