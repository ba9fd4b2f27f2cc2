"""Atlassian's document format as text: what Jira sends instead of wiki markup in version 3 and from some rules.

The library that reads it knows the ordinary parts, and is given nothing deep or large, which would end the process.
What it does not know, or would leave a word out of, is read as plain lines.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from typing import Any

import pyadf

DEEPEST, MOST = 40, 5_000
"""Levels and parts of a document that the library is given."""
_BLOCKS = frozenset({"paragraph", "heading", "codeBlock", "listItem", "tableRow", "rule", "hardBreak", "blockquote"})
_WORD = re.compile(r"[^\W_]+")


def is_document(found: object) -> bool:
    """Whether a value is such a document."""
    return isinstance(found, dict) and found.get("type") == "doc" and isinstance(found.get("content"), list)


def as_text(document: dict[str, Any]) -> str:
    """The document as Markdown where the library keeps all of its words, otherwise as plain lines; never raises."""
    parts = list(_parts(document))
    plain = _lines(parts)
    if len(parts) >= MOST or any(depth > DEEPEST for depth, _ in parts):
        return plain
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made = str(pyadf.Document(document).to_markdown()).strip()
    except (pyadf.PyADFError, ValueError, TypeError, OverflowError):
        return plain
    kept = set(_WORD.findall(made))
    return made if all(word in kept for word in _WORD.findall(plain)) else plain


def _parts(document: dict[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every part of the document with its depth, in the order in which it is read; without recursion."""
    waiting: list[tuple[int, Any]] = [(0, document)]
    count = 0
    while waiting and count < MOST:
        depth, part = waiting.pop()
        if isinstance(part, dict):
            count += 1
            yield depth, part
            inner = part.get("content")
            waiting += [(depth + 1, one) for one in reversed(inner)] if isinstance(inner, list) else []


def _lines(parts: list[tuple[int, dict[str, Any]]]) -> str:
    said = []
    for _, part in parts:
        if str(part.get("type")) in _BLOCKS:
            said.append("\n")
        said.append(_own(part))
    return re.sub(r"\n{2,}", "\n", "".join(said)).strip()


def _own(part: dict[str, Any]) -> str:
    """What one part says itself: its text, or the name of whom or what it stands for."""
    attributes = part.get("attrs")
    about = attributes if isinstance(attributes, dict) else {}
    found = part.get("text") or about.get("text") or about.get("url") or ""
    return found if isinstance(found, str) else ""
