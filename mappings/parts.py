"""The parts of an Event that are made of several values: people, comments, records, labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from core.model import ForeignComment, Party, RecordRef
from mappings import kinds
from mappings.document import Node
from mappings.kinds import Kind, as_text
from mappings.places import where
from mappings.rules import Language, compile_rule, compile_value
from mappings.scope import MISSING, Read, Scope

MAX_LABELS = 100
"""So many labels of one event are kept, by name."""

MAX_COMMENTS = 100
"""So many of the comments that a record shows are taken, the last ones."""

NOBODY = Party()
_PARTY = {"account": kinds.SHORT, "login": kinds.SHORT, "email": kinds.EMAIL, "name": kinds.SHORT}
_COMMENT = {
    "id": kinds.SHORT,
    "text": kinds.BODY,
    "markup": kinds.MARKUP,
    "internal": kinds.FLAG,
    "operation_id": kinds.SHORT,
    "written": kinds.MOMENT,
    "at": kinds.MOMENT,
    "file": kinds.FLAG,
}
_RECORD = {"collection": kinds.SHORT, "id": kinds.SHORT, "key": kinds.SHORT, "link": kinds.LINK}


def _values(entries: Mapping[str, Node], language: Language, known: Mapping[str, Kind]) -> dict[str, Read]:
    return {name: compile_value(entries[name], language, kind) for name, kind in known.items() if name in entries}


def compile_party(node: Node, language: Language) -> Callable[[Scope], Party | None]:
    """A person. With `of`, the paths begin there: an empty value there is nobody, a missing one says nothing."""
    entries = node.entries(("of", *_PARTY))
    of = compile_rule(entries["of"], language, kinds.ANY) if "of" in entries else None
    values = _values(entries, language, _PARTY)

    def party(scope: Scope) -> Party | None:
        if of is not None:
            found = of(scope)
            if found is MISSING:
                return None
            if found is None or found in ("", {}):
                return NOBODY
            scope = scope.within(found)
        said = {name: value for name, read in values.items() if (value := read(scope)) is not None}
        if not said and of is None:
            return None
        return Party(**{name: str(value) for name, value in said.items()})

    return party


def compile_comment(
    node: Node, language: Language, more: tuple[str, ...] = ()
) -> Callable[[Scope], ForeignComment | None]:
    """A comment; there is none where its id is missing. With `of`, the paths begin there, if anything is."""
    entries = node.entries(("of", "author", *_COMMENT, *more))
    for name in ("id", "text"):
        if name not in entries:
            node.wrong(f"A comment needs “{name}”.")
    of = compile_rule(entries["of"], language, kinds.ANY) if "of" in entries else None
    values = _values(entries, language, _COMMENT)
    author = compile_party(entries["author"], language) if "author" in entries else None

    def comment(scope: Scope) -> ForeignComment | None:
        if of is not None:
            found = of(scope)
            if found is MISSING or found is None or found in ("", {}):
                return None
            scope = scope.within(found)
        said = {name: value for name, read in values.items() if (value := read(scope)) is not None}
        if not said.get("id"):
            return None
        return ForeignComment(
            id=str(said["id"]),
            text=str(said.get("text", "")),
            author=(author(scope) if author else None) or NOBODY,
            internal=bool(said.get("internal", False)),
            operation_id=str(said.get("operation_id", "")),
            markup=str(said.get("markup", "plain")),
            written=_moment(said.get("written")),
            at=_moment(said.get("at")) or _moment(said.get("written")),
            file=bool(said.get("file", False)),
        )

    return comment


def _moment(value: object) -> datetime | None:
    return value if isinstance(value, datetime) else None


def compile_comments(node: Node, language: Language) -> Callable[[Scope], tuple[ForeignComment, ...] | None]:
    """Comments beside the one that an event is about: an entry for each sort; `each` names the list of them."""
    sorts = [_comments_of(one, language) for one in node.items()]

    def comments(scope: Scope) -> tuple[ForeignComment, ...] | None:
        found = [comment for sort in sorts for comment in sort(scope)]
        return tuple(found[-MAX_COMMENTS:]) or None

    return comments


def _comments_of(node: Node, language: Language) -> Callable[[Scope], list[ForeignComment]]:
    entries = node.entries(("each", "of", "author", *_COMMENT))
    each = compile_rule(entries["each"], language, replace(kinds.ANY, scalar=False)) if "each" in entries else None
    read = compile_comment(node, language, more=("each",))

    def comments(scope: Scope) -> list[ForeignComment]:
        places = [scope]
        if each is not None:
            found = each(scope)
            places = [scope.within(one) for one in found] if isinstance(found, list) else []
        return [comment for place in places if (comment := read(place)) is not None]

    return comments


def compile_record(node: Node, language: Language) -> Callable[[Scope], RecordRef | None]:
    """Where the record is; None where the body tells neither its id nor its key."""
    entries = node.entries(_RECORD)
    if "id" not in entries and "key" not in entries:
        node.wrong("A record needs “id” or “key”.")
    values = _values(entries, language, _RECORD)

    def record(scope: Scope) -> RecordRef | None:
        said = {name: str(value) for name, read in values.items() if (value := read(scope)) is not None}
        if not said.get("id") and not said.get("key"):
            return None
        blank = dict.fromkeys(_RECORD, "")
        return RecordRef(platform=str(scope.named("platform") or scope.named("source")), **(blank | said))

    return record


def compile_labels(node: Node, language: Language) -> Callable[[Scope], Mapping[str, str] | None]:
    """Labels: the path of an object whose values are texts, or a list of such, or names with a rule for each."""
    if node.is_map:
        return _named_labels(node, language)
    spread = replace(kinds.ANY, scalar=False)
    sources = [(compile_rule(one, language, spread), where(one, one.text())) for one in node.items()]

    def labels(scope: Scope) -> Mapping[str, str] | None:
        kept: dict[str, str] = {}
        for read, place in sources:
            found = read(scope)
            if found is MISSING or found is None or found in ("", []):
                continue
            if not isinstance(found, dict):
                raise place.mismatch(found, "an object of labels")
            for name, value in found.items():
                try:
                    kept.setdefault(name[: kinds.TITLE], "" if value is None else as_text(value)[: kinds.TEXT])
                except ValueError:
                    raise place.unmapped(f"{place.path} has a label that is no text: {name[:60]}.") from None
        return _few(kept)

    return language.told(labels, node, node.path)  # type: ignore[return-value] # what it tells is what it was given


def _named_labels(node: Node, language: Language) -> Callable[[Scope], Mapping[str, str] | None]:
    values = {name: compile_value(one, language, kinds.SHORT) for name, one in node.entries().items()}

    def labels(scope: Scope) -> Mapping[str, str] | None:
        return _few({name: str(value) for name, read in values.items() if (value := read(scope))})

    return labels


def _few(labels: dict[str, str]) -> Mapping[str, str] | None:
    if len(labels) <= MAX_LABELS:
        return labels or None
    return {name: labels[name] for name in sorted(labels)[:MAX_LABELS]}
