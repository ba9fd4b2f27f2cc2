"""Who is on call: a rotation over people, handed over at the same local time whatever daylight saving does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Rotation = Literal["none", "daily", "weekly"]
_DAYS: dict[Rotation, int] = {"daily": 1, "weekly": 7}


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCall:
    """People who take turns for one level of one team.

    With rotation "none" the first of `people` always has the duty. Otherwise turns change every day or week, counted
    from `starts`, a local wall-clock moment (naive) in the IANA zone `time_zone`.
    """

    people: tuple[str, ...]
    rotation: Rotation = "none"
    starts: datetime | None = None
    time_zone: str = "UTC"


def on_call(duty: OnCall, at: datetime) -> str:
    """The person whose turn it is at that moment; "" when nobody is named.

    Turns are counted in local calendar days, so that a hand-over at 09:00 stays at 09:00 on both sides of a change to
    or from daylight saving time.
    """
    if not duty.people:
        return ""
    if duty.rotation == "none" or duty.starts is None:
        return duty.people[0]
    local = at.astimezone(ZoneInfo(duty.time_zone)).replace(tzinfo=None)
    turns = (local - duty.starts) // timedelta(days=_DAYS[duty.rotation])
    return duty.people[turns % len(duty.people)]
