"""Paths into a body: `labels.severity`, `alerts[0].status`, `labels."a.b"`, `changelog.items[field=status].toString`.

A path begins at the item; `.` is the item itself. `$body.x` begins at the whole body, `$header.x` at the request's
headers, `$option.x` at the options of the platform or source, and `$name` at a named value of the mapping.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from mappings.scope import MISSING, Read, Scope

_TOKEN = re.compile(
    r"""
    "(?P<quoted>(?:[^"\\]|\\.)+)"
    | (?P<key>[^.\[\]"={}$\s]+)
    | \[(?P<index>-?\d{1,6})\]
    | \[(?P<field>[^=\[\]"]+)=(?:"(?P<phrase>[^"]*)"|(?P<word>[^\]"]*))\]
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Having:
    """The first object of a list whose `field` is `value`."""

    field: str
    value: str


Step = str | int | Having


@dataclass(frozen=True, slots=True)
class Path:
    """A parsed path. `root` is "" for the item, otherwise the name that it begins with."""

    text: str
    root: str
    steps: tuple[Step, ...]


def field_of(path: Path) -> str:
    """The record's field that a path reads: what stands after `fields`, or first; "" where that is no name."""
    steps = path.steps
    after = steps[steps.index("fields") + 1 :] if "fields" in steps else steps
    return str(after[0]) if after and isinstance(after[0], str) else ""


@lru_cache(8192)
def parse(text: str) -> Path:
    """The path as written. Raises `ValueError` with a sentence.

    Kept, for a mapping's tables and extensions read the same paths over and over.
    """
    text = text.strip()
    if text == ".":
        return Path(text, "", ())
    root, rest = "", text
    if text.startswith("$"):
        found = re.match(r"\$([A-Za-z_]\w*)(?:\.(?=.)|(?=\[)|$)", text)
        if not found:
            raise ValueError(f"“{text}” is no path: after $ comes a name.")
        root, rest = found[1], text[found.end() :]
    return Path(text, root, _steps(rest, text))


def _steps(rest: str, text: str) -> tuple[Step, ...]:
    steps: list[Step] = []
    at = 0
    while at < len(rest):
        if steps and rest[at] == ".":
            at += 1
        elif steps and rest[at] != "[":
            raise ValueError(f"“{text}” is no path: a dot is missing before “{rest[at:]}”.")
        token = _TOKEN.match(rest, at)
        if not token:
            raise ValueError(
                f"“{text}” is no path: “{rest[at:] or '.'}” cannot be read. Quote keys with odd characters."
            )
        steps.append(_step(token))
        at = token.end()
    if not steps and not text.startswith("$"):
        raise ValueError("A path is missing.")
    return tuple(steps)


def _step(token: re.Match[str]) -> Step:
    if token["quoted"] is not None:
        return re.sub(r"\\(.)", r"\1", token["quoted"])
    if token["key"] is not None:
        return token["key"]
    if token["index"] is not None:
        return int(token["index"])
    return Having(token["field"], token["phrase"] if token["phrase"] is not None else token["word"])


def walk(value: object, steps: tuple[Step, ...]) -> object:
    """What is found by going those steps, `MISSING` where there is no such way."""
    for step in steps:
        if isinstance(step, str):
            if not isinstance(value, dict):
                return MISSING
            value = value.get(step, MISSING)
        elif not isinstance(value, list):
            return MISSING
        elif isinstance(step, int):
            value = value[step] if -len(value) <= step < len(value) else MISSING
        else:
            value = next((one for one in value if _has(one, step)), MISSING)
    return value


def _has(one: object, step: Having) -> bool:
    return isinstance(one, dict) and isinstance(found := one.get(step.field), str | int) and str(found) == step.value


def reader(path: Path) -> Read:
    """The compiled path."""
    steps, root = path.steps, path.root
    if root:
        return lambda scope: walk(scope.named(root), steps)
    if len(steps) == 1 and isinstance(steps[0], str):
        return _one_key(steps[0])
    return lambda scope: walk(scope.item, steps)


def _one_key(key: str) -> Callable[[Scope], object]:
    def read(scope: Scope) -> object:
        item = scope.item
        return item.get(key, MISSING) if isinstance(item, dict) else MISSING

    return read
