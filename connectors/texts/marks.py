"""Plain words in Markdown."""

from __future__ import annotations

import re

_ANYWHERE = re.compile(r"([\\`*_\[\]<>|~])")
_LINE = re.compile(r"^(\s*)([#+=-]|\d+(?=[.)]))", re.MULTILINE)


def in_markdown(text: str) -> str:
    """A plain text as Markdown that shows it as it is, line for line."""
    text = _ANYWHERE.sub(r"\\\1", text).replace("&", "&amp;")
    text = _LINE.sub(lambda found: f"{found[1]}{_begun(found[2])}", text)
    return re.sub(r"(?<=\S)\n(?=\S)", "\\\n", text)


def _begun(sign: str) -> str:
    return sign if sign.isdigit() else f"\\{sign}"
