"""The fields of the documents: each says in a sentence what is wrong and what would be right."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validates_schema

from rung.documents.problems import choice

SECRET = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
"""A reference to the environment."""

_DURATION = re.compile(r"(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,7})s)?")
_LONGEST = timedelta(days=366)
_HOW_TO_GIVE_A_SECRET = "Put it in an environment variable and write its name here, as ${NAME}."  # noqa: S105


def wrong(message: str, hint: str = "") -> ValidationError:
    """The error for one field."""
    return ValidationError(f"{message}\n{hint}")


class Strict(Schema):
    """A schema that refuses names which it does not know, and says the near one."""

    class Meta:
        """What marshmallow does with unknown names before `refuse_unknown` tells of them."""

        unknown = EXCLUDE

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def refuse_unknown(self, _data: object, original: object, **_: object) -> None:
        """Note every name that is not a field."""
        if isinstance(original, Mapping):
            known = [field.data_key or name for name, field in self.fields.items()]
            errors = {name: [f"is not known here.\n{choice(name, known)}"] for name in original if name not in known}
            if errors:
                raise ValidationError(errors)


class Text(fields.String):
    """A text that is no secret; where it may be empty it is left out instead."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, *args, **kwargs)).strip()
        if not text:
            raise wrong("must not be empty.")
        if SECRET.search(text):
            raise wrong("cannot come from the environment: only secrets can.", "Write the value itself.")
        return text


class Exact(fields.String):
    """A text that is no secret, with the blanks around it."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, *args, **kwargs))
        if SECRET.search(text):
            raise wrong("cannot come from the environment: only secrets can.", "Write the value itself.")
        return text


class Name(Text):
    """A name that others refer to, and that can stand in addresses."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *args, **kwargs)
        check_name(text)
        return text


def check_name(text: str) -> None:
    """Raise unless it can be a name."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", text):
        raise wrong("cannot be a name.", "Use letters, digits, “-”, “_” and “.”, at most 63, a letter or digit first.")


class Choice(Text):
    """One of some words."""

    def __init__(self, words: Collection[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._words = words

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *args, **kwargs)
        if text not in self._words:
            raise wrong(f"cannot be “{text}”.", choice(text, self._words))
        return text


class Count(fields.Field[int]):
    """A whole number within bounds."""

    def __init__(self, smallest: int, largest: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._bounds = (smallest, largest)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        smallest, largest = self._bounds
        number = int(value) if isinstance(value, str) and re.fullmatch(r"\d{1,15}", value) else -1
        if not smallest <= number <= largest:
            raise wrong(f"must be a whole number from {smallest} to {largest}.")
        return number


class Duration(fields.Field[timedelta]):
    """A length of time such as 15m, 1h30m or 2d."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> timedelta:
        found = _DURATION.fullmatch(value) if isinstance(value, str) else None
        parts = [int(part or 0) for part in found.groups()] if found else [0]
        length = timedelta(**dict(zip(("days", "hours", "minutes", "seconds"), parts, strict=False)))
        if not timedelta(0) < length <= _LONGEST:
            raise wrong("is not a length of time.", "Write it like 30s, 15m, 1h30m or 2d; at most a year.")
        return length


class Address(Text):
    """An http or https address without credentials."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *args, **kwargs)
        try:
            parts = urlsplit(text)
            usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError:
            raise wrong("is not an address.", "Write it like https://example.service-now.com.") from None
        if parts.username or parts.password:
            raise wrong("must not hold credentials.", "Give them under auth.")
        if not usable or parts.query or parts.fragment:
            raise wrong("is not an address.", "Write it like https://example.service-now.com.")
        return text.rstrip("/")


class Email(Text):
    """An e-mail address."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *args, **kwargs)
        if not re.fullmatch(r"[^@\s]+@[^@\s]+", text):
            raise wrong("is not an e-mail address.")
        return text


class SecretName(fields.Field[str]):
    """A secret: the name of the environment variable that holds it. What was written in its place is never repeated."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        found = SECRET.fullmatch(value.strip()) if isinstance(value, str) else None
        if not found:
            raise wrong("is a secret and must not stand in a document.", _HOW_TO_GIVE_A_SECRET)
        return found[1]


class Way(fields.Field[str]):
    """An Apprise address. Only those of mail and of plain web hooks may stand here without a secret."""

    _PLAIN = frozenset({"mailto", "mailtos", "json", "jsons", "xml", "xmls", "form", "forms", "ntfy", "ntfys"})

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        text = value.strip() if isinstance(value, str) else ""
        scheme, colon, rest = text.partition("://")
        if SECRET.fullmatch(text):
            return text
        if not colon or not re.fullmatch(r"[A-Za-z][A-Za-z0-9+]*", scheme):
            raise wrong("is not an Apprise address.", "Write it like mailto://..., slack://${TOKEN} or ${NAME}.")
        password = re.match(r"[^@/?]*:([^/?]*)@", rest)
        hidden = bool(SECRET.search(rest))
        if (password and not SECRET.fullmatch(password[1])) or (scheme.lower() not in self._PLAIN and not hidden):
            raise wrong("holds a secret, which must not stand in a document.", _HOW_TO_GIVE_A_SECRET)
        return text


class Named(fields.Field[dict[str, Any]]):
    """Entries under names of the administrator's choice, each of them one `inner` field."""

    def __init__(self, inner: fields.Field[Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._inner = inner

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise wrong("must hold named entries.")
        read: dict[str, Any] = {}
        errors: dict[str, Any] = {}
        for name, raw in value.items():
            try:
                check_name(name)
                read[name] = self._inner.deserialize(raw)
            except ValidationError as error:
                errors[name] = error.messages
                if isinstance(error.valid_data, Mapping):
                    read[name] = error.valid_data
        if errors:
            raise ValidationError(errors, valid_data=read)
        return read


class OneKind(fields.Field[tuple[str, dict[str, Any]]]):
    """Exactly one named entry, whose name says what kind of thing it holds."""

    def __init__(self, kinds: Mapping[str, Schema], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._kinds = kinds

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[str, dict[str, Any]]:
        if not isinstance(value, Mapping) or len(value) != 1:
            raise wrong("must hold exactly one entry, the kind.", f"Allowed: {', '.join(self._kinds)}.")
        kind, inner = next(iter(value.items()))
        if kind not in self._kinds:
            raise ValidationError({kind: [f"is not known here.\n{choice(kind, self._kinds)}"]})
        try:
            return kind, self._kinds[kind].load(inner)
        except ValidationError as error:
            raise ValidationError({kind: error.messages}) from None
