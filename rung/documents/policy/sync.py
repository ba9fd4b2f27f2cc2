"""`sync`: how a ticket's records on several platforms follow each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validates_schema

from core.policy import Sync, SyncRule
from core.policy.sync import OWNED, Closes, Drifting, Losing, Returned
from core.policy.talking import Attachments
from rung.documents.fields import Choice, Name, Strict, Text, wrong
from rung.documents.policy.conditions import ConditionSchema, condition
from rung.documents.policy.talking import CommentsSchema, comments
from rung.documents.problems import choice


class Leaders(fields.Field[dict[str, str]]):
    """Who leads which field."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> dict[str, str]:
        if not isinstance(value, Mapping):
            raise wrong("must say of each field who leads it.", "Example: {title: last_writer, severity: rung}.")
        unknown = [name for name in value if name not in OWNED]
        if unknown:
            raise wrong(f"has no field “{unknown[0]}”.", choice(str(unknown[0]), OWNED))
        return {name: str(Name().deserialize(leader)) for name, leader in value.items()}


class SyncRuleSchema(ConditionSchema):
    """What is otherwise for some tickets, or between some platforms."""

    name = Text(required=True)
    between = fields.List(Name(), load_default=list)
    fields_ = Leaders(data_key="fields", load_default=dict)
    losing = Choice(tuple(Losing))
    closes = Choice(tuple(Closes))
    returned = Choice(tuple(Returned))

    @validates_schema
    def refuse_idle_rules(self, data: Mapping[str, Any], **_: object) -> None:
        """A rule has to say something."""
        if not (data.get("fields_") or any(data.get(name) for name in ("losing", "closes", "returned"))):
            raise wrong("says nothing.", "Say fields, losing, closes or returned.")


class SyncSchema(Strict):
    """How records follow each other."""

    fields_ = Leaders(data_key="fields", load_default=dict)
    losing = Choice(tuple(Losing), load_default=Losing.WRITE_BACK.value)
    closes = Choice(tuple(Closes), load_default=Closes.LINKED_RESOLVES_ORIGIN.value)
    returned = Choice(tuple(Returned), load_default=Returned.CLOSE.value)
    drift = Choice(tuple(Drifting), load_default=Drifting.REPORT.value)
    rules = fields.List(fields.Nested(SyncRuleSchema), load_default=list)
    comments = fields.Nested(CommentsSchema, load_default=dict)
    attachments = Choice(tuple(Attachments), load_default=Attachments.LINK.value)


def sync(data: Mapping[str, Any]) -> Sync:
    """The section that was checked; of none, the default."""
    if not data:
        return Sync()
    return Sync(
        fields=data["fields_"],
        losing=Losing(data["losing"]),
        closes=Closes(data["closes"]),
        returned=Returned(data["returned"]),
        drift=Drifting(data["drift"]),
        rules=tuple(_rule(one) for one in data["rules"]),
        comments=comments(data["comments"]),
        attachments=Attachments(data["attachments"]),
    )


def _rule(data: Mapping[str, Any]) -> SyncRule:
    return SyncRule(
        name=data["name"],
        condition=condition(data),
        between=frozenset(data["between"]),
        fields=data["fields_"],
        losing=Losing(data["losing"]) if "losing" in data else None,
        closes=Closes(data["closes"]) if "closes" in data else None,
        returned=Returned(data["returned"]) if "returned" in data else None,
    )
