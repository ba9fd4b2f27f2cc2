"""`paths` and `path_rules`: the levels of each escalation path, and which tickets go by which path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import fields, validate

from core.model import EVERYTHING
from core.policy import Ask, Entrance, Level, LevelKind, Path, PathRule
from rung.documents.fields import Choice, Count, Name, Strict, Text, wrong
from rung.documents.policy.authority import Rights
from rung.documents.policy.conditions import ConditionSchema, condition
from rung.documents.policy.lengths import Within
from rung.documents.policy.targets import Ola


class People(fields.Field[tuple[str, ...]]):
    """A person's id, or a list of them in their order."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[str, ...]:
        given = value if isinstance(value, list) else [value]
        if not given or not all(isinstance(one, str) and one.strip() for one in given):
            raise wrong("must be a person or a list of people.", "Example: [ines, dana].")
        return tuple(dict.fromkeys(one.strip() for one in given))


class LevelSchema(Strict):
    """A rung."""

    name = Name(required=True)
    acknowledge_within = Within(required=True)
    may = Rights(load_default=EVERYTHING)
    ola = Ola()
    kind = Choice([one.value for one in LevelKind], load_default=LevelKind.FUNCTIONAL.value)
    team = Text(load_default="")
    ask = Choice([one.value for one in Ask], load_default=Ask.ONE.value)
    next_in_turn = Count(0, 20, load_default=0)
    vendor = Text(load_default="")


class EntranceSchema(ConditionSchema):
    """Who enters the path higher up."""

    level = Text(required=True)
    because = Text(required=True)


class PathSchema(Strict):
    """An escalation path."""

    levels = fields.List(fields.Nested(LevelSchema), required=True, validate=validate.Length(min=1))
    rounds = Count(1, 10, load_default=1)
    loop_from = Text(load_default="")
    last_resort = People(load_default=())
    enter = fields.List(fields.Nested(EntranceSchema), load_default=list)


class PathRuleSchema(ConditionSchema):
    """Which tickets go by which path."""

    name = Text(load_default="")
    path = Text(required=True)
    because = Text(required=True)


def path(name: str, data: Mapping[str, Any]) -> Path:
    """The path of an entry that was checked."""
    levels = tuple(_level(one) for one in data["levels"])
    numbers = {one.name: number for number, one in enumerate(levels, 1)}
    return Path(
        name=name,
        levels=levels,
        rounds=data["rounds"],
        loop_from=numbers.get(data["loop_from"], 1),
        last_resorts=data["last_resort"],
        enter=tuple(
            Entrance(condition=condition(one), level=numbers[one["level"]], because=one["because"])
            for one in data["enter"]
        ),
    )


def _level(data: Mapping[str, Any]) -> Level:
    return Level(
        name=data["name"],
        acknowledge_within=data["acknowledge_within"],
        kind=LevelKind(data["kind"]),
        team=data["team"],
        ask=Ask(data["ask"]),
        next_in_turn=data["next_in_turn"],
        may=data["may"],
        ola=data.get("ola"),
        vendor=data["vendor"],
    )


def path_rules(data: Sequence[Mapping[str, Any]]) -> tuple[PathRule, ...]:
    """The rules of a section that was checked."""
    return tuple(
        PathRule(path=one["path"], condition=condition(one), name=one["name"], because=one["because"]) for one in data
    )
