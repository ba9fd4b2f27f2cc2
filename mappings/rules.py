"""Rules: how one value is found in a body. The same for every field of every source.

A text is a path, or a template where it holds braces; a list is tried in order, and the first that is not empty wins; a
mapping says more: `is` (a constant), `from` (a path, template or list) with `match`, `join`, `table`, `default` and
`missing`, `cel` (an expression over the named values), `time` (with `zone`), `hash` (a stable digest), `json` (JSON in
a text).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mappings import paths, pieces
from mappings.celrule import compile_cel
from mappings.document import Node
from mappings.kinds import ANY, Kind
from mappings.patterns import compile_pattern
from mappings.places import where
from mappings.scope import MISSING, PREDEFINED, Read, Scope
from mappings.table import ANY_OTHER, Table
from mappings.tables import Tables
from mappings.trace import Trail

SOURCES = ("is", "from", "cel", "time", "hash", "json")
BESIDE_SOURCES = ("match", "join", "table", "default", "missing", "zone")
_ALL = (*SOURCES, *BESIDE_SOURCES)
_GOES_WITH = {
    "match": ("from",),
    "join": ("from",),
    "table": ("from", "cel"),
    "default": ("from", "cel"),
    "missing": ("from", "cel", "time", "hash"),
    "zone": ("time",),
}
_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Language:
    """What rules are compiled with: the names that they may use, and the keys under which objects hide their value.

    `noted` gathers every path that a rule reads. With a `trail`, every rule notes there what it found.
    """

    names: frozenset[str] = field(default=frozenset(PREDEFINED))
    unwrap: tuple[str, ...] = ()
    noted: set[paths.Path] = field(default_factory=set)
    trail: Trail | None = None
    tables: Tables = field(default_factory=Tables)

    def knowing(self, name: str) -> Language:
        """The same with one name more."""
        return replace(self, names=self.names | {name})

    def told(self, read: Read, node: Node, name: str = "") -> Read:
        """The rule, noting what it finds where that is wanted; `name` is the field's whose value it gives."""
        return self.trail.told(read, node, name) if self.trail else read


def nothing(scope: Scope) -> object:
    """The rule that stands in for one that could not be compiled."""
    del scope
    return MISSING


def compile_rule(node: Node, language: Language, kind: Kind) -> Read:
    """The rule in that node; notes what is wrong with it and goes on."""
    return language.told(_rule(node, language, kind), node)


def _rule(node: Node, language: Language, kind: Kind) -> Read:
    if node.is_list:
        return pieces.first([compile_rule(one, language, kind) for one in node.items()])
    if node.is_map:
        return _mapping(node, language, kind)
    text = node.text()
    return _template(node, text, language) if "{" in text else _path(node, text, language, kind)


def compile_value(node: Node, language: Language, kind: Kind) -> Read:
    """The rule, turned into a value of that kind: None where the body does not say it."""
    read, place, of, cleared = compile_rule(node, language, kind), where(node), kind.of, kind.cleared

    def value(scope: Scope) -> object:
        found = read(scope)
        if found is MISSING:
            return None
        if found is None or found == "":
            return cleared
        try:
            return of(found)
        except ValueError:
            raise place.mismatch(found, kind.name) from None

    return language.told(value, node, node.path)


def _path(node: Node, text: str, language: Language, kind: Kind) -> Read:
    try:
        path = paths.parse(text)
    except ValueError as error:
        node.wrong(str(error))
        return nothing
    if path.root and path.root not in language.names:
        node.wrong(f"There is no name ${path.root} at this place.", sorted("$" + name for name in language.names))
    language.noted.add(path)
    read = paths.reader(path)
    return pieces.scalar(read, where(node, text), language.unwrap) if kind.scalar else read


def _template(node: Node, text: str, language: Language) -> Read:
    """Texts and paths in turn; missing as soon as one of its values is missing or empty."""
    texts, holes, at = [""], [], 0
    for found in _PIECE.finditer(text):
        texts[-1] += text[at : found.start()]
        if found[1] is None:
            texts[-1] += found[0][0]
        else:
            holes.append(found[1])
            texts.append("")
        at = found.end()
    if any(brace in _PIECE.sub("", text) for brace in "{}"):
        node.wrong(f"A brace is left open in “{text}”; write {{{{ for a brace.")
    texts[-1] += text[at:]
    scalar = replace(ANY, scalar=True)
    return pieces.template(texts, [_path(node, path, language, scalar) for path in holes])


