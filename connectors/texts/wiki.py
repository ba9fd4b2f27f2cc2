"""Jira's wiki markup as Markdown."""

from __future__ import annotations

import re
from collections.abc import Mapping

from jira2markdown import convert

from connectors.texts.marks import in_markdown

_BLOCK = re.compile(
    r"\{(?P<name>code|noformat)(?::(?P<how>[^}\n]*))?\}(?P<body>.*?)\{(?P=name)\}", re.DOTALL | re.IGNORECASE
)
_COLOR = re.compile(r"\{color(?::[^}\n]*)?\}", re.IGNORECASE)
_MACRO = re.compile(r"\{[a-zA-Z][a-zA-Z0-9_-]*(?::[^}\n]*)?\}")
_MENTION = re.compile(r"\[~(?:accountid:)?([^\]\n]{1,128})\]")
_IMAGE = re.compile(r"!([^!|\n]+)(\|[^!\n]*)?!")
_BEGUN = re.compile(r"^\s*(h[1-6]|bq)\.(?=\s)", re.MULTILINE)
_HEAVY = 3_000
"""Characters of one paragraph; a longer one is not looked through for markup, which would take too long."""
_MARKED = re.compile(r"[*_+^~?{}\[\]|\\#!-]|^\s*(bq|h[1-6])\.", re.MULTILINE)


def as_markdown(text: str, names: Mapping[str, str]) -> str:
    """The text as Markdown; mentions become names. Code stays as it is."""
    text = _COLOR.sub("", _MENTION.sub(lambda found: f"@{named(found[1], names)}", text))
    parts, at = [], 0
    for block in _BLOCK.finditer(text):
        parts += [_prose(text[at : block.start()]), _code(block["body"], block["how"] or "")]
        at = block.end()
    return "\n\n".join(part for part in (*parts, _prose(text[at:])) if part.strip())


def said(text: str) -> str:
    """The words of the text without those of its macros."""
    text = _MENTION.sub(" ", text)
    text = _BEGUN.sub("", _BLOCK.sub(lambda found: f" {found['body']} ", text))
    return _MACRO.sub(" ", _IMAGE.sub(" ", text)).replace("\\\\", " ")


def named(account: str, names: Mapping[str, str]) -> str:
    """What to call whoever is mentioned: by the roster, else as the platform does."""
    known = names.get(account) or names.get(account.casefold())
    return known or ("somebody" if re.fullmatch(r"(\d+:)?[0-9a-f-]{20,}", account) else account)


def _prose(text: str) -> str:
    """Paragraph by paragraph, since the library takes more than twice the time for twice the text."""
    return "\n\n".join(_paragraph(one) for one in re.split(r"\n[ \t]*\n", text) if one.strip())


def _paragraph(text: str) -> str:
    if not _MARKED.search(text) or len(text) > _HEAVY:
        return in_markdown(text)
    try:
        made: str = convert(text)
    except Exception:  # noqa: BLE001 - the library's parser raises of many kinds; this paragraph's words stay plain
        return in_markdown(text)
    return re.sub(r"(?<!\\)<(?=[a-zA-Z!/?])", r"\\<", made)


def _code(body: str, how: str) -> str:
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", body)), default=0))
    language = how.partition("|")[0].strip()
    language = language if re.fullmatch(r"[\w+#-]{1,20}", language) else ""
    return f"{fence}{language}\n{body.strip(chr(10))}\n{fence}"
