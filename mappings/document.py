"""Reading YAML so that every value still knows its file and line, and all mistakes are collected, not one alone."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from mappings.problems import Problem

MAX_DEPTH = 24
"""A document nested deeper than this is a mistake, such as an alias that holds itself."""
MAX_NODES = 20_000
"""Values in a document, those that aliases repeat counted each time."""
MAX_WORK = 100_000
"""Values that are looked at while one document is compiled: what all shapes share is, for each of them."""
_MOST_BITS = 10_000
"""Python refuses to write out whole numbers that are much larger."""
_COMPOSED_DEPTH = 200
"""libyaml's composer goes down by recursion in C, which ends the process when it is too deep."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where the package has it, which it has on all usual machines: it takes a twentieth of the time."""


class TooMuchError(Exception):
    """To work a document out would take too long."""


@dataclass(slots=True)
class Report:
    """Collects the problems of one file, and of those that it extends; `looked` counts the values looked at."""

    file: str
    problems: list[Problem] = field(default_factory=list)
    looked: int = 0

    def add(self, line: int, path: str, message: str, allowed: Iterable[str] = (), file: str = "") -> None:
        """Note one problem."""
        self.problems.append(Problem(file or self.file, line, path, message, tuple(allowed)))


@dataclass(frozen=True, slots=True)
class Node:
    """A value in a document, with its place."""

    raw: yaml.Node
    path: str
    report: Report
    depth: int = 0

    @property
    def line(self) -> int:
        """The line of the value, counted from 1."""
        return int(self.raw.start_mark.line) + 1

    @property
    def file(self) -> str:
        """The file in which the value stands; with `extends`, the parts of one document stand in several."""
        return str(self.raw.start_mark.name)

    @property
    def is_map(self) -> bool:
        """Whether this has named entries."""
        return isinstance(self.raw, yaml.MappingNode)

    @property
    def is_scalar(self) -> bool:
        """Whether this is a text, a number, a truth or null."""
        return isinstance(self.raw, yaml.ScalarNode)

    @property
    def is_list(self) -> bool:
        """Whether this is a list."""
        return isinstance(self.raw, yaml.SequenceNode)

    def wrong(self, message: str, allowed: Iterable[str] = ()) -> None:
        """Note a problem with this value."""
        self.report.add(self.line, self.path, message, allowed, self.file)

    def text(self) -> str:
        """The scalar as it is written ("" and a problem where there is a list or a mapping)."""
        if isinstance(self.raw, yaml.ScalarNode):
            return str(self.raw.value)
        self.wrong("A text was expected.")
        return ""

    def literal(self) -> Any:
        """The value as YAML means it: text, number, truth, null, list or mapping; an unquoted date stays text."""
        if isinstance(self.raw, yaml.MappingNode):
            return {name: node.literal() for name, node in self.entries().items()}
        if isinstance(self.raw, yaml.SequenceNode):
            return [node.literal() for node in self.items()]
        scalar = self.text()
        kind = self.raw.tag.removeprefix("tag:yaml.org,2002:")
        return self._typed(scalar) if kind in {"int", "float", "bool", "null"} else scalar

    def _typed(self, scalar: str) -> Any:
        """A number, a truth or null; whoever writes a tag such as `!!int` may write anything behind it."""
        try:
            value = yaml.safe_load(scalar)
        except (ValueError, OverflowError, yaml.YAMLError):
            value = [scalar]
        if not isinstance(value, dict | list) and (type(value) is not int or value.bit_length() <= _MOST_BITS):
            return value
        self.wrong("This is no number, or one with too many digits.")
        return None

    def items(self) -> list[Node]:
        """The elements of a list; a single value counts as a list of one."""
        if not isinstance(self.raw, yaml.SequenceNode):
            return [self]
        return [self._child(node, f"{self.path}[{index}]") for index, node in enumerate(self.raw.value)]

    def texts(self) -> Iterator[str]:
        """Every scalar below, keys aside; what several aliases mean comes once."""
        seen: set[int] = set()
        waiting = [self.raw]
        while waiting:
            raw = waiting.pop()
            if id(raw) in seen:
                continue
            seen.add(id(raw))
            if isinstance(raw, yaml.ScalarNode):
                yield str(raw.value)
            elif isinstance(raw, yaml.SequenceNode):
                waiting += raw.value
            elif isinstance(raw, yaml.MappingNode):
                waiting += [value for _, value in raw.value]

    def pairs(self) -> list[tuple[str, Node]]:
        """The entries of a mapping as they stand, unchecked."""
        pairs = self.raw.value if isinstance(self.raw, yaml.MappingNode) else ()
        return [(str(key.value), self._child(value, f"{self.path}.{key.value}")) for key, value in pairs]

    def entries(self, allowed: Iterable[str] | None = None) -> dict[str, Node]:
        """The entries of a mapping by name. Notes names that are unknown or stand there twice."""
        if not isinstance(self.raw, yaml.MappingNode):
            self.wrong("Named entries were expected.", allowed or ())
            return {}
        known = None if allowed is None else tuple(allowed)
        found: dict[str, Node] = {}
        for key, value in self.raw.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
            child = self._child(value, f"{self.path}.{name}" if self.path else name)
            if known is not None and name not in known:
                self._wrong_key(key, child.path, f"There is no “{name}” here.", known)
            elif name in found:
                self._wrong_key(key, child.path, f"“{name}” stands here twice.")
            else:
                found[name] = child
        return found

    def only(self, names: Iterable[str]) -> yaml.Node:
        """A mapping with those of its entries alone."""
        kept = set(names)
        pairs = [pair for pair in self.raw.value if pair[0].value in kept] if self.is_map else []
        return yaml.MappingNode(self.raw.tag, pairs, self.raw.start_mark, self.raw.end_mark)

    def _wrong_key(self, key: yaml.Node, path: str, message: str, allowed: Iterable[str] = ()) -> None:
        self.report.add(int(key.start_mark.line) + 1, path, message, allowed, str(key.start_mark.name))

    def _child(self, node: yaml.Node, path: str) -> Node:
        self.report.looked += 1
        if self.report.looked > MAX_WORK:
            raise TooMuchError
        if self.depth < MAX_DEPTH:
            return Node(node, path, self.report, self.depth + 1)
        self.wrong(f"This is nested deeper than {MAX_DEPTH} levels.")
        return Node(yaml.ScalarNode("tag:yaml.org,2002:null", "", node.start_mark), path, self.report, self.depth + 1)


