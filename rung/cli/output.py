"""What commands print: tables that fit the terminal, or JSON that stays the same for scripts."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

import click

_WIDE = 400
"""Columns where the output is no terminal: nothing is to be cut."""

_ACTING = re.compile(r"[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")


def print_json(value: object) -> None:
    """Print a value: dataclasses by their fields, enums by their names in lower case or values, moments in ISO 8601."""
    click.echo(inert(json.dumps(plain(value), ensure_ascii=False, indent=2)))


def inert(text: str) -> str:
    """JSON that says the same, with everything escaped that a terminal would act upon or that hides what is written."""
    return _ACTING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def plain(value: Any) -> Any:
    """The value as JSON can hold it."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Enum):
        return value.value if isinstance(value.value, str) else value.name.lower()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(inner) for inner in (sorted(value) if isinstance(value, (set, frozenset)) else value)]
    return value


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], nothing: str) -> None:
    """Print rows under headings, or the sentence when there is none. Foreign text cannot command the terminal."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    lines = [[Text(harmless(cell)) for cell in row] for row in rows]
    if not lines:
        click.echo(nothing)
        return
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        made.add_column(column, overflow="ellipsis" if column in {"TITLE", "WHAT"} else "fold")
    for line in lines:
        made.add_row(*line)
    Console(width=None if sys.stdout.isatty() else _WIDE, highlight=False).print(made)


def harmless(text: str) -> str:
    """The text with everything replaced that a terminal would act upon."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def facts(pairs: Iterable[tuple[str, str]]) -> None:
    """Print named facts, those without a value left out."""
    shown = [(name, harmless(value)) for name, value in pairs if value]
    width = max((len(name) for name, _ in shown), default=0)
    for name, value in shown:
        click.echo(f"{click.style(name.ljust(width), bold=True)}  {value}")


def moment(at: datetime | None) -> str:
    """A moment for people, in the zone of this machine."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S %Z") if at else ""


def length(of: timedelta) -> str:
    """A length of time in its two largest units: 2 d 4 h, 14 min, 40 s."""
    seconds = round(of.total_seconds())
    units = (("d", seconds // 86400), ("h", seconds // 3600 % 24), ("min", seconds // 60 % 60), ("s", seconds % 60))
    shown = [(count, unit) for unit, count in units]
    first = next((index for index, (count, _) in enumerate(shown) if count), 3)
    return " ".join(f"{count} {unit}" for count, unit in shown[first : first + 2] if count) or "0 s"


def worked(of: timedelta, calendar: str) -> str:
    """As `length`, in hours where a working calendar counted: a day of it is longer than a working day."""
    if calendar == "always":
        return length(of)
    minutes = round(of.total_seconds()) // 60
    return " ".join(part for part in (f"{minutes // 60} h", f"{minutes % 60} min" if minutes % 60 else "") if part)


def left(deadline: datetime | None, now: datetime) -> str:
    """How long until a deadline, or since it passed."""
    if deadline is None:
        return ""
    return f"{length(deadline - now)} left" if deadline >= now else f"{length(now - deadline)} late"
