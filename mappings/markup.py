"""The text of an HTML page, for reading: no markup, no scripts, a line for each block.

Pages come from anybody, so the page is gone through once, from left to right: Python's own `html.parser` takes a time
that grows with the square of the length where tags are left open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

MAX_HTML = 500_000
"""Characters of HTML that are read."""

_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9]*)[^<>]*>|<[!?][^<>]*>")
_NO_CHARACTER = re.compile(r"&#[0-9]{8,};?")
"""Numbers far beyond the last character; from some thousand digits on, Python refuses to read them at all."""
_HIDDEN = frozenset({"script", "style", "head", "template", "noscript"})
_BREAKS = {
    **dict.fromkeys(("p", "div", "br", "tr", "li", "ul", "ol", "table", "pre", "hr", "blockquote"), "\n"),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "\n"),
    **dict.fromkeys(("td", "th"), " "),
}


def text_of(html: str) -> str:
    """What the page says."""
    said = "".join(_pieces(html[:MAX_HTML]))
    lines = (" ".join(line.split()) for line in said.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _pieces(html: str) -> Iterator[str]:
    """Texts, and a break or nothing for each tag."""
    at = 0
    while (start := html.find("<", at)) >= 0:
        yield _flat(html[at:start])
        tag = None if html.startswith("<!--", start) else _TAG.match(html, start)
        if html.startswith("<!--", start):
            at = _after(html, "-->", start)
        elif tag is None:  # a lone < is a text
            yield "<"
            at = start + 1
        else:
            name = (tag[1] or "").lower()
            yield _BREAKS.get(name, "")
            hides = name in _HIDDEN and not tag[0].startswith("</")
            at = _after(html, f"</{name}[^<>]*>?", tag.end()) if hides else tag.end()
    yield _flat(html[at:])


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", unescape(_NO_CHARACTER.sub("\ufffd", text)))


def _after(html: str, end: str, start: int) -> int:
    """Where something ends that hides what is in it; the page's end where it never does."""
    found = re.compile(end, re.IGNORECASE).search(html, start)
    return found.end() if found else len(html)
