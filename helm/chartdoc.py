"""What people and `helm` read about the chart's values, made of values.yaml: its schema and the tables of its README.

`python helm/chartdoc.py` writes both, `python helm/chartdoc.py --check` ends with 1 where one is stale. In values.yaml
each key has its comment above it:

    # -- a description, which may go on in further lines
    # @schema {...}    JSON Schema that narrows what the default's type allows
    # @pod             a role may say it for itself, too
    # @role            a role

and `# == Heading`, with an introduction below it, begins a part of the README.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

CHART = Path(__file__).parent / "rung"
_BEGIN, _END = "<!-- values: made of values.yaml by `make chart` -->\n", "<!-- end of values -->\n"
_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}
_QUANTITIES = {"type": "object", "additionalProperties": {"type": ["string", "number"]}}
_DEFINITIONS: dict[str, Any] = {
    "resources": {
        "type": "object",
        "additionalProperties": False,
        "properties": {"requests": _QUANTITIES, "limits": _QUANTITIES, "claims": {"type": "array"}},
    },
    "ports": {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 65535}},
}
_GROUP = {
    "name": {"type": "string", "pattern": "^[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?$", "description": "Its name."},
    "work": {
        "type": "array",
        "items": {"enum": ["intake", "delivery"]},
        "uniqueItems": True,
        "description": "What it does; all where it is empty.",
    },
}


class ValuesError(Exception):
    """values.yaml lacks what the schema or the README needs. The message says at which line."""


@dataclass(frozen=True, slots=True)
class Value:
    """One key of values.yaml; `parts` are the keys below it where those are described themselves."""

    path: str
    default: Any
    description: str
    schema: dict[str, Any]
    pod: bool = False
    role: bool = False
    parts: tuple[Value, ...] = ()

    @property
    def name(self) -> str:
        """Its last word."""
        return self.path.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Heading:
    """A part of the README: its introduction and its values."""

    title: str
    introduction: str
    values: list[Value] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Comment:
    description: str
    schema: dict[str, Any]
    marks: frozenset[str]


def headings(text: str) -> list[Heading]:
    """The parts of values.yaml in their order; raises `ValuesError`."""
    lines = text.splitlines()
    begins = {number: line[5:].strip() for number, line in enumerate(lines) if line.startswith("# == ")}
    found = {number: Heading(title, _introduction(lines, number)) for number, title in begins.items()}
    for value, line in _values(yaml.compose(text, yaml.SafeLoader), lines, ""):
        before = [number for number in found if number < line]
        if not before:
            raise ValuesError(f"values.yaml line {line + 1}: {value.path} stands before the first `# ==`.")
        found[max(before)].values.append(value)
    return list(found.values())


def _introduction(lines: list[str], number: int) -> str:
    words = []
    for line in lines[number + 1 :]:
        if not line.startswith("# "):
            break
        words.append(line[2:])
    return " ".join(words)


def _values(node: Any, lines: list[str], above: str) -> Iterator[tuple[Value, int]]:
    """The values of a mapping, each with the index of its line."""
    for key, value in node.value:
        line, path = key.start_mark.line, f"{above}.{key.value}".lstrip(".")
        comment = _comment(lines, line, key.start_mark.column)
        if comment is None:
            raise ValuesError(f"values.yaml line {line + 1}: {path} has no description: write `# -- ...` above it.")
        yield _value(path, value, comment, lines), line


def _value(path: str, node: Any, comment: _Comment, lines: list[str]) -> Value:
    is_section = bool(
        isinstance(node, yaml.MappingNode)
        and node.value
        and any(_comment(lines, key.start_mark.line, key.start_mark.column) for key, _ in node.value)
    )
    parts = tuple(value for value, _ in _values(node, lines, path)) if is_section else ()
    marks = {"pod": "pod" in comment.marks, "role": "role" in comment.marks}
    default = yaml.safe_load(yaml.serialize(node))
    return Value(path, default, comment.description, comment.schema, parts=parts, **marks)


def _comment(lines: list[str], line: int, column: int) -> _Comment | None:
    """What stands above a key, at its column; None where there is no description."""
    above: list[str] = []
    while line > 0 and lines[line - 1].startswith(" " * column + "# "):
        line -= 1
        above.insert(0, lines[line][column + 2 :])
    begins = [number for number, one in enumerate(above) if one.startswith("-- ")]
    if not begins:
        return None
    own = above[begins[-1] :]
    schema: dict[str, Any] = {}
    for one in own:
        if one.startswith("@schema "):
            schema |= yaml.safe_load(one.removeprefix("@schema "))
    words = [one.removeprefix("-- ") for one in own if not one.startswith("@")]
    return _Comment(" ".join(words), schema, frozenset(one[1:] for one in own if re.fullmatch(r"@\w+", one)))


def schema(parts: list[Heading]) -> dict[str, Any]:
    """The schema of the values, closed everywhere but where Kubernetes' own forms are passed on."""
    values = [value for part in parts for value in part.values]
    pods = {value.name: {"$ref": f"#/definitions/{value.name}"} for value in values if value.pod}
    described = {value.name: _schema(value, pods) for value in values}
    worker = described["worker"]["properties"]
    group = {**_GROUP, **{name: one for name, one in worker.items() if name != "groups"}}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Values of the chart rung",
        "type": "object",
        "additionalProperties": False,
        "properties": {name: pods.get(name, one) for name, one in described.items()},
        "definitions": {
            **_DEFINITIONS,
            **{name: described[name] for name in pods},
            "group": {"type": "object", "required": ["name"], "additionalProperties": False, "properties": group},
        },
    }


