"""Recorded tickets as a file: one JSON object on each line, the form of `Case`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import get_args

from cattrs import transform_error
from cattrs.errors import BaseValidationError
from cattrs.preconf.json import JsonConverter, make_converter
from cattrs.v import format_exception

from core.engine.simulation import Case
from core.engine.simulation.case import Deed
from core.model import State, TicketKind

_GRADES = ("high", "medium", "low", "")
_LONGEST = 1024 * 1024
"""Bytes of a line."""


class HistoryError(Exception):
    """A line cannot be understood; the message names the file, the line, and what is wrong with which value."""


def lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines of a file that hold something, with their numbers from 1; raises `HistoryError`."""
    try:
        with path.open("rb") as file:
            number = 0
            while line := file.readline(_LONGEST + 1):
                number += 1
                if len(line) > _LONGEST:
                    raise HistoryError(f"{path}:{number}: the line is longer than {_LONGEST // 1024} KiB.")
                if line.strip():
                    yield number, line
    except OSError as error:
        raise HistoryError(f"{path}: cannot be read: {error.strerror}.") from None


def read(line: bytes, where: str) -> Case:
    """The case on a line; raises `HistoryError`."""
    try:
        found = json.loads(line)
        if not isinstance(found, dict):
            raise HistoryError(f"{where}: is no ticket, which is written {{...}}.")
        case = _converter().structure(found, Case)
    except (ValueError, RecursionError):
        raise HistoryError(f"{where}: is not a line of JSON.") from None
    except BaseValidationError as error:
        told = "; ".join(transform_error(error, path="ticket", format_exception=_in_words))
        raise HistoryError(f"{where}: {told}.") from None
    wrong = _misfit(case)
    if wrong:
        raise HistoryError(f"{where}: {wrong}")
    return case


def _in_words(error: BaseException, wanted: type | None) -> str:
    """One mistake as a sentence's beginning; what stands where names are wanted has none of them."""
    if isinstance(error, AttributeError | TypeError):
        return "has not the form that is wanted there, a list [...] or names and values {...}"
    if "not in literal" in str(error):
        return f"cannot be “{str(error).partition(' not in literal')[0]}”; there are: {', '.join(get_args(Deed))}"
    return format_exception(error, wanted)


def write(case: Case) -> str:
    """The line of a case, without its end."""
    return json.dumps(_converter().unstructure(case), ensure_ascii=False, separators=(",", ":"))


def _misfit(case: Case) -> str:
    """What no value of the right type may be, "" where all is well."""
    told: list[tuple[str, str, tuple[str, ...]]] = [("kind", case.kind, tuple(TicketKind))]
    told += [("impact", case.impact, _GRADES), ("urgency", case.urgency, _GRADES)]
    for move in case.moves:
        told += [(name, move.values.get(name, ""), _GRADES) for name in ("impact", "urgency")]
        told.append(("deed", move.deed, get_args(Deed)))
        told += [("state", move.values["state"], tuple(State))] if "state" in move.values else []
    for name, value, allowed in told:
        if value not in allowed:
            return f"{name} cannot be “{value}”. Allowed: {', '.join(one for one in allowed if one)}."
    moments = [case.opened_at, *(move.at for move in case.moves), *(call.at for call in case.was.calls)]
    aware = all(one.tzinfo for one in moments)
    return "" if aware else "a moment has no zone. Write it like 2026-03-02T12:00:00+00:00."


@cache
def _converter() -> JsonConverter:
    made = make_converter(omit_if_default=True, forbid_extra_keys=True)
    made.register_structure_hook(datetime, lambda value, _: datetime.fromisoformat(value))
    made.register_structure_hook(str, _text)
    return made


def _text(value: object, _: type[str]) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no text")  # noqa: TRY004 - cattrs gathers ValueErrors
    return value