def file_text(path: Path, report: Report) -> str | None:
    """The file's text, or None with a problem noted."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        report.add(1, "", f"The file cannot be read: {error.strerror}.")
    except UnicodeDecodeError:
        report.add(1, "", "The file is not UTF-8 text.")
    return None


def read(text: str, report: Report) -> Node | None:
    """The document's root, or None with a problem noted when it is empty or not YAML."""
    try:
        root = _composed(text, report.file)
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "the text cannot be read"
        report.add(mark.line + 1 if mark else 1, "", f"This is not YAML: {what}.")
        return None
    except RecursionError:
        report.add(1, "", "The document is nested too deeply.")
        return None
    if root is None:
        report.add(1, "", "The document is empty.")
        return None
    if _size(root, {}) > MAX_NODES:
        report.add(
            1, "", f"The document holds more than {MAX_NODES} values, those that aliases (*name) repeat counted."
        )
        return None
    return Node(root, "", report)


def _size(node: yaml.Node, known: dict[int, int]) -> int:
    """How many values there are in a node; an alias that holds itself counts once, and is told when it is read."""
    if isinstance(node, yaml.ScalarNode):
        return 1
    if id(node) not in known:
        known[id(node)] = 1
        pairs = isinstance(node, yaml.MappingNode)
        inner = [part for pair in node.value for part in pair] if pairs else node.value
        known[id(node)] = 1 + sum(_size(part, known) for part in inner)
    return known[id(node)]


class _Named(io.StringIO):
    """A text with the name of its file, which YAML's marks then bear."""

    def __init__(self, text: str, name: str) -> None:
        super().__init__(text)
        self.name = name


def _composed(text: str, file: str) -> yaml.Node | None:
    """The document's nodes; raises `YAMLError`, and `RecursionError` where they are nested too deeply."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _COMPOSED_DEPTH:
            raise RecursionError
    root: yaml.Node | None = yaml.compose(_Named(text, file), Loader=_LOADER)
    return root
