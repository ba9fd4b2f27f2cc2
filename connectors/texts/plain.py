"""Plain texts that arrive as themselves: what a dialect would take for markup is put so that it does not."""

from __future__ import annotations

import re
from html import escape

ZERO_WIDTH = "\u200b"
_CODE_TAG = re.compile(r"\[(?=/?code\])", re.IGNORECASE)

# Jira's wiki markup: braces and brackets begin macros and links wherever they stand; the signs of bold, italics and the
# like count at the edge of a word alone; lists, headings, quotes and tables at the beginning of a line.
_WIKI_ANYWHERE = re.compile(r"[{}\[\]]")
_WIKI_EDGE = re.compile(r"(?<![\w\\])[*_+^~?!-](?=[\w\[{(\"'*_+^~?-])|(?<=[\w\]})\"'.,:;*_+^~?-])[*_+^~?!](?!\w)")
_WIKI_LINE = re.compile(r"^(\s*)([*#|-]+(?=\s|\|)|\|)", re.MULTILINE)
_WIKI_BLOCK = re.compile(r"^(\s*)(h[1-6]|bq)\.(?=\s)", re.MULTILINE)


def for_wiki(text: str) -> str:
    """The text in Jira's wiki markup, where it shows as it is. Backslashes are put as a reference: two break a line."""
    text = re.sub(r"\\(?=[\\\W])|\\$", "&#92;", text)
    text = _WIKI_ANYWHERE.sub(lambda found: f"\\{found[0]}", text)
    text = _WIKI_LINE.sub(lambda found: f"{found[1]}\\{found[2]}", text)
    text = _WIKI_BLOCK.sub(lambda found: f"{found[1]}{found[2]}&#46;", text)
    text = _WIKI_EDGE.sub(lambda found: f"\\{found[0]}", text)
    return text.replace("|", "\\|").replace("\\\\|", "\\|")


def for_journal(text: str) -> str:
    """The text for a ServiceNow journal, which shows everything as it is but for what stands between code tags."""
    return _CODE_TAG.sub(f"[{ZERO_WIDTH}", text)


def for_html(text: str) -> str:
    """The text as HTML in which no code tag of a journal can begin or end."""
    return escape(text).replace("[", "&#91;").replace("]", "&#93;").replace("\n", "<br>")
