"""Markdown in the dialects of platforms."""

# The writer that is extended here carries no types.
# mypy: disable-error-code="misc, no-untyped-call, no-any-return, attr-defined"

from __future__ import annotations

import re
from typing import Any

import mistletoe
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt
from mistletoe.contrib.jira_renderer import JiraRenderer

from connectors.texts.plain import for_journal, for_wiki

_SPACED = ("ul", "ol", "table", "thead", "tbody", "tr")
"""Elements in which what stands between the others shows nothing."""
_BLOCKS = ("p", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "hr", "table")
_WEB = ("https://", "http://", "mailto:")


class _Wiki(JiraRenderer):
    """The library's writer, with plain words put as our plain texts are, and no HTML taken for markup."""

    def render_raw_text(self, token: Any, escape: bool = True) -> str:
        return for_wiki(token.content) if escape else str(token.content)

    def render_inline_code(self, token: Any) -> str:
        return "{{" + for_wiki(token.children[0].content) + "}}"

    def render_block_code(self, token: Any) -> str:
        body = str(token.children[0].content)
        language = f":{token.language}" if re.fullmatch(r"[\w+#-]{1,20}", token.language or "") else ""
        name = "noformat" if "{code" in body.lower() else "code"
        body = re.sub(r"\{(?=noformat)", "{\u200b", body) if name == "noformat" else body
        return f"{{{name}{language if name == 'code' else ''}}}\n{body}{{{name}}}" + str(self._block_eol(token))

    def render_link(self, token: Any) -> str:
        inner = self.render_inner(token)
        return str(super().render_link(token)) if token.target.lower().startswith(_WEB) else inner

    def render_image(self, token: Any) -> str:
        """A picture is named and linked: what it shows is not ours to fetch."""
        inner = self.render_inner(token)
        return f"[{inner or 'picture'}|{token.src}]" if token.src.lower().startswith(_WEB[:2]) else inner

    @staticmethod
    def render_line_break(token: Any) -> str:
        return " " if token.soft else "\n"

    def render_html_span(self, token: Any) -> str:  # type: ignore[override]
        return for_wiki(token.content)

    def render_html_block(self, token: Any) -> str:  # type: ignore[override]
        return for_wiki(token.content)


def as_wiki(text: str) -> str:
    """The text in Jira's wiki markup."""
    with _Wiki() as writer:
        return str(writer.render(mistletoe.Document(text))).strip()


def as_html(text: str) -> str:
    """The text as HTML; HTML within it shows as it is, and links lead to the web or to mail alone."""
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).render(text).strip()


def as_journal_html(text: str) -> str:
    """The text for a ServiceNow journal that shows HTML between code tags."""
    made = BeautifulSoup(as_html(text), "html.parser")
    for picture in made.find_all("img"):
        picture.replace_with(str(picture.get("alt") or picture.get("src") or ""))
    shown = str(made).replace("[", "&#91;").replace("]", "&#93;")
    return f"[code]{shown}[/code]"


def as_text(text: str) -> str:
    """The text for a ServiceNow journal that shows what it is given: lists and code by their signs, links in full."""
    soup = BeautifulSoup(as_html(text), "html.parser")
    for link in soup.find_all("a"):
        shown, where = link.get_text(), str(link.get("href", ""))
        link.replace_with(shown if where in {shown, f"mailto:{shown}"} else f"{shown} ({where})")
    for picture in soup.find_all("img"):
        picture.replace_with(str(picture.get("alt") or picture.get("src") or ""))
    return for_journal(_blocks(soup).strip())


def _blocks(soup: Any) -> str:
    for idle in soup.find_all(string=lambda text: not text.strip()):
        if idle.parent.name in _SPACED:
            idle.extract()
    for broken in soup.find_all("br"):
        broken.replace_with("\n")
    for item in soup.find_all("li"):
        depth = len(item.find_parents(["ul", "ol"])) - 1
        item.insert(0, "\n" + "  " * depth + _bullet(item))
    for row in soup.find_all("tr"):
        row.replace_with(" | ".join(cell.get_text() for cell in row.find_all(["td", "th"])) + "\n")
    for block in soup.find_all(_BLOCKS):
        if block.find_parent("li") is None:
            block.append("\n\n")
    return re.sub(r"\n[ \t]*\n\s*\n", "\n\n", soup.get_text())


def _bullet(item: Any) -> str:
    parent = item.parent
    if parent is None or parent.name != "ol":
        return "- "
    return f"{int(parent.get('start', 1)) + len(item.find_previous_siblings('li'))}. "
