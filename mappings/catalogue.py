"""Loading mappings: a folder for each, found by its `mapping.yaml`; all mistakes of all of them are told at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from mappings import kinds, paths
from mappings.document import Node, Report, file_text, read
from mappings.mapping import CompiledMapping
from mappings.outbound import compile_out
from mappings.problems import MappingDocumentError, Problem
from mappings.rules import Language, compile_rule, compile_value, where
from mappings.scope import PREDEFINED, Read
from mappings.shapes import FIELDS, Shape, compile_field, compile_shape
from mappings.signature import compile_signature

PACKAGED = Path(__file__).resolve().parent
"""The folder of the mappings that come with Rung."""

DOCUMENT = "mapping.yaml"
NO_TEXTS: Mapping[str, str] = MappingProxyType({})
_TOP = (
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
NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")
"""What a mapping may be called."""


def load_catalogue(folders: Sequence[Path], texts: Mapping[str, str] = NO_TEXTS) -> dict[str, CompiledMapping]:
    """Every mapping in those folders by name; later folders win. Raises `MappingDocumentError` with all mistakes.

    `texts` are further documents by the mapping's name, such as those that the database keeps; they win over folders.
    """
    found: dict[str, CompiledMapping] = {}
    problems: list[Problem] = []

    def add(name: str, text: str | None, report: Report) -> None:
        mapping = _compiled(name, text, report) if text is not None else None
        problems.extend(dict.fromkeys(report.problems))
        if mapping:
            found[name] = mapping

    for folder in folders:
        seen: dict[str, Path] = {}
        for path in sorted(folder.glob(f"*/{DOCUMENT}")):
            name, report = path.parent.name, Report(_told(path))
            if name.casefold() in seen:
                report.add(1, "", f"There is already a mapping of this name: {_told(seen[name.casefold()])}.")
            seen[name.casefold()] = path
            add(name, file_text(path, report), report)
    for name, text in texts.items():
        add(name, text, Report(f"mappings/{name}/{DOCUMENT}"))
    if problems:
        raise MappingDocumentError(problems)
    return found


def _told(path: Path) -> str:
    """The path as errors tell it: from `mappings` on, which is where an administrator looks."""
    return "/".join(path.parts[-3:])


def _compiled(name: str, text: str, report: Report) -> CompiledMapping | None:
    """One document, compiled; notes all that is wrong with it. None when it cannot be read at all."""
    if not NAME.fullmatch(name):
        report.add(1, "", f"“{name}” cannot be a mapping's name: use a-z, 0-9, _ and -, a letter first.")
    root = read(text, report)
    if root is None or not (entries := root.entries(_TOP)):
        return None
    language = Language(unwrap=tuple(one.text() for one in entries["unwrap"].items()) if "unwrap" in entries else ())
    names, language = _names(entries.get("names"), language)
    common = entries["common"].entries(FIELDS) if "common" in entries else {}
    for field, one in common.items():
        compile_field(field, one, language)
    title = entries["title"].text() if "title" in entries else name
    key = entries.get("delivery_key")
    return CompiledMapping(
        name=name,
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
        reads=language.noted,
        signature=compile_signature(entries["signature"]) if "signature" in entries else None,
        headers=frozenset(name for one in root.texts() for name in _HEADER.findall(one)),
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
