"""Texts with named fields in braces."""

from __future__ import annotations

import string
from collections.abc import Collection
from typing import Any

from rung.documents.fields import Text, wrong
from rung.documents.problems import choice


class Template(Text):
    """A text in which `{name}` stands for something that is known when it is used; only these names are."""

    def __init__(self, names: Collection[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._names = names

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *args, **kwargs)
        for name in _holes(text):
            if name not in self._names:
                raise wrong(f"names “{{{name}}}”, which is not known here.", choice(name, self._names))
        return text


def _holes(text: str) -> list[str]:
    """The names in braces; a brace of the text's own is written twice."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:
        raise wrong("has a brace without its other one.", "Write {{ or }} for a brace of the text's own.") from None
    if any(form or conversion for _, name, form, conversion in parts if name is not None):
        raise wrong("gives a field a form.", "Write the name alone: {uid}.")
    return [name for _, name, _, _ in parts if name is not None]
