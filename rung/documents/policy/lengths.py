"""Lengths of time that differ by severity."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from marshmallow import fields

from core.model import Severity
from rung.documents.fields import Duration, Strict, wrong

SEVERITIES = tuple(Severity)


class Percent(fields.Field[int]):
    """A part of the whole such as 80%, as a whole number of percent within bounds."""

    def __init__(self, smallest: int, largest: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._bounds = (smallest, largest)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        smallest, largest = self._bounds
        found = re.fullmatch(r"(\d{1,4}) ?%", value) if isinstance(value, str) else None
        if not found or not smallest <= int(found[1]) <= largest:
            raise wrong(f"must be a percentage from {smallest}% to {largest}%.", "Write it like 80%.")
        return int(found[1])


class Within(fields.Field[dict[Severity, timedelta]]):
    """A length of time for each severity, or one for all of them."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> dict[Severity, timedelta]:
        if not isinstance(value, Mapping):
            return dict.fromkeys(SEVERITIES, Duration().deserialize(value))
        read = _WithinSchema().load(dict(value))
        return {Severity(name): length for name, length in read.items()}


_WithinSchema = Strict.from_dict({severity.value: Duration(required=True) for severity in SEVERITIES}, name="Within")
