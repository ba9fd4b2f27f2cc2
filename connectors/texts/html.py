"""HTML, and ServiceNow's journals with HTML between code tags, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

from bs4 import BeautifulSoup
from markdownify import MarkdownConverter

_CODE = re.compile(r"\[code\](.*?)\[/code\]", re.DOTALL | re.IGNORECASE)
_SILENT = ("script", "style", "head", "title", "template", "noscript")


def as_markdown(text: str, _: Mapping[str, str] | None = None) -> str:
    """The HTML as Markdown: nothing of scripts and styles, no picture but its name, links to the web and mail alone."""
    soup = _soup(text)
    for link in soup.find_all("a"):
        if not str(link.get("href", "")).strip().lower().startswith(("https://", "http://", "mailto:")):
            link.unwrap()
    for picture in soup.find_all("img"):
        picture.replace_with(str(picture.get("alt") or ""))
    made: str = MarkdownConverter(heading_style="ATX", bullets="-", escape_misc=True).convert_soup(soup)
    return re.sub(r"\n{3,}", "\n\n", made).strip()


def journal_as_markdown(text: str, names: Mapping[str, str] | None = None) -> str:
    """A journal's text as Markdown: plain outside of its code tags."""
    parts = _CODE.split(text)
    whole = (part if place % 2 else _plain(part) for place, part in enumerate(parts))
    return as_markdown("".join(whole), names)


def said(text: str) -> str:
    """The words that a reader of the HTML sees."""
    return _soup(text).get_text(" ")


def journal_said(text: str) -> str:
    """The words that a reader of the journal sees."""
    parts = _CODE.split(text)
    return " ".join(said(part) if place % 2 else part for place, part in enumerate(parts))


def _plain(text: str) -> str:
    paragraphs = re.split(r"\n[ \t]*\n", text)
    return "".join(f"<p>{escape(one.strip()).replace(chr(10), '<br>')}</p>" for one in paragraphs if one.strip())


def _soup(text: str) -> BeautifulSoup:
    soup = BeautifulSoup(text, "html.parser")
    for silent in soup.find_all(_SILENT):
        silent.decompose()
    return soup
