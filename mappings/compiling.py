"""From a document's nodes to a mapping that is ready to use; notes all that is wrong with them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from functools import partial

from mappings import kinds, paths
from mappings.document import Node, Report, TooMuchError, read
from mappings.extending import laid_over
from mappings.mapping import Base, CompiledMapping
from mappings.outbound import compile_out
from mappings.places import where
from mappings.rules import Language, compile_rule, compile_value
from mappings.scope import PREDEFINED, Read
from mappings.shapes import FIELDS, Shape, compile_field, compile_shape
from mappings.signature import compile_signature
from mappings.tables import Tables
from mappings.trace import Trail

TOP = (
    "extends",
    "title",
    "content_types",
    "form_field",
    "items",
    "delivery_key",
    "signature",
    "tell",
    "names",
    "tables",
    "unwrap",
    "common",
    "shapes",
    "out",
    "for",
)
_SECTION = ("names", "tables", "common", "shapes", "out")
"""What may differ from one table or project to another."""
_HEADER = re.compile(r"\$header\.([a-z0-9-]+)")


@dataclass(frozen=True, slots=True)
class Text:
    """A document as it is written: the mapping's name, the file as errors tell it, and what stands in it.

    `base` is the document over which it is laid, where it extends one; `pinned` is the digest of that one with which
    it was written, "" where it does not say; `line` is where it says so.
    """

    name: str
    file: str
    text: str
    base: Text | None = None
    pinned: str = ""
    line: int = 0

    @property
    def bases(self) -> tuple[Base, ...]:
        """What it extends, and what that extends."""
        if self.base is None:
            return ()
        return (Base(self.base.name, self.base.digest, self.pinned, self.file, self.line), *self.base.bases)

    @property
    def digest(self) -> str:
        """What changes whenever the document does, or one that it extends: eight hexadecimal digits."""
        below = self.base.digest if self.base else ""
        return hashlib.sha256(f"{below}{self.text}".encode("utf-8", "replace")).hexdigest()[:8]


def compile_mapping(document: Text, report: Report, trail: Trail | None = None) -> CompiledMapping | None:
    """The mapping, compiled; None when its document cannot be read at all. With a trail, it tells how it reads."""
    try:
        return _compile(document, report, trail)
    except TooMuchError:
        report.add(1, "", "The document is too large: what its shapes share and what differs by table is too much.")
        return None


def _compile(document: Text, report: Report, trail: Trail | None) -> CompiledMapping | None:
    root = _whole(document, report)
    if root is None or not (entries := root.entries(TOP)):
        return None
    used: set[str] = set()
    sections = entries["for"].entries() if "for" in entries else {}
    variants = {
        name.strip(): _compiled(document, _with_section(root, section), trail, used)
        for names, section in sections.items()
        for name in names.split(",")
    }
    mapping = _compiled(document, root, trail, used)
    if sections and mapping.collection is None:
        entries["for"].wrong("What differs by table or project needs common.record.collection, which tells them apart.")
    if "tables" in entries:
        Tables(entries["tables"].entries()).tell_unused(document.file, used)
    again = partial(_again, document)
    variants = {name: replace(one, again=again) for name, one in variants.items()}
    extends = document.base.name if document.base else ""
    return replace(mapping, variants=variants, again=again, extends=extends, digest=document.digest)


def _again(document: Text, trail: Trail) -> CompiledMapping | None:
    return compile_mapping(document, Report(document.file), trail)


def _whole(document: Text, report: Report) -> Node | None:
    """The document laid over those that it extends; None when one of them cannot be read."""
    root = read(document.text, report)
    if root is None or document.base is None:
        return root
    below = _whole(document.base, Report(document.base.file, report.problems))
    return Node(laid_over(below.raw, root.raw, report), "", report) if below else None


def _with_section(root: Node, section: Node) -> Node:
    """The document as it is for some tables or projects."""
    said = section.entries(_SECTION)
    return Node(laid_over(root.raw, section.only(said), root.report), "", root.report)


def _compiled(document: Text, root: Node, trail: Trail | None, used: set[str]) -> CompiledMapping:
    entries = root.entries(TOP)
    unwrap = tuple(one.text() for one in entries["unwrap"].items()) if "unwrap" in entries else ()
    tables = Tables(entries["tables"].entries() if "tables" in entries else {}, used)
    names, language = _names(entries.get("names"), Language(unwrap=unwrap, trail=trail, tables=tables))
    common = entries["common"].entries(FIELDS) if "common" in entries else {}
    for field, one in common.items():
        compile_field(field, one, language)
    title = entries["title"].text() if "title" in entries else document.name
    key = entries.get("delivery_key")
    return CompiledMapping(
        name=document.name,
        title=title,
        where=where(root),
        content_types=tuple(one.text() for one in entries["content_types"].items())
        if "content_types" in entries
        else ("application/json",),
        form_field=entries["form_field"].text() if "form_field" in entries else "",
        items=_paths(entries.get("items")) or (paths.parse("."),),
        delivery_key=compile_value(key, language, kinds.ID) if key else None,
        key_needs_body=key is not None and _needs_body(key),
        tells=_paths(entries.get("tell")),
        names=names,
        shapes=_shapes(root, entries.get("shapes"), language, common),
        out=compile_out(entries["out"], tables) if "out" in entries else None,
        signature=compile_signature(entries["signature"]) if "signature" in entries else None,
        headers=frozenset(name for one in root.texts() for name in _HEADER.findall(one)),
        reads=language.noted,
        collection=_collection(common, language),
        bases=document.bases,
    )


def _collection(common: dict[str, Node], language: Language) -> Read | None:
    """What tells to which table or project an item belongs."""
    record = common["record"].entries() if "record" in common and common["record"].is_map else {}
    return compile_value(record["collection"], language, kinds.SHORT) if "collection" in record else None


def _names(node: Node | None, language: Language) -> tuple[dict[str, Read], Language]:
    """The named values in the order in which they stand: each may use those before it."""
    names: dict[str, Read] = {}
    for name, one in node.entries().items() if node else ():
        if name in PREDEFINED:
            one.wrong(f"${name} has a meaning already.")
        elif not re.fullmatch(r"[A-Za-z_]\w*", name):
            one.wrong("A name is made of letters, digits and _.")
        names[name] = compile_rule(one, language, kinds.ANY)
        language = language.knowing(name)
    return names, language


def _paths(node: Node | None) -> tuple[paths.Path, ...]:
    found = []
    for one in node.items() if node else ():
        try:
            path = paths.parse(one.text())
        except ValueError as error:
            one.wrong(str(error))
            continue
        if path.root:
            one.wrong("Only a plain path can stand here.")
        found.append(path)
    return tuple(found)


def _needs_body(node: Node) -> bool:
    """Whether the key is more than headers: it is worked out for every request, before it is stored."""
    if node.is_list or node.is_map:
        return any(_needs_body(one) for one in (node.items() if node.is_list else node.entries().values()))
    text = node.text()
    places = re.findall(r"\{([^{}]*)\}", text) if "{" in text else [text]
    return not all(place.startswith("$header.") for place in places)


def _shapes(root: Node, node: Node | None, language: Language, common: dict[str, Node]) -> tuple[Shape, ...]:
    if node is None or not node.items():
        root.wrong("A mapping needs at least one shape.")
        return ()
    shapes = tuple(compile_shape(one, language, common) for one in node.items())
    for shape, one in zip(shapes[:-1], node.items(), strict=False):
        if shape.holds is None:
            one.wrong("This shape has no “when” and fits everything: the shapes after it would never be reached.")
    return shapes