def _schema(value: Value, pods: dict[str, Any]) -> dict[str, Any]:
    told = {"description": value.description.replace("`", "")}
    if value.parts:
        properties = {part.name: _schema(part, pods) for part in value.parts}
        more = pods if value.role else {}
        return {**told, "type": "object", "additionalProperties": False, "properties": {**properties, **more}}
    if "$ref" in value.schema:
        return {**told, "allOf": [value.schema], "default": value.default}
    kind = _TYPES[type(value.default)]
    if kind in {"object", "array"} and not value.schema:
        raise ValuesError(f"values.yaml: {value.path} has no `# @schema`, so nobody knows what may stand in it.")
    return {**told, "type": kind, **value.schema, "default": value.default}


def leaves(values: list[Value] | tuple[Value, ...]) -> Iterator[Value]:
    """The values that hold something themselves."""
    for value in values:
        yield from leaves(value.parts) if value.parts else (value,)


def tables(parts: list[Heading]) -> str:
    """The README's tables, one for each heading."""
    written = []
    for part in parts:
        rows = [f"| `{one.path}` | {_shown(one.default)} | {one.description} |" for one in leaves(part.values)]
        roles = [f"`{one.path}`: {one.description[0].lower()}{one.description[1:]}" for one in part.values if one.role]
        said = [f"### {part.title}", part.introduction, *(["- " + "\n- ".join(roles)] if roles else [])]
        said.append("\n".join(["| value | default | meaning |", "|---|---|---|", *rows]))
        written.append("\n\n".join(text for text in said if text))
    return "\n" + "\n\n".join(written) + "\n\n"


def _shown(default: Any) -> str:
    """A default as it may be typed; nothing for what is empty."""
    if default in ("", [], {}):
        return ""
    text = default if isinstance(default, str) else json.dumps(default)
    return f"`{text}`"


def made() -> dict[Path, str]:
    """The files that are made, with what should stand in them. Raises `ValuesError`."""
    parts = headings((CHART / "values.yaml").read_text(encoding="utf-8"))
    readme = (CHART / "README.md").read_text(encoding="utf-8")
    before, _, rest = readme.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return {
        CHART / "values.schema.json": json.dumps(schema(parts), indent=1, ensure_ascii=False) + "\n",
        CHART / "README.md": before + _BEGIN + tables(parts) + _END + after,
    }


def main(arguments: list[str]) -> int:
    """Write them, or with --check only say which are stale."""
    check = arguments == ["--check"]
    stale = {path: text for path, text in made().items() if not path.exists() or path.read_text("utf-8") != text}
    for path, text in stale.items():
        if check:
            sys.stderr.write(f"{path.relative_to(CHART.parent.parent)} is not what values.yaml says: make chart\n")
        else:
            path.write_text(text, encoding="utf-8")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
