"""`paths`: the levels of each escalation path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate

from core.model import EVERYTHING
from core.policy import Level, Path
from rung.documents.fields import Count, Name, Strict, Text
from rung.documents.policy.authority import Rights
from rung.documents.policy.lengths import Within
from rung.documents.policy.targets import Ola


class LevelSchema(Strict):
    """A rung."""

    name = Name(required=True)
    acknowledge_within = Within(required=True)
    may = Rights(load_default=EVERYTHING)
    ola = Ola()


class PathSchema(Strict):
    """An escalation path."""

    levels = fields.List(fields.Nested(LevelSchema), required=True, validate=validate.Length(min=1))
    rounds = Count(1, 10, load_default=1)
    last_resort = Text(load_default="")


def path(name: str, data: Mapping[str, Any]) -> Path:
    """The path of an entry that was checked."""
    levels = tuple(_level(one) for one in data["levels"])
    return Path(name=name, levels=levels, rounds=data["rounds"], last_resort=data["last_resort"])


def _level(data: Mapping[str, Any]) -> Level:
    return Level(name=data["name"], acknowledge_within=data["acknowledge_within"], may=data["may"], ola=data.get("ola"))
