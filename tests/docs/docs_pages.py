"""The documents as data: pages, their links, anchors and code, and the files that are committed."""

from __future__ import annotations

import re
import subprocess
import textwrap
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)\n(?P<code>.*?)^(?P=indent)```", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"(?:(?:^ {4,}.*|^)\n)+", re.MULTILINE)
_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
_OUTSIDE_GIT = {".venv", ".git", ".rung", "__pycache__"}


@cache
def committed() -> tuple[Path, ...]:
    """Every file that belongs to the product: what git follows; without git, all but what is made here."""
    try:
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        told = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True, timeout=30).stdout
        found = [ROOT / name for name in told.split("\0") if name]
    except (OSError, subprocess.SubprocessError):
        found = [path for path in ROOT.rglob("*") if not _OUTSIDE_GIT & set(path.relative_to(ROOT).parts)]
    return tuple(sorted(path for path in found if path.is_file()))


def pages() -> list[Path]:
    """Every page."""
    return [path for path in committed() if path.suffix == ".md"]


def named(page: Path) -> str:
    """A page's path as a person would name it."""
    return page.relative_to(ROOT).as_posix()


def text(name: str) -> str:
    """A file's text by its name."""
    return (ROOT / name).read_text(encoding="utf-8")


def links(page: Path) -> list[str]:
    """Where a page's links and pictures point; code is left out."""
    prose = _SPAN.sub("", _FENCE.sub("", page.read_text(encoding="utf-8")))
    return _LINK.findall(prose)


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub makes of a page's headings."""
    prose = _FENCE.sub("", page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in _HEADING.findall(prose)}


def section(page: str, heading: str) -> str:
    """What stands under a second-level heading, further levels included."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text(page), re.MULTILINE | re.DOTALL)
    assert found, f"{page} has no heading {heading}"
    return found[1]


def blocks(page: Path, language: str) -> list[str]:
    """The code blocks that say they are of that language."""
    found = _FENCE.finditer(page.read_text(encoding="utf-8"))
    return [textwrap.dedent(one["code"]) for one in found if one["language"] == language]


def indented(page: Path) -> list[str]:
    """The code blocks that are indented instead."""
    prose = _FENCE.sub("", page.read_text(encoding="utf-8"))
    return [textwrap.dedent(one) for one in _INDENTED.findall(prose) if one.strip()]


def typed(page: Path) -> Iterator[str]:
    """What a reader may type: code spans, and the lines of shell blocks without their comments."""
    content = page.read_text(encoding="utf-8")
    yield from (span.replace("\\|", "|") for span in _SPAN.findall(_FENCE.sub("", content)))
    for block in blocks(page, "sh"):
        yield from (line.split(" #")[0].strip() for line in block.splitlines())
