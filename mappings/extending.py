"""One document laid over another: what the upper one says wins, and everything else stays as it stands below.

Both are trees of YAML nodes, each with its file and line, so that mistakes and traces still tell where a text stands.
Fields, names, rows of tables, shapes (by their name) and what is written (by its field) are each changed by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import yaml

from mappings.document import MAX_DEPTH, Report
from mappings.rules import BESIDE_SOURCES, SOURCES

Merge = Callable[[yaml.Node, yaml.Node], yaml.Node]
_NULL_MEANS_ITSELF = frozenset({"default", "missing", "is", "or", "value", "table"})
"""Where null is a value, and does not take something away."""
_PLACES = ("before", "after")


def laid_over(base: yaml.Node, own: yaml.Node, report: Report) -> yaml.Node:
    """The document `own` laid over `base`; notes what in it meets nothing."""
    return _Laying(report).document(base, own)


class _Laying:
    """Notes mistakes in one report while it lays nodes over others; changes none of them."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def document(self, base: yaml.Node, own: yaml.Node) -> yaml.Node:
        """A whole document, or a section of `for`."""
        if not isinstance(base, yaml.MappingNode) or not isinstance(own, yaml.MappingNode):
            return own
        special: dict[str, Merge] = {
            "shapes": self._shapes,
            "out": self._out,
            "tables": partial(self._entries, of=partial(self._deep, path="table")),
            "for": partial(self._entries, of=self.document),
        }
        whole = {name: merge for name, merge in special.items() if name in _names(base)}
        merged = self._mapping(base, own, lambda name, a, b: whole.get(name, partial(self._deep, path=name))(a, b))
        return yaml.MappingNode(own.tag, merged.value, own.start_mark, own.end_mark)

    def _out(self, base: yaml.Node, own: yaml.Node) -> yaml.Node:
        if not isinstance(base, yaml.MappingNode) or not isinstance(own, yaml.MappingNode):
            return own
        named = ("comments", "returns")
        return self._mapping(
            base, own, lambda name, a, b: self._deep(a, b, name) if name in named else self._written(a, b)
        )

    def _entries(self, base: yaml.Node, own: yaml.Node, *, of: Merge) -> yaml.Node:
        if not isinstance(base, yaml.MappingNode) or not isinstance(own, yaml.MappingNode):
            return own
        return self._mapping(base, own, lambda _, below, above: of(below, above))

    def _deep(self, base: yaml.Node, own: yaml.Node, path: str, depth: int = 0) -> yaml.Node:
        """Rules and whatever else is made of names: name by name; another source makes another rule."""
        last = path.rpartition(".")[2]
        if last == "table" and not isinstance(base, yaml.MappingNode) and isinstance(own, yaml.MappingNode):
            return _listed([own, *_elements(base)], own)
        if not isinstance(own, yaml.MappingNode) or depth > MAX_DEPTH:
            return own
        names = set(_names(own))
        if not isinstance(base, yaml.MappingNode):
            if names and names <= set(BESIDE_SOURCES):
                said = "”, “".join(sorted(names))
                self._wrong(own, path, f"There is no single rule that “{said}” could change: say the rule as a whole.")
                return base
            return own
        if (names & set(SOURCES)) - set(_names(base)) and set(_names(base)) & set(SOURCES):
            return own
        keeps_null = last == "table"
        return self._mapping(
            base, own, lambda name, a, b: self._deep(a, b, f"{path}.{name}", depth + 1), keeps_null=keeps_null
        )

    def _mapping(
        self,
        base: yaml.MappingNode,
        own: yaml.MappingNode,
        merge: Callable[[str, yaml.Node, yaml.Node], yaml.Node],
        *,
        keeps_null: bool = False,
    ) -> yaml.MappingNode:
        fold = str.casefold if keeps_null else str
        above = {fold(name): pair for name, pair in self._unique(own).items()}
        pairs = []
        for key, value in base.value:
            name = str(key.value)
            if fold(name) not in above:
                pairs.append((key, value))
                continue
            own_key, over = above.pop(fold(name))
            if keeps_null or name in _NULL_MEANS_ITSELF or not _is_null(over):
                merged = merge(name, value, over)
                pairs.append((key if merged is not over else own_key, merged))
        pairs += above.values()
        return yaml.MappingNode(base.tag, pairs, base.start_mark, base.end_mark)

    def _unique(self, own: yaml.MappingNode) -> dict[str, tuple[yaml.Node, yaml.Node]]:
        found: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        for key, value in own.value:
            name = str(key.value)
            if name in found:
                self._wrong(key, name, f"“{name}” stands here twice.")
            found.setdefault(name, (key, value))
        return found

    def _written(self, base: yaml.Node, own: yaml.Node) -> yaml.Node:
        """What is written for one of our changes: each entry is known by its field, and by `only` where it says it.

        A single entry changes the single one below, its field too; a list of one adds to it.
        """
        written = _elements(base)
        single = len(written) == 1 and isinstance(own, yaml.MappingNode) and not _text(own, "remove")
        if single:
            return self._deep(written[0], own, "out")
        for one in _elements(own):
            likes = [index for index, other in enumerate(written) if _is_like(one, other)]
            if len(likes) > 1:
                self._wrong(one, "out", "This fits several entries: say the “field”, and the “only”, of the one meant.")
            elif likes and _text(one, "remove") == "true":
                del written[likes[0]]
            elif likes:
                written[likes[0]] = self._deep(written[likes[0]], one, "out")
            elif _text(one, "remove"):
                self._wrong(one, "out", "There is no such entry to remove.", [_text(two, "field") for two in written])
            else:
                written.append(one)
        return _listed(written, own)

    def _shapes(self, base: yaml.Node, own: yaml.Node) -> yaml.Node:
        """Shapes by their name: changed where they stand, removed, or added before or after another one."""
        shapes = _elements(base)
        for one in _elements(own):
            name = _text(one, "name")
            place = next((index for index, other in enumerate(shapes) if _text(other, "name") == name), None)
            if place is None:
                self._add(one, shapes)
            elif _text(one, "remove") == "true":
                del shapes[place]
            elif any(_text(one, word) for word in _PLACES):
                self._wrong(one, "shapes", f"There is a shape “{name}” already; “before” and “after” are for new ones.")
            else:
                shapes[place] = self._deep(shapes[place], one, "shapes")
        return _listed(shapes, base)

    def _add(self, one: yaml.Node, shapes: list[yaml.Node]) -> None:
        names = [_text(other, "name") for other in shapes]
        word = next((word for word in _PLACES if _text(one, word)), "")
        if not word or not isinstance(one, yaml.MappingNode):
            message = f"There is no shape “{_text(one, 'name')}” to change. A new one says “before” or “after” which."
            self._wrong(one, "shapes", message, names)
        elif _text(one, word) not in names:
            self._wrong(one, "shapes", f"There is no shape “{_text(one, word)}” to go {word}.", names)
        else:
            kept = [pair for pair in one.value if pair[0].value not in _PLACES]
            added = yaml.MappingNode(one.tag, kept, one.start_mark, one.end_mark)
            shapes.insert(names.index(_text(one, word)) + (word == "after"), added)

    def _wrong(self, node: yaml.Node, path: str, message: str, allowed: Iterable[str] = ()) -> None:
        self._report.add(int(node.start_mark.line) + 1, path, message, allowed, str(node.start_mark.name))


def _names(node: yaml.Node) -> list[str]:
    return [str(key.value) for key, _ in node.value] if isinstance(node, yaml.MappingNode) else []


def _elements(node: yaml.Node) -> list[yaml.Node]:
    return list(node.value) if isinstance(node, yaml.SequenceNode) else [node]


def _listed(nodes: list[yaml.Node], place: yaml.Node) -> yaml.Node:
    return yaml.SequenceNode("tag:yaml.org,2002:seq", nodes, place.start_mark, place.end_mark)


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and str(node.tag).endswith(":null")


def _value(node: yaml.Node, name: str) -> yaml.Node | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for key, value in pairs if key.value == name), None)


def _text(node: yaml.Node, name: str) -> str:
    found = _value(node, name)
    return str(found.value) if isinstance(found, yaml.ScalarNode) else ""


def _only(node: yaml.Node) -> list[str]:
    found = _value(node, "only")
    return [str(one.value) for one in _elements(found)] if found else []


def _is_like(own: yaml.Node, base: yaml.Node) -> bool:
    """Whether an entry speaks of that one: by its field, and by `only`, each where it says one."""
    if _text(own, "field") not in ("", _text(base, "field")):
        return False
    return _value(own, "only") is None or _only(own) == _only(base)
