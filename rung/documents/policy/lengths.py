"""Lengths of time that differ by severity."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from marshmallow import fields

from core.model import Severity
from rung.documents.fields import Duration, Strict

SEVERITIES = tuple(Severity)


class Within(fields.Field[dict[Severity, timedelta]]):
    """A length of time for each severity, or one for all of them."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> dict[Severity, timedelta]:
        if not isinstance(value, Mapping):
            return dict.fromkeys(SEVERITIES, Duration().deserialize(value))
        read = _WithinSchema().load(dict(value))
        return {Severity(name): length for name, length in read.items()}


_WithinSchema = Strict.from_dict({severity.value: Duration(required=True) for severity in SEVERITIES}, name="Within")
