"""Drift, for people: the fields of records that do not stand as Rung wrote them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftRow:
    """A field of a ticket's record: what `stands` there and what Rung `wanted` there, in the words of a ticket.

    `tries` counts how often it was written again; once `given_up` that has ended.
    """

    ticket: int
    platform: str
    key: str
    link: str
    field: str
    stands: str
    wanted: str
    since: datetime
    tries: int
    given_up: bool
