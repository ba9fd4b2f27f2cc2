"""The site is built without a warning, asks nothing of anybody else, and reads as on a code host."""

from __future__ import annotations

import logging
import os
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from docs_pages import ROOT, named, pages
from markdown_it import MarkdownIt

from manual.pages import places

_BLOCKS = {
    "h1",
    "h2",
    "h3",
    "h4",
    "ul",
    "ol",
    "li",
    "pre",
    "table",
    "tr",
    "td",
    "th",
    "a",
    "img",
    "em",
    "strong",
    "code",
}
_FETCHED = re.compile(
    r"<(?:script|link|img|iframe|source|object|embed)\b[^>]*\b(?:src|href|data)=[\"']?((?:\w+:)?//[^\"' >]+)"
)
_STYLED = re.compile(r"(?:url\(|@import)\s*[\"']?((?:\w+:)?//[^\"')]+)")
_GITHUB = MarkdownIt("commonmark", {"html": True}).enable("table")


class _Told(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The site, built once, and the builder's warnings."""
    os.environ["NO_MKDOCS_2_WARNING"] = "1"
    from mkdocs.commands import build
    from mkdocs.config import load_config

    told = _Told()
    logging.getLogger("mkdocs").addHandler(told)
    folder = tmp_path_factory.mktemp("site")
    config = load_config(str(ROOT / "mkdocs.yml"), site_dir=str(folder))
    config.plugins.on_startup(command="build", dirty=False)
    build.build(config)
    logging.getLogger("mkdocs").removeHandler(told)
    return folder, told.lines


@pytest.fixture
def site(built: tuple[Path, list[str]]) -> Path:
    """The site's folder."""
    return built[0]


class _Shape(HTMLParser):
    """What a reader sees of a page: its lists, tables, code and links in their order, and its text without spaces."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self._in: list[str] = []
        self._mark = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._mark = tag == "a" and ("class", "headerlink") in attrs
        if tag in _BLOCKS and not self._mark and "pre" not in self._in:
            self.tags.append(tag)
        if tag == "pre":
            self._in.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._mark = False
        if tag == "pre":
            self._in.pop()

    def handle_data(self, data: str) -> None:
        if not self._mark:
            self.text += "".join(data.split())


@cache
def _article(file: Path) -> str:
    html = file.read_text(encoding="utf-8")
    return html.partition("<article")[2].partition(">")[2].partition("</article>")[0]


def _made(site: Path, place: str) -> Path:
    name = place.removesuffix(".md")
    return site / "index.html" if name == "index" else site / name / "index.html"


def test_the_builder_warns_of_nothing(built: tuple[Path, list[str]]) -> None:
    assert not built[1], "\n".join(built[1])


@pytest.mark.parametrize("page", pages(), ids=named)
def test_a_page_reads_in_the_site_as_on_a_code_host(site: Path, page: Path) -> None:
    here = _Shape(_article(_made(site, places()[named(page)])))
    there = _Shape(_GITHUB.render(page.read_text(encoding="utf-8")))
    assert here.text == there.text
    assert here.tags == there.tags


def test_nothing_is_asked_of_anybody_else(site: Path) -> None:
    asked = []
    for file in sorted([*site.rglob("*.html"), *site.rglob("*.css")]):
        content = file.read_text(encoding="utf-8")
        asked += [
            f"{file.relative_to(site)}: {one}"
            for one in (_FETCHED if file.suffix == ".html" else _STYLED).findall(content)
        ]
        assert 'class="mermaid"' not in content, f"{file}: the theme would fetch what draws it from elsewhere"
    assert not asked


def test_every_link_of_a_page_leads_somewhere_in_the_site(site: Path) -> None:
    lost = []
    for file in sorted(site.rglob("index.html")):
        for link in re.findall(r'<a\b[^>]*\bhref="([^"]*)"', _article(file)):
            target, _, anchor = unquote(link).partition("#")
            if re.match(r"\w+:", target):
                continue
            to = (file.parent / target).resolve() if target else file
            to = to / "index.html" if to.is_dir() else to
            if not to.is_file() or (anchor and to.suffix == ".html" and f'id="{anchor}"' not in _article(to)):
                lost.append(f"{file.relative_to(site)}: {link}")
    assert not lost
