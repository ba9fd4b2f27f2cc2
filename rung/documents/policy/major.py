"""`major`: like tickets that become a major incident, and how it is worked on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from marshmallow import ValidationError, fields, validate, validates_schema

from core.model import Severity
from core.policy.major import BRIDGE_FIELDS, LIKE_FACTS, TITLE_FIELDS, MajorRule
from core.policy.surge import SurgeRule
from rung.documents.fields import Choice, Count, Duration, Strict, Text, wrong
from rung.documents.policy.lengths import SEVERITIES
from rung.documents.policy.templates import Template
from rung.documents.problems import choice

_ENDINGS = ("resolve", "release")
_WIDEST = 20


class LikeFact(Text):
    """A fact by which tickets can be alike."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *args, **kwargs)
        if text not in LIKE_FACTS and not (text.startswith("labels.") and len(text) > len("labels.")):
            raise wrong(f"cannot be “{text}”.", f"{choice(text, LIKE_FACTS)} A label is written labels.name.")
        return text


class Factor(fields.Field[float]):
    """How many times as long."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> float:
        number = float(value) if isinstance(value, str) and re.fullmatch(r"\d{1,2}(\.\d{1,3})?", value) else 0.0
        if not 1 <= number <= _WIDEST:
            raise wrong(f"must be a number from 1 to {_WIDEST}.", "Example: 2 or 1.5.")
        return number


class Bridge(Template):
    """The template of an address."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *args, **kwargs)
        parts = urlsplit(text)
        if parts.scheme not in {"http", "https"} or not parts.netloc or "{" in parts.netloc:
            raise wrong("is not an address.", "Write it like https://meet.example.com/{uid}.")
        return text


class SurgeSchema(Strict):
    """When there is more work than usual, and what is done about it."""

    at = Count(2, 100_000, required=True)
    window = Duration(load_default=None)
    until = Count(1, 100_000, load_default=None)
    call = fields.List(Text(), load_default=list)
    widen = Factor(load_default=1.0)

    @validates_schema
    def refuse_what_never_ends(self, data: Mapping[str, Any], **_: object) -> None:
        """It must end with fewer tickets than it begins with."""
        if data.get("until") and data["until"] >= data.get("at", data["until"] + 1):
            raise ValidationError({"until": ["must be less than at.\nExample: at: 40, until: 20."]})


class MajorSchema(Strict):
    """When like tickets are a major incident."""

    like = fields.List(LikeFact(), load_default=list, validate=validate.Length(max=6))
    window = Duration()
    at = Count(2, 50)
    severity = Choice(SEVERITIES)
    title = Template(TITLE_FIELDS)
    creates_on = Text(load_default="")
    team = Text(load_default="")
    path = Text(load_default="")
    bridge = Bridge(BRIDGE_FIELDS, load_default="")
    contact = Text(load_default="")
    when_resolved = Choice(_ENDINGS, load_default="resolve")
    surge = fields.Nested(SurgeSchema)


def major(data: Mapping[str, Any]) -> MajorRule:
    """The rule of a section that was checked."""
    given = {name: data[name] for name in ("window", "at", "title") if name in data}
    names = {name: data[name] for name in ("creates_on", "team", "path", "bridge", "contact") if name in data}
    if "severity" in data:
        given["least"] = Severity(data["severity"])
    resolves = data.get("when_resolved", "resolve") == "resolve"
    rule = MajorRule(like=tuple(data.get("like", ())), resolves=resolves, **names, **given)
    return replace(rule, surge=_surge(data["surge"], rule.window)) if "surge" in data else rule


def _surge(data: Mapping[str, Any], window: timedelta) -> SurgeRule:
    return SurgeRule(
        at=data["at"],
        window=data["window"] or window,
        until=data["until"] or max(1, data["at"] // 2),
        call=tuple(data["call"]),
        widen=data["widen"],
    )
