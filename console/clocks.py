"""A ticket's clocks as people read them: time left, standing still and why, near the end, missed, met."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from console import wording
from console.wording import Moment, plain
from core.desk import ClockRow


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockView:
    """One clock. `mood` is "missed", "near", "still", "over" or "runs"; `due` shows the time left of one that runs."""

    what: str
    mood: str
    word: str
    due: Moment | None
    detail: str


def clock_views(rows: Iterable[ClockRow], now: datetime) -> list[ClockView]:
    """What is shown of them."""
    return [_view(row, now) for row in rows]


def _view(row: ClockRow, now: datetime) -> ClockView:
    mood, word = _mood(row)
    runs = row.due_at if row.met_at is None and not row.paused else None
    return ClockView(
        what=plain(row.what)[:1].upper() + plain(row.what)[1:],
        mood=mood,
        word=word,
        due=wording.moment(runs, wording.time_left(runs, now)) if runs else None,
        detail=_detail(row),
    )


def _mood(row: ClockRow) -> tuple[str, str]:
    if row.met_at is not None:
        return ("missed", "Missed") if row.breached_at else ("over", "Met")
    if row.breached_at is not None:
        return "missed", "Missed"
    if row.paused:
        return "still", "Stands still"
    return ("near", "Soon over") if row.warned else ("runs", "Runs")


def _detail(row: ClockRow) -> str:
    """What is spent of what, by which calendar and rule, and why it stands still."""
    calendar = "" if row.calendar == "always" else f", counted by {plain(row.calendar)}"
    spent, target = wording.worked(row.spent, row.calendar), wording.worked(row.target, row.calendar)
    spent = f"{spent} of {target} spent ({row.percent} %){calendar}"
    why = f" because {plain(row.paused)}" if row.paused else ""
    rule = f"; rule “{plain(row.rule)}”" if row.rule else ""
    return f"{spent}{why}{rule}."
