"""What happens in a fault run, drawn by seeded dice: cases, and what senders and people do about each in which turn.

The same seed gives the same plan, with faults and without, however many turns are played. In one turn at most one thing
happens to a case, so that the order in which things arrive within a turn decides nothing.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

RACING = "race-"
"""What the marks of cases begin with that are taken while they are escalated."""
LONGEST = 5
"""Turns after its own in which something may happen to a case."""
SOURCES = {"alertmanager": 5, "prometheus-jira": 3, "servicenow": 1, "jira": 1}
"""Where a case comes from, and how often: alerts with a record on ServiceNow or Jira, records that people open."""
SEVERITIES = {"critical": 4, "error": 3, "warning": 2}
SERVICES = {"payments-api": "dana.reyes", "portal-web": "sam.okafor", "idp-01": "ines.moreau"}
"""Services, and who is on call for each first."""


@dataclass(frozen=True, slots=True)
class Case:
    """One piece of work; its `mark` stands in everything that is written or sent about it.

    One that `races` is taken at the very moment in which its level's time runs out: what becomes of it is left open,
    but not what must never be.
    """

    number: int
    source: str
    severity: str
    service: str
    races: bool = False

    @property
    def mark(self) -> str:
        """How it is recognised."""
        return f"{RACING if self.races else 'case-'}{self.number:05d}"

    @property
    def title(self) -> str:
        """Its title, the same everywhere."""
        return f"{self.service} does not answer ({self.mark})"

    @property
    def is_alert(self) -> bool:
        """Whether monitoring reported it."""
        return self.source in {"alertmanager", "prometheus-jira"}

    @property
    def platform(self) -> str:
        """Where its record is."""
        return "jira" if self.source in {"jira", "prometheus-jira"} else "servicenow"


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody does about a case: open, repeat, clear, letter (take it by the link in a letter), take, note, end,
    race (take it by a letter just when the next turn begins).

    `twice` has an alert sent twice at once, and `late` once more a turn later, when it is no longer true.
    """

    case: Case
    what: str
    who: str = ""
    twice: bool = False
    late: bool = False


@dataclass(frozen=True)
class Plan:
    """The plan of that seed, with so many new cases in a turn."""

    seed: int
    each_turn: int

    def racing(self, number: int) -> list[Deed]:
        """What happens just when that turn is over."""
        return [deed for deed in self._all(number) if deed.what == "race"]

    def turn(self, number: int) -> list[Deed]:
        """What happens in that turn, in any order."""
        return [deed for deed in self._all(number) if deed.what != "race"]

    def _all(self, number: int) -> list[Deed]:
        found = []
        for begun in range(max(0, number - LONGEST), number + 1):
            for _, story in self._stories(begun):
                found += [deed for when, deed in story if begun + when == number]
        return found

    def cases(self, turns: int) -> Iterator[Case]:
        """All cases of the first turns."""
        for begun in range(turns):
            yield from (case for case, _ in self._stories(begun))

    def _stories(self, turn: int) -> Iterator[tuple[Case, Sequence[tuple[int, Deed]]]]:
        dice = random.Random(f"{self.seed} {turn}")
        for one in range(self.each_turn):
            source = dice.choices(list(SOURCES), weights=list(SOURCES.values()))[0]
            severity = dice.choices(list(SEVERITIES), weights=list(SEVERITIES.values()))[0]
            case = Case(turn * self.each_turn + one, source, severity, dice.choice(list(SERVICES)))
            yield (_race(case) if one and one % 10 == 0 else (case, _story(case, dice)))


def _story(case: Case, dice: random.Random) -> list[tuple[int, Deed]]:
    """What happens to a case, by the turn after its first one."""

    def deed(what: str, who: str = "") -> Deed:
        return Deed(case, what, who, twice=dice.random() < 0.2, late=dice.random() < 0.15)

    taken, over = dice.randint(1, 3), dice.choice([4, 5, 0])
    takes = dice.choice(["letter", "letter", "take", "nobody"])
    told = [(0, deed("open", SERVICES[case.service]))]
    told += [(when, deed(_between(case, dice), "lee.park")) for when in range(1, taken) if dice.random() < 0.5]
    if takes != "nobody":
        told.append((taken, deed(takes, SERVICES[case.service])))
    if over:
        told.append((over, deed("clear" if case.is_alert and dice.random() < 0.7 else "end", SERVICES[case.service])))
    return told


def _race(case: Case) -> tuple[Case, list[tuple[int, Deed]]]:
    """A case of which the first level's time runs out before the next turn, which is when somebody takes it."""
    racing = Case(case.number, "alertmanager", "critical", case.service, races=True)
    return racing, [(0, Deed(racing, "open")), (0, Deed(racing, "race")), (5, Deed(racing, "clear"))]


def _between(case: Case, dice: random.Random) -> str:
    """What happens to a case that nobody has taken."""
    return dice.choice(["repeat", "note"] if case.is_alert else ["note"])
