"""From YAML text to plain data that still knows its lines: safe, bounded, and without YAML's surprises.

Every scalar stays the text that it is (so `no` is a name and `2026-01-05` no date; the schemas decide), an empty value
counts as absent, and aliases, tags, repeated keys and several documents in one file are refused.
"""

from __future__ import annotations

from typing import Any

import yaml

from rung.documents.problems import Path, Report

MAX_BYTES = 1024 * 1024
_MAX_DEPTH = 24
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The same in C, where PyYAML has it: a roster of some hundred people is read in a tenth of the time."""


def parse(text: str, report: Report) -> dict[str, Any]:
    """The document's named entries; {} with problems noted in the report where it cannot be read."""
    try:
        if _is_plain(text, report):
            root = yaml.compose(text, Loader=_Loader)
            if root is None:
                return {}
            if isinstance(root, yaml.MappingNode):
                return _entries(root, (), report)
            report.add((), "must hold named entries.")
    except yaml.YAMLError as found:
        error = _in_words(text) or found
        mark = getattr(error, "problem_mark", None)
        report.lines[()] = mark.line + 1 if mark else 1
        report.add((), f"is not YAML: {getattr(error, 'problem', None) or getattr(error, 'reason', 'unreadable')}.")
    return {}


def _in_words(text: str) -> yaml.YAMLError | None:
    """The same mistake as PyYAML itself tells it, which names what it has met; None where it finds none."""
    try:
        for _ in yaml.parse(text, Loader=yaml.SafeLoader):
            pass
    except yaml.YAMLError as error:
        return error
    return None


def _is_plain(text: str, report: Report) -> bool:
    """Look through the stream of YAML's events, which costs no more than the text is long, before it is built."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=_Loader):
        documents += isinstance(event, yaml.DocumentStartEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        wrong = _refused(event, depth, documents)
        if wrong:
            report.lines[()] = event.start_mark.line + 1 if event.start_mark else 1
            report.add((), wrong)
            return False
    return True


def _refused(event: yaml.Event, depth: int, documents: int) -> str:
    if isinstance(event, yaml.AliasEvent):
        return "YAML aliases (*name) are not taken here; write the value out."
    if documents > 1:
        return "holds a second YAML document (---); only one is taken."
    if depth > _MAX_DEPTH:
        return f"is nested deeper than {_MAX_DEPTH} levels."
    tag = getattr(event, "tag", None)
    if tag is not None and not tag.startswith("tag:yaml.org,2002:"):
        return f"the YAML tag {tag} is not taken here."
    return "the YAML tags of Python are not taken here." if tag and "python" in tag else ""


def _value(node: yaml.Node, path: Path, report: Report) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _entries(node, path, report)
    if isinstance(node, yaml.SequenceNode):
        return [_item(item, (*path, index), report) for index, item in enumerate(node.value)]
    return None if node.tag == "tag:yaml.org,2002:null" else node.value


def _item(node: yaml.Node, path: Path, report: Report) -> Any:
    report.lines[path] = node.start_mark.line + 1
    return _value(node, path, report)


def _entries(node: yaml.MappingNode, path: Path, report: Report) -> dict[str, Any]:
    found: dict[str, Any] = {}
    seen: set[str] = set()
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            report.add(path, f"line {line}: a name must be a plain text.")
            continue
        name = str(key.value)
        if name in seen:
            first = report.lines[(*path, name)]
            report.lines[(*path, name)] = line
            report.add((*path, name), f"stands here twice; the first is in line {first}.")
            continue
        seen.add(name)
        report.lines[(*path, name)] = line
        read = _value(value, (*path, name), report)
        if read is not None:
            found[name] = read
    return found
