"""One text from the markup in which it was written into the dialect of the platform where it is to stand.

What has no markup goes over as it is, made safe for the other side. Everything else is read as Markdown and written
from that, by libraries, in a process of its own: one that takes too long or too much is ended, and the text then goes
over as it was written, with a line that says so. Nothing is ever left out but by the platform's own limit of length.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path

from connectors.texts import plain

LONGEST = 30_000
"""Characters of one text; longer ones are cut, and say so."""
_ROOT = Path(__file__).resolve().parents[2]
SECONDS = 10.0
"""Within which a text is converted, or goes over as it is."""
UNCONVERTED = "(Its formatting could not be converted: the text above is as it was written, and whole.)"
CUT = "(Cut here: it is longer than a comment may be.)"


class Dialect(StrEnum):
    """In which words a platform takes a text."""

    WIKI = "wiki"
    """Jira's wiki markup, of version 2 of its interface."""
    JOURNAL = "journal"
    """A ServiceNow journal's plain text."""
    JOURNAL_HTML = "journal_html"
    """A ServiceNow journal's HTML between code tags."""


_ESCAPED: Mapping[Dialect, Callable[[str], str]] = {
    Dialect.WIKI: plain.for_wiki,
    Dialect.JOURNAL: plain.for_journal,
    Dialect.JOURNAL_HTML: plain.for_journal,
}
_SIGNS: Mapping[str, re.Pattern[str]] = {
    "wiki": re.compile(
        r"\{[a-z]|\[[^\]\n]+\]|![^\s!][^!\n]*!|^\s*([*#-]+|bq\.|h[1-6]\.|\|)\s|^\s*\|\||\\\\|----"
        r"|(?<!\w)([*_+^~-]|\?\?)(?=\S)[^\n]{0,400}?(?<=\S)\2(?!\w)",
        re.MULTILINE,
    ),
    "journal": re.compile(r"\[code\]", re.IGNORECASE),
    "html": re.compile(r"<[a-z!/]|&[#a-z]", re.IGNORECASE),
    "markdown": re.compile(r"[*_`\[\]<>#|~\\]|^\s*(\d+[.)]|[-+])\s", re.MULTILINE),
}


def escaped(text: str, dialect: Dialect) -> str:
    """A plain text in that dialect."""
    return _ESCAPED[dialect](_clean(text))


def converted(text: str, markup: str, dialect: Dialect, names: Mapping[str, str] | None = None) -> str:
    """The text in that dialect. `names` are what people are called, by their accounts. Never raises."""
    text = _clean(text)
    shortened = text[:LONGEST]
    signs = _SIGNS.get(markup)
    if signs is None or not signs.search(shortened):
        found = escaped(shortened, dialect)
    else:
        made = _by_child(shortened, markup, dialect, names or {})
        found = made if made is not None else f"{escaped(shortened, dialect)}\n\n{UNCONVERTED}"
    return f"{found}\n\n{CUT}" if len(text) > LONGEST else found


def _clean(text: str) -> str:
    """Without what no platform stores: control characters, halves of characters, the other sorts of line breaks."""
    text = re.sub(r"\r\n?|\u2028|\u2029", "\n", text)
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]", "", text)


def _by_child(text: str, markup: str, dialect: Dialect, names: Mapping[str, str]) -> str | None:
    """What the process makes of it; None where it fails, or takes too long."""
    asked = json.dumps({"text": text, "markup": markup, "dialect": dialect.value, "names": dict(names)})
    try:
        done = subprocess.run(
            [sys.executable, "-m", "connectors.texts.child"],
            input=asked.encode(),
            capture_output=True,
            timeout=SECONDS,
            check=False,
            env={"PYTHONPATH": str(_ROOT)},
        )
        answer = json.loads(done.stdout)["text"] if done.returncode == 0 else None
    except (subprocess.SubprocessError, OSError, ValueError, KeyError, TypeError):
        return None
    return str(answer) if answer else None
