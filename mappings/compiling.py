"""From a document's nodes to a mapping that is ready to use; notes all that is wrong with them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mappings import kinds, paths
from mappings.document import Node, Report, read
from mappings.mapping import CompiledMapping
from mappings.outbound import compile_out
from mappings.places import where
from mappings.rules import Language, compile_rule, compile_value
from mappings.scope import PREDEFINED, Read
from mappings.shapes import FIELDS, Shape, compile_field, compile_shape
from mappings.signature import compile_signature
from mappings.trace import Trail

TOP = (
    "title",
    "content_types",
    "form_field",
    "items",
    "delivery_key",
    "signature",
    "tell",
    "names",
    "unwrap",
    "common",
    "shapes",
    "out",
)
_HEADER = re.compile(r"\$header\.([a-z0-9-]+)")


@dataclass(frozen=True, slots=True)
class Text:
    """A document as it is written: the mapping's name, the file as errors tell it, and what stands in it."""

    name: str
    file: str
    text: str


def compile_mapping(document: Text, report: Report, trail: Trail | None = None) -> CompiledMapping | None:
    """The mapping, compiled; None when its document cannot be read at all. With a trail, it tells how it reads."""
    root = read(document.text, report)
    if root is None or not (entries := root.entries(TOP)):
        return None
    unwrap = tuple(one.text() for one in entries["unwrap"].items()) if "unwrap" in entries else ()
    language = Language(unwrap=unwrap, trail=trail)
    names, language = _names(entries.get("names"), language)
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
        out=compile_out(entries["out"]) if "out" in entries else None,
        signature=compile_signature(entries["signature"]) if "signature" in entries else None,
        headers=frozenset(name for one in root.texts() for name in _HEADER.findall(one)),
        reads=language.noted,
        again=lambda trail: compile_mapping(document, Report(document.file), trail),
    )


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
