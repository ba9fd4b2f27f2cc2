"""The conversion itself: by way of Markdown, and only where every word of the text is still there afterwards."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping

from connectors.texts import html, markdown, wiki

_READ: Mapping[str, Callable[[str, Mapping[str, str]], str]] = {
    "wiki": wiki.as_markdown,
    "html": html.as_markdown,
    "journal": html.journal_as_markdown,
    "markdown": lambda text, _: text,
}
_WRITE: Mapping[str, Callable[[str], str]] = {
    "wiki": markdown.as_wiki,
    "journal": markdown.as_text,
    "journal_html": markdown.as_journal_html,
}
_SAID: Mapping[str, Callable[[str], str]] = {"wiki": wiki.said, "html": html.said, "journal": html.journal_said}
_WORD = re.compile(r"[^\W_]+")


def convert(text: str, markup: str, dialect: str, names: Mapping[str, str]) -> str:
    """The text in that dialect; "" where a word of it would be lost. Raises whatever the libraries do."""
    made = _WRITE[dialect](_READ[markup](text, names))
    said = _SAID.get(markup, str)(text)
    return made if keeps_the_words(said, made) else ""


def keeps_the_words(said: str, made: str) -> bool:
    """Whether everything that was said can be found in what was made of it."""
    left = Counter(_WORD.findall(said.casefold()))
    left.subtract(_WORD.findall(made.casefold()))
    return all(count <= 0 or word in made.casefold() for word, count in left.items())
