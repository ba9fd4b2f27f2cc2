"""Moments: as commands are given them, and as they are told where somebody is."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import click

_YEARS = range(1970, 3000)
"""Beyond them moments come near the ends of what can be reckoned with."""


class When(click.ParamType[datetime]):
    """A moment in ISO 8601; without a zone, in this machine's."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The moment in UTC."""
        found = value if isinstance(value, datetime) else _read(str(value))
        if found is None:
            self.fail(f"{value!r} is no moment: write it like 2026-03-07T03:00 or 2026-03-07T03:00+01:00.", param, ctx)
        return found


def _read(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.year in _YEARS else None


def local(at: datetime, zone: str) -> str:
    """A moment for people, by the clock of an IANA zone; seconds only where there are some."""
    there = at.astimezone(ZoneInfo(zone))
    return there.strftime("%a %Y-%m-%d %H:%M:%S %Z" if there.second else "%a %Y-%m-%d %H:%M %Z")
