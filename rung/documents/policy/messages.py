"""Templates of messages and the words of a language: those of policy.yaml, and those that come with Rung."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from marshmallow import ValidationError, fields, validate

from core.model import Moment, Severity
from core.policy.communication import Wording
from core.policy.message import AUDIENCES, FIELDS
from core.policy.template import Template, misread
from core.policy.words import TERMS, Words
from rung.documents.fields import Choice, Name, Named, Strict, Text, wrong
from rung.documents.policy.lengths import SEVERITIES
from rung.documents.problems import Report, choice
from rung.documents.text import parse

MOMENTS = tuple(Moment)
_FOLDER = Path(__file__).resolve().parents[2] / "defaults" / "messages"


class TemplateText(Text):
    """A template: a text with named fields in braces."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *args, **kwargs)
        problems = misread(text, FIELDS)
        if problems:
            raise ValidationError([f"{message}\n{choice(name, FIELDS) if name else ''}" for message, name in problems])
        return text


class Language(Text):
    """A language as BCP 47 tells it: en, de, pt-BR."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *args, **kwargs)
        primary, *others = text.split("-")
        if not (2 <= len(primary) <= 3 and primary.isalpha() and all(one.isalnum() for one in others)):
            raise wrong("is not a language.", "Write it like en, de or pt-BR.")
        return text.casefold()


class Terms(fields.Field[dict[str, str]]):
    """The words of one language."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> dict[str, str]:
        if not isinstance(value, Mapping) or not all(isinstance(one, str) for one in value.values()):
            raise wrong("must hold named texts.", "Example: {minute: minute, minutes: minutes}.")
        errors = {name: [f"is no word of messages.\n{choice(str(name), TERMS)}"] for name in value if name not in TERMS}
        if errors:
            raise ValidationError(errors)
        return dict(value)


class WordingSchema(Strict):
    """A template."""

    name = Name(load_default="")
    audience = Choice(AUDIENCES, load_default="")
    moments = fields.List(Choice(MOMENTS), load_default=list)
    severities = fields.List(Choice(SEVERITIES), load_default=list)
    language = Language()
    first = TemplateText(required=True)
    text = TemplateText(load_default="")


class MessagesSchema(Strict):
    """A file of the messages that come with Rung."""

    language = Language(required=True)
    words = Terms(load_default=dict)
    templates = fields.List(fields.Nested(WordingSchema), required=True, validate=validate.Length(min=1))


WordsField = Named(Terms(), load_default=dict)


def wording(data: Mapping[str, Any], language: str) -> Wording:
    """The template of an entry that was checked; `language` is what it is in where it does not say."""
    return Wording(
        name=data["name"],
        audience=data["audience"],
        moments=frozenset(Moment(one) for one in data["moments"]),
        severities=frozenset(Severity(one) for one in data["severities"]),
        language=data.get("language", language),
        first=Template(data["first"]),
        text=Template(data["text"]),
    )


@cache
def packaged() -> tuple[tuple[Wording, ...], Mapping[str, Words]]:
    """The templates and the words that come with Rung."""
    wordings: list[Wording] = []
    words: dict[str, Words] = {}
    for path in sorted(_FOLDER.glob("*.yaml")):
        data = MessagesSchema().load(parse(path.read_text(encoding="utf-8"), Report(path.name)))
        language = data["language"]
        words[language] = Words(language, data["words"])
        wordings += [wording(one, language) for one in data["templates"]]
    return tuple(wordings), words
