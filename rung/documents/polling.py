"""`poll` of a platform in platforms.yaml: form and meaning."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from marshmallow import fields

from rung.documents.fields import Choice, Duration, Strict, Text, wrong
from rung.documents.model import PollDoc

EVERY = timedelta(minutes=2)
"""What is lost is found within five minutes: one round, and where it might still have come by itself another one."""
_SHORTEST, _LONGEST = timedelta(seconds=10), timedelta(days=1)


class _Every(Duration):
    """How often."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> timedelta:
        every = super()._deserialize(value, *args, **kwargs)
        if not _SHORTEST <= every <= _LONGEST:
            raise wrong("must be from 10s to 1d.", "The platform pays for every round; 2m is usual.")
        return every


class _PollSchema(Strict):
    every = _Every(load_default=EVERY)
    tables = fields.List(Text(), load_default=list)
    projects = fields.List(Text(), load_default=list)
    query = Text(load_default="")
    new = Choice(("open", "leave"), load_default="open")


class Poll(fields.Nested):
    """How a platform is polled; false for not at all."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(_PollSchema, **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Mapping[str, Any]:
        if isinstance(value, bool):
            return {"on": value, **_PollSchema().load({})}
        if not isinstance(value, Mapping):
            raise wrong("must be true, false or a section.", "Example: {every: 2m, tables: [incident]}.")
        return {"on": True, **super()._deserialize(value, *args, **kwargs)}


def poll_doc(data: Mapping[str, Any]) -> PollDoc | None:
    """How the platform of that section is polled; None for not at all."""
    told = data.get("poll") or {"on": True, **_PollSchema().load({})}
    if not told["on"]:
        return None
    named = told["tables"] if data["kind"] == "servicenow" else told["projects"]
    known = data["table"] if data["kind"] == "servicenow" else data["project"]
    collections = tuple(named) or ((known,) if known else ())
    return PollDoc(every=told["every"], collections=collections, opens=told["new"] == "open")
