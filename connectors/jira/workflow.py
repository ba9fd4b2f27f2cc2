"""Moving an issue: an edit cannot set a status, so a transition is looked for that leads to one of the wanted ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.jira.api import Json
from connectors.jira.screen import shaped

USUAL_RESOLUTIONS = ("Done", "Fixed", "Resolved")


@dataclass(frozen=True, slots=True)
class Step:
    """The transition to take ("" for none: the issue is there already, or none leads there) and its screen's fields."""

    id: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def is_in(status: object, wanted: Sequence[str]) -> bool:
    """Whether a status is one of the wanted ones."""
    return _rank(status, wanted) is not None


def step(transitions: Sequence[Json], wanted: Sequence[str], resolution: Any, where: str) -> Step:
    """The transition that leads to the most wanted status, with what its screen asks for."""
    ranked = [(rank, one) for one in transitions if (rank := _rank(one.get("to"), wanted)) is not None]
    if not ranked:
        there = ", ".join(str((one.get("to") or {}).get("name")) for one in transitions) or "nowhere"
        return Step(
            warnings=(f"{where}: no transition leads to {' or '.join(wanted[:3])} from here; one can go to {there}.",)
        )
    best = min(ranked, key=lambda pair: pair[0])[1]
    fields, warnings = _screen(best, resolution, where)
    return Step(str(best["id"]), fields, warnings)


def through(status: object, transitions: Sequence[Json], wanted: Sequence[str]) -> str:
    """The transition into work, where no transition leads to a wanted status and work lies between it and the present.

    "" where there is none to take. `wanted` ends with the key of a status category, as mappings give it.
    """
    ends = {_category(status), wanted[-1].casefold() if wanted else ""}
    if ends != {"new", "done"} or any(_rank(one.get("to"), wanted) is not None for one in transitions):
        return ""
    return next((str(one["id"]) for one in transitions if _category(one.get("to")) == "indeterminate"), "")


def _category(status: object) -> str:
    """The key of a status's category: new, indeterminate or done."""
    category = status.get("statusCategory") if isinstance(status, Mapping) else None
    return str(category.get("key")).casefold() if isinstance(category, Mapping) else ""


def _rank(status: object, wanted: Sequence[str]) -> tuple[int, int] | None:
    """How well a status fits: its place among the wanted ones, a name before a category; None when it does not."""
    if not isinstance(status, Mapping):
        return None
    category = status.get("statusCategory")
    about = category if isinstance(category, Mapping) else {}
    names = [str(status.get("name")).casefold(), str(about.get("key")).casefold(), str(about.get("name")).casefold()]
    for place, one in enumerate(wanted):
        if one.casefold() in names:
            return place, names.index(one.casefold())
    return None


def _screen(transition: Json, resolution: Any, where: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The resolution, where the transition's screen has one; nothing else is ever filled in."""
    asked = transition.get("fields")
    about = asked.get("resolution") if isinstance(asked, Mapping) else None
    if not isinstance(about, Mapping):
        return {}, ()
    for wanted in [resolution, *USUAL_RESOLUTIONS]:
        if wanted in (None, ""):
            continue
        try:
            return {"resolution": shaped("resolution", wanted, about)}, ()
        except LookupError:
            continue
    allowed = about.get("allowedValues")
    if about.get("required") and isinstance(allowed, list) and allowed:
        return {"resolution": {"id": str(allowed[0]["id"])}}, (f"{where}: resolved as {allowed[0].get('name')}.",)
    return {}, ()
