"""What a mapping makes of one body, each field with the line that made it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from core.maptrial import Trial, Tried, TriedField, TriedItem
from core.model import Delivery
from core.ports import UnmappedError
from mappings import TracedField, TracedItem
from mappings.fixtures import written
from rung.mapping.configured import Configured


def try_out(made: Configured, trial: Trial) -> Tried:
    """Try the body; raises `NotFoundError`, and `MistakesError` for a text of no use."""
    if trial.text is not None:
        source = made.configuration.platforms.sources.get(trial.name)
        made = made.changed({source.mapping if source else trial.name: trial.text})
    bound = made.bound(trial.name)
    tried = Tried(
        name=trial.name,
        mapping=bound.mapping.name,
        delivery_key=bound.delivery_key(trial.headers, trial.body),
    )
    try:
        return replace(tried, items=tuple(_item(one) for one in bound.traced(_delivery(trial))))
    except UnmappedError as error:
        return replace(tried, error=str(error))


def _delivery(trial: Trial) -> Delivery:
    """The body as if the source had just sent it."""
    kind = trial.headers.get("content-type", "application/json")
    headers = {"content-type": kind, **trial.headers}
    return Delivery(0, trial.name, None, datetime.now(UTC), kind, headers, trial.body)


def _item(one: TracedItem) -> TriedItem:
    return TriedItem(
        shape=one.shape,
        file=one.file,
        line=one.line,
        passed_over=one.passed_over,
        event=written(one.event) if one.event else None,
        declined=one.declined,
        error=one.error,
        fields=tuple(map(_field, one.fields)),
        unknown=one.unknown,
    )


def _field(one: TracedField) -> TriedField:
    return TriedField(
        name=one.name,
        value=_json(one.value),
        file=one.file,
        line=one.line,
        rule=one.rule,
        read=_json(one.read),
        alternative=one.alternative,
        alternatives=one.alternatives,
    )


def _json(value: object) -> Any:
    """A value as JSON can hold it."""
    return json.loads(json.dumps(written(value), default=str))
