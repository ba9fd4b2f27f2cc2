"""Whether somebody is always on call: what the core finds, told as findings at their places in the documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from core.model import Severity
from core.policy import Absent, Basis, Coverage, Dark, Gap, Policy, Roster, Shift, Unreachable, coverage
from core.policy.proof import Finding, Gravity
from core.policy.vendor import vendor_of
from rung.cli.output import length
from rung.cli.when import local

_SHOWN = 3
"""Times that a finding names; the others are counted, and all are in the JSON."""
_HOUR = timedelta(hours=1)


def look(policy: Policy, weeks: int) -> Coverage:
    """Look ahead from this minute of real time, whatever makes the policy's run faster."""
    start = datetime.now(UTC).replace(second=0, microsecond=0)
    return coverage(policy, start, start + timedelta(weeks=weeks))


def findings(policy: Policy, found: Coverage) -> Iterator[Finding]:
    """A finding for everything that was found."""
    yield from (_dark(one, found) for one in found.dark)
    yield from (_gap(one, found, policy.roster) for one in found.gaps if not vendor_of(one.team))
    yield from (_unreachable(one, policy) for one in found.unreachable)
    yield from (_absent(one, policy.roster) for one in found.absent)


def _dark(dark: Dark, found: Coverage) -> Finding:
    whose = f" of {', '.join(dark.services)}" if dark.services else ""
    what = f"{_severities(dark.severities)}tickets{whose}"
    who = "would reach nobody but the last resort" if dark.last_resort else "would reach nobody at all"
    times = _when([(one.start, one.end) for one in dark.times], dark.time_zone, found)
    return Finding(
        gravity=Gravity.WARNING if dark.last_resort else Gravity.ERROR,
        kind="only_the_last_resort" if dark.last_resort else "reaches_nobody",
        document="policy.yaml",
        place=("paths", dark.path),
        message=f"{what} that come to {dark.team} {who} {times}.",
        hint="" if dark.last_resort else "Name somebody for a level, or a last_resort.",
        weight=1e5 + dark.total / _HOUR,
    )


def _when(times: Sequence[tuple[datetime, datetime]], zone: str, found: Coverage) -> str:
    total = sum((end - start for start, end in times), timedelta())
    if total == found.end - found.start:
        return f"at any time in {_period(found)}"
    return f"for {length(total)} of {_period(found)}: {_some(_range(*one, zone) for one in times)}"


def _severities(those: Sequence[Severity]) -> str:
    return "" if len(those) == len(Severity) else f"{', '.join(those)} "


def _period(found: Coverage) -> str:
    weeks = round((found.end - found.start) / timedelta(weeks=1))
    return f"the next {weeks} weeks" if weeks > 1 else "the next week"


def _gap(gap: Gap, found: Coverage, roster: Roster) -> Finding:
    return Finding(
        gravity=Gravity.WARNING,
        kind="nobody_on_call",
        document="roster.yaml",
        place=("teams", gap.team, "on_call", gap.level),
        message=_nobody(gap, found, roster),
        hint="" if gap.named else "Name people for it.",
        weight=1e4 + gap.total / _HOUR,
    )


def _nobody(gap: Gap, found: Coverage, roster: Roster) -> str:
    whose = f" for {', '.join(gap.services)}" if gap.services else ""
    of = _period(found)
    if gap.total == found.end - found.start and len(gap.times) == 1:
        return f"nobody is on call{whose} at any time in {of}{_away(gap.times[0], roster)}."
    times = _some(f"{_range(one.start, one.end, gap.time_zone)}{_away(one, roster)}" for one in gap.times)
    return f"nobody is on call{whose} for {length(gap.total)} of {of}: {times}."


def _unreachable(one: Unreachable, policy: Policy) -> Finding:
    called = [f"{team} {level}" for team, level in one.duties]
    called += [f"{path} as its last resort" for path in one.last_resort_of]
    return Finding(
        gravity=Gravity.ERROR if _is_the_only_one(one, policy) else Gravity.WARNING,
        kind="unreachable",
        document="roster.yaml",
        place=("people", one.person, "notify"),
        message=f"nothing can reach them, and they are called upon by {', '.join(called)}.",
        hint="Give at least one address.",
        weight=2e4,
    )


def _is_the_only_one(one: Unreachable, policy: Policy) -> bool:
    """Whether something calls upon them and upon nobody else who can be reached."""
    people = policy.roster.people
    duties = [policy.roster.duty(team, level) for team, level in one.duties]
    alone = any(duty and not any(people[name].ways for name in duty.everybody if name in people) for duty in duties)
    return alone or bool(one.last_resort_of)


def _absent(absent: Absent, roster: Roster) -> Finding:
    times = _some(_range(one.start, one.end, absent.time_zone) for one in absent.times)
    return Finding(
        gravity=Gravity.WARNING,
        kind="last_resort_away",
        document="policy.yaml",
        place=("paths", absent.path, "last_resort"),
        message=f"{roster.name(absent.person)} is off and has nobody to stand in: {times}.",
        weight=1e3,
    )


def _away(time: Shift, roster: Roster) -> str:
    return f" ({time.why.sentence(roster.name)})" if time.why.basis is Basis.ALL_OFF else ""


def _range(start: datetime, end: datetime, zone: str) -> str:
    return f"{local(start, zone)} to {local(end, zone)}"


def _some(times: Iterable[str]) -> str:
    every = list(times)
    more = f", and {len(every) - _SHOWN} more" if len(every) > _SHOWN else ""
    return "; ".join(every[:_SHOWN]) + more
