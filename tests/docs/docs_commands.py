"""The commands that pages tell people to type, each with the mark above it that says who runs it.

    <!-- run -->                             tests/reader does, page by page, in the order of the page
    <!-- run in the background -->           the same, for what goes on until Ctrl-C
    <!-- run by tests/e2e/test_x.py -->      another test does
    <!-- not run: it needs a cluster -->     nobody does, and why

A line that holds a path alone, as in `config/roster.yaml`: says where a reader puts the next block.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

from docs_pages import ROOT, indented, named, pages, text

LANGUAGES = {"sh", "bash", "shell", "console", "zsh", "powershell"}
_FENCE = re.compile(
    r"(?:^ *`(?P<file>[\w./-]+)`:\n\n)?(?:^ *<!-- (?P<mark>[^\n]*?) -->\n)?"
    r"^(?P<indent> *)```(?P<language>\w*)[^\n]*\n(?P<code>.*?)^(?P=indent)```",
    re.MULTILINE | re.DOTALL,
)
_TYPED = re.compile(
    r"^ *(?:[$#] )?(?:sudo )?(?:[A-Z_]+=\S+ )*(?:rung|make|curl|kubectl|helm|docker|podman|systemctl|journalctl|psql|"
    r"pg_dump|pg_restore|apt-get|python3?|pip|ssh|openssl|promtool|amtool|export) [^=:|]",
    re.MULTILINE,
)
_COMMAND = re.compile(r"^(?:\.venv/bin/)?(?:(?:rung|make) (\w[\w-]*)|(\w[\w-]*)(?= ))", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code; `file` where a reader is to put it, `mark` what stands in the comment above it."""

    page: str
    line: int
    language: str
    code: str
    file: str
    mark: str

    @property
    def where(self) -> str:
        """As editors take it."""
        return f"{self.page}:{self.line}"

    @property
    def typed(self) -> bool:
        """Whether it is to be typed into a shell."""
        return self.language in LANGUAGES


def blocks(page: Path) -> list[Block]:
    """All fenced blocks of a page, in their order."""
    content = page.read_text(encoding="utf-8")
    return [
        Block(
            named(page),
            content.count("\n", 0, found.start("language")) + 1,
            found["language"],
            textwrap.dedent(found["code"]),
            found["file"] or "",
            (found["mark"] or "").strip(),
        )
        for found in _FENCE.finditer(content)
    ]


def to_run() -> dict[str, list[Block]]:
    """Pages with something to be run, the quick start first, each with what a reader types and writes on the way."""
    found = {named(page): [one for one in blocks(page) if one.file or is_run(one)] for page in pages()}
    kept = {page: some for page, some in found.items() if any(is_run(one) for one in some)}
    return dict(sorted(kept.items(), key=lambda one: (one[0] != "docs/quick-start.md", one[0])))


def is_run(block: Block) -> bool:
    """Whether the mark says that tests/reader runs it."""
    return block.typed and block.mark in {"run", "run in the background"}


def mistake(block: Block) -> str:
    """What is wrong with a block's mark, "" for nothing."""
    if not block.typed:
        return "name its language: ```sh" if not block.language and _TYPED.search(block.code) else ""
    if is_run(block) or re.fullmatch(r"not run: \S.{8,}", block.mark):
        return ""
    other = re.fullmatch(r"run by (tests/\S+\.py)", block.mark)
    if not other:
        return "nobody runs it"
    if not (ROOT / other[1]).is_file():
        return f"{other[1]} is not there"
    return "" if _speaks_of(other[1], block) else f"{other[1]} speaks neither of this page nor of its commands"


def _speaks_of(test: str, block: Block) -> bool:
    """Whether a test names a block's page or the folder that it takes its pages from, or one of its commands."""
    told = text(test)
    page = Path(block.page)
    asked = [ours or other for ours, other in _COMMAND.findall(block.code)]
    return (
        page.name in told
        or (page.parent.name != "docs" and page.parent.name in told)
        or any(one in told for one in asked)
    )


def unfenced(page: Path) -> list[str]:
    """Indented blocks that are to be typed."""
    return [one.strip() for one in indented(page) if _TYPED.search(one)]
