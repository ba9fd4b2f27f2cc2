"""Where every page has its place in the site.

A page below docs/ keeps its place. The others are taken from where a code host shows them: README.md is the site's
first page, mappings/zabbix/README.md is mappings/zabbix.md here. A file of code to which a page links gets a page that
shows it. All paths are texts with slashes, within the repository or within the site.
"""

from __future__ import annotations

import posixpath
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_OUTSIDE = ("README.md", "CHANGELOG.md", "mappings/README.md", "*/*/README.md")
_NAMED = {"README.md": "index.md", "CHANGELOG.md": "changelog.md"}
_CODE = r"^(?P<indent> *)```.*?^(?P=indent)```|(?<!`)`[^`\n]+`(?!`)"
_LINKS = re.compile(rf"{_CODE}|(?P<text>!?\[[^\]]*\]\()(?P<target>[^)\s]+)(?=\))", re.MULTILINE | re.DOTALL)
_ELSEWHERE = re.compile(r"[a-z]+:|#")


@cache
def places() -> dict[str, str]:
    """Every page's place in the site, by its path in the repository."""
    found = {_path(page): _path(page).removeprefix("docs/") for page in ROOT.glob("docs/**/*.md")}
    for pattern in _OUTSIDE:
        names = (_path(page) for page in ROOT.glob(pattern) if not page.is_relative_to(ROOT / "docs"))
        found |= {name: _NAMED.get(name, name.removesuffix("/README.md") + ".md") for name in names if name[0] != "."}
    return found


def shown() -> list[str]:
    """The files that are no pages and lie outside docs/, and to which pages link."""
    linked = {target for page in places() for target in _targets(page)}
    return sorted(path for path in linked - places().keys() if (ROOT / path).is_file() and not path.startswith("docs/"))


def place(path: str) -> str:
    """Where the site shows a file of the repository."""
    if path in places():
        return places()[path]
    return path.removeprefix("docs/") if path.startswith("docs/") else f"files/{path}.md"


def relinked(markdown: str, page: str) -> str:
    """A page's text with its links made for the site; `page` is its path in the repository."""

    def turned(link: re.Match[str]) -> str:
        target = link["target"]
        if not target or _ELSEWHERE.match(target):
            return link[0]
        path, mark, anchor = target.partition("#")
        to = place(posixpath.normpath(posixpath.join(posixpath.dirname(page), path)))
        return link["text"] + posixpath.relpath(to, posixpath.dirname(place(page)) or ".") + mark + anchor

    return _LINKS.sub(turned, markdown)


def title(path: str) -> str:
    """A page's first heading."""
    found = re.search(r"^# +(.+?) *$", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else path


def _targets(page: str) -> set[str]:
    found = _LINKS.finditer((ROOT / page).read_text(encoding="utf-8"))
    targets = {link["target"].partition("#")[0] for link in found if link["target"]}
    return {posixpath.normpath(posixpath.join(posixpath.dirname(page), target)) for target in targets if target}


def _path(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()
