"""From the Markdown of code hosts (CommonMark) to that of the site's library, which nests by four spaces only."""

from __future__ import annotations

import re
from dataclasses import dataclass

from markdown_it import MarkdownIt

_ITEM = re.compile(r" *(?P<mark>[-*+]|\d+[.)]) *")
_COMMONMARK = MarkdownIt("commonmark").enable("table")
_STEP = 4


@dataclass(frozen=True, slots=True)
class _Item:
    """One item of a list: its lines (`end` excluded), its mark, and the column at which its content begins."""

    start: int
    end: int
    mark: str
    column: int
    apart: bool
    """An empty line belongs before it: it begins a list within text, or stands in a list that holds more than lines."""


def slug(heading: str, separator: str = "-") -> str:
    """A heading's anchor, as code hosts make it: links with anchors work in both places."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", separator)


def translated(markdown: str) -> str:
    """The same page with lists nested by four spaces, and room before each list."""
    lines = markdown.splitlines()
    items = _items(lines, markdown)
    made: list[str] = []
    for number, line in enumerate(lines):
        around = [item for item in items if item.start <= number < item.end]
        if around and around[-1].start == number and around[-1].apart and made and made[-1]:
            made.append("")
        made.append(_moved(line, number, around))
    return "\n".join(made) + "\n"


def _moved(line: str, number: int, around: list[_Item]) -> str:
    """A line at the depth of the items around it."""
    if not around or not line.strip():
        return line
    inner = around[-1]
    if inner.start == number:
        return " " * _STEP * (len(around) - 1) + inner.mark.ljust(_STEP) + line[inner.column :]
    indent = len(line) - len(line.lstrip(" "))
    return " " * _STEP * len(around) + line[min(indent, inner.column) :]


def _items(lines: list[str], markdown: str) -> list[_Item]:
    """Every list's items, the outer ones first."""
    found: list[_Item] = []
    roomy: list[bool] = []
    begins = False
    for token in _COMMONMARK.parse(markdown):
        if token.type.endswith("_list_open") and token.map:
            roomy.append(not all(line.strip() for line in lines[slice(*token.map)]))
            begins = True
        elif token.type.endswith("_list_close"):
            roomy.pop()
        elif token.type == "list_item_open" and token.map and (mark := _ITEM.match(lines[token.map[0]])):
            start, end = token.map
            found.append(_Item(start, end, mark["mark"], mark.end(), roomy[-1] or (begins and len(roomy) == 1)))
            begins = False
    return found