def _mapping(node: Node, language: Language, kind: Kind) -> Read:
    entries = node.entries(_ALL)
    source = [name for name in SOURCES if name in entries]
    if len(source) != 1:
        node.wrong("A rule has exactly one of these.", SOURCES)
        return nothing
    for name in entries:
        if name in _GOES_WITH and source[0] not in _GOES_WITH[name]:
            entries[name].wrong(f"“{name}” goes with {' or '.join(_GOES_WITH[name])} only.")
    if source[0] == "is":
        constant = literal(entries["is"], kind)
        return lambda _: constant
    read = _READERS[source[0]](entries, language, kind)
    if "match" in entries:
        read = _match(read, entries["match"])
    if "join" in entries:
        read = pieces.joined(read, entries["join"].text(), where(node))
    return _table(read, node, entries, language, kind)


def literal(node: Node, kind: Kind) -> Any:
    """A value that stands in the document, as that kind; null is "not said"."""
    value = node.literal()
    if value is None:
        return MISSING
    try:
        return kind.of(value)
    except ValueError:
        node.wrong(f"{value!r} is not {kind.name}.", kind.allowed)
        return MISSING


def _from(entries: dict[str, Node], language: Language, kind: Kind) -> Read:
    takes_lists = "match" in entries or "join" in entries
    # What stands before a table is any scalar: only the table's right side has the field's kind.
    return compile_rule(entries["from"], language, replace(ANY, scalar=kind.scalar and not takes_lists))


def _cel(entries: dict[str, Node], language: Language, kind: Kind) -> Read:
    del kind
    return compile_cel(entries["cel"], language.names)


def _time(entries: dict[str, Node], language: Language, kind: Kind) -> Read:
    del kind
    read = compile_rule(entries["time"], language, replace(ANY, scalar=True))
    return pieces.timed(read, where(entries["time"]), _zone(entries))


def _zone(entries: dict[str, Node]) -> ZoneInfo:
    name = entries["zone"].text() if "zone" in entries else "UTC"
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        entries["zone"].wrong(f"There is no time zone “{name}”. Write one such as Europe/Paris.")
        return ZoneInfo("UTC")


def _hash(entries: dict[str, Node], language: Language, kind: Kind) -> Read:
    del kind
    return pieces.digest(compile_rule(entries["hash"], language, ANY))


def _json(entries: dict[str, Node], language: Language, kind: Kind) -> Read:
    del kind
    return pieces.inner(compile_rule(entries["json"], language, replace(ANY, scalar=False)))


_READERS: dict[str, Callable[[dict[str, Node], Language, Kind], Read]] = {
    "from": _from,
    "cel": _cel,
    "time": _time,
    "hash": _hash,
    "json": _json,
}


def _match(read: Read, node: Node) -> Read:
    """The first group of the expression, in a text or in the first element of a list that fits it."""
    pattern = compile_pattern(node)
    return pieces.matched(read, pattern) if pattern else nothing


def _table(read: Read, node: Node, entries: dict[str, Node], language: Language, kind: Kind) -> Read:
    """The value table, with what stands for an unknown and for a missing value."""
    missing = literal(entries["missing"], kind) if "missing" in entries else MISSING
    if "table" not in entries:
        if "default" in entries:
            entries["default"].wrong("“default” is for values that a table does not know; “missing” for no value.")
        return read if missing is MISSING else pieces.instead(read, missing)
    nodes = language.tables.rows(entries["table"])
    rows = {name: literal(row, kind) for name, row in nodes.items()}
    if language.trail:
        language.trail.has_rows(node, nodes)
    if ANY_OTHER in rows and "default" in entries:
        entries["default"].wrong(
            f"The table's row “{ANY_OTHER}” is for all other words: “default” would never be used."
        )
    default = literal(entries["default"], kind) if "default" in entries else None
    return Table(read, rows, missing, default, where(node)).read
