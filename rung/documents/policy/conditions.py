"""The form of a condition, wherever in the policy a rule has one: `match` and `when`."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from core.policy.condition import ALWAYS, Condition, misread
from core.policy.facts import NAMES
from rung.documents.fields import Strict, Text, wrong
from rung.documents.problems import choice


class Values(fields.Field[tuple[str, ...]]):
    """One text, or a list of them."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[str, ...]:
        given = value if isinstance(value, list) else [value]
        if not given or not all(isinstance(one, str) and one.strip() for one in given):
            raise wrong("must be a text or a list of texts.", "Example: [gold, platinum]; * stands for any text.")
        return tuple(one.strip() for one in given)


class ConditionSchema(Strict):
    """A rule's condition. A rule without any always holds."""

    match = fields.Dict(keys=fields.String(), values=Values(), load_default=dict)
    when = Text(load_default="")

    @validates_schema
    def refuse_unknown_facts(self, data: Mapping[str, Any], **_: object) -> None:
        """A condition about what no ticket has would never hold."""
        errors: dict[str, Any] = {}
        for key, sentence in misread(data.get("match", {}), data.get("when", "")):
            section, _dot, name = key.partition(".")
            hint = choice(name or _unknown(sentence), NAMES)
            if not hint.startswith("Did you mean"):
                hint = f"Facts: {', '.join(sorted(NAMES))}."
            found = [f"{sentence}\n{hint}"]
            if name:
                errors.setdefault(section, {})[name] = found
            else:
                errors.setdefault(section, []).extend(found)
        if errors:
            raise ValidationError(errors)


def _unknown(sentence: str) -> str:
    """The name that an expression uses and no ticket has; "" where the sentence is about something else."""
    found = re.match(r"uses (\w+), which", sentence)
    return found[1] if found else ""


def condition(data: Mapping[str, Any]) -> Condition:
    """The condition of a rule that was checked."""
    if not data["match"] and not data["when"]:
        return ALWAYS
    return Condition(match=data["match"], when=data["when"])


def refuse_facts(data: Mapping[str, Any], refused: Collection[str], why: str, hint: str) -> None:
    """Raise for each fact that this rule's condition asks for and that this kind of rule must not."""
    match, when = data.get("match", {}), data.get("when", "")
    if misread(match, when):
        return
    errors: dict[str, Any] = {}
    asked = {name for name in match if name in refused}
    if asked:
        errors["match"] = {name: [f"{why}\n{hint}"] for name in sorted(asked)}
    named = sorted(Condition(match={}, when=when).reads & set(refused))
    if named:
        errors["when"] = [f"uses {', '.join(named)}, which {why}\n{hint}"]
    if errors:
        raise ValidationError(errors)
