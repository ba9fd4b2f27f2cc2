"""Whether somebody is always on call: what the core finds, told as warnings at their places in the documents."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from core.policy import Absent, Basis, Coverage, Gap, Roster, Shift, Unreachable, coverage
from rung.cli.output import length
from rung.cli.when import local
from rung.documents import Configuration, Problem
from rung.documents.problems import Report
from rung.documents.text import parse

_SHOWN = 3
"""Times that a warning names; the others are counted, and all are in the JSON."""


def look(configuration: Configuration, weeks: int) -> Coverage:
    """Look ahead from this minute of real time, whatever makes the policy's run faster."""
    start = datetime.now(UTC).replace(second=0, microsecond=0)
    return coverage(configuration.policy, start, start + timedelta(weeks=weeks))


def warnings(configuration: Configuration, found: Coverage) -> list[Problem]:
    """A warning for everything that was found, the worst first."""
    roster, policy = (_report(configuration, name) for name in ("roster.yaml", "policy.yaml"))
    for gap in found.gaps:
        hint = "" if gap.named else "Name people for it."
        roster.add(("teams", gap.team, "on_call", gap.level), _gap(gap, found, configuration.roster), hint)
    for one in found.unreachable:
        roster.add(("people", one.person, "notify"), _unreachable(one), "Give at least one address.")
    for absent in found.absent:
        policy.add(("paths", absent.path, "last_resort"), _absent(absent, configuration.roster))
    return [*roster.problems, *policy.problems]


def _report(configuration: Configuration, name: str) -> Report:
    """Knows the lines of a document that is known to be good."""
    report = Report(name)
    parse(configuration.texts.get(name, ""), report)
    return report


def _gap(gap: Gap, found: Coverage, roster: Roster) -> str:
    weeks = round((found.end - found.start) / timedelta(weeks=1))
    of = f"the next {weeks} weeks" if weeks > 1 else "the next week"
    whose = f" for {', '.join(gap.services)}" if gap.services else ""
    if gap.total == found.end - found.start and len(gap.times) == 1:
        return f"nobody is on call{whose} at any time in {of}{_away(gap.times[0], roster)}."
    times = _some([f"{_range(one.start, one.end, gap.time_zone)}{_away(one, roster)}" for one in gap.times])
    return f"nobody is on call{whose} for {length(gap.total)} of {of}: {times}."


def _unreachable(one: Unreachable) -> str:
    called = [f"{team} {level}" for team, level in one.duties]
    called += [f"{path} as its last resort" for path in one.last_resort_of]
    return f"nothing can reach them, and they are called upon by {', '.join(called)}."


def _absent(absent: Absent, roster: Roster) -> str:
    times = _some([_range(one.start, one.end, absent.time_zone) for one in absent.times])
    return f"{roster.name(absent.person)} is off and has nobody to stand in: {times}."


def _away(time: Shift, roster: Roster) -> str:
    return f" ({time.why.sentence(roster.name)})" if time.why.basis is Basis.ALL_OFF else ""


def _range(start: datetime, end: datetime, zone: str) -> str:
    return f"{local(start, zone)} to {local(end, zone)}"


def _some(times: Iterable[str]) -> str:
    every = list(times)
    more = f", and {len(every) - _SHOWN} more" if len(every) > _SHOWN else ""
    return "; ".join(every[:_SHOWN]) + more
