"""`major`: like tickets that become a major incident, and how it is worked on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from marshmallow import fields, validate

from core.model import Severity
from core.policy.major import BRIDGE_FIELDS, LIKE_FACTS, TITLE_FIELDS, MajorRule
from rung.documents.fields import Choice, Count, Duration, Strict, Text, wrong
from rung.documents.policy.lengths import SEVERITIES
from rung.documents.policy.templates import Template
from rung.documents.problems import choice

_ENDINGS = ("resolve", "release")


class LikeFact(Text):
    """A fact by which tickets can be alike."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *args, **kwargs)
        if text not in LIKE_FACTS and not (text.startswith("labels.") and len(text) > len("labels.")):
            raise wrong(f"cannot be “{text}”.", f"{choice(text, LIKE_FACTS)} A label is written labels.name.")
        return text


class Bridge(Template):
    """The template of an address."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *args, **kwargs)
        parts = urlsplit(text)
        if parts.scheme not in {"http", "https"} or not parts.netloc or "{" in parts.netloc:
            raise wrong("is not an address.", "Write it like https://meet.example.com/{uid}.")
        return text


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


def major(data: Mapping[str, Any]) -> MajorRule:
    """The rule of a section that was checked."""
    given = {name: data[name] for name in ("window", "at", "title") if name in data}
    names = {name: data[name] for name in ("creates_on", "team", "path", "bridge", "contact") if name in data}
    if "severity" in data:
        given["least"] = Severity(data["severity"])
    resolves = data.get("when_resolved", "resolve") == "resolve"
    return MajorRule(like=tuple(data.get("like", ())), resolves=resolves, **names, **given)
