"""What people do to the two sides of a mirrored ticket: drawn by seeded dice, done, and remembered."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sandbox.embedded import Admin

PEOPLE = ("dana.reyes", "lee.park", "ines.moreau")
WORDS = (
    "Payments",
    "Checkout",
    "Portal",
    "Batch",
    "Login",
    "fails",
    "is slow",
    "times out",
    "is down",
    "for Acme",
    "again",
)
SEVERITIES = {"SEV1": ("1", "1", "Highest"), "SEV2": ("1", "2", "High"), "SEV3": ("2", "2", "Medium")}
SEVERITIES |= {"SEV4": ("3", "3", "Low")}
"""By severity: impact and urgency on ServiceNow, the priority on Jira."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A ticket and its records' keys."""

    ticket: int
    number: str
    key: str


@dataclass(frozen=True, slots=True)
class Edit:
    """One thing that somebody did: where, to what, and with which value; `at` is the platforms' time."""

    at: datetime
    pair: Pair
    platform: str
    what: str
    value: str
    who: str


@dataclass
class Hand:
    """Draws edits and does them."""

    box: Admin
    dice: random.Random
    done: list[Edit] = field(default_factory=list)

    def edit(self, pair: Pair, now: datetime) -> Edit:
        """Do something to a pair."""
        what = self.dice.choices(list(_DO), weights=[weight for weight, _ in _DO.values()])[0]
        platform = self.dice.choice(["servicenow", "jira"])
        who = self.dice.choice(PEOPLE)
        value = _DO[what][1](self, len(self.done))
        _act(self.box, pair, platform, what, value, who)
        one = Edit(now, pair, platform, what, value, who)
        self.done.append(one)
        return one

    @property
    def kinds(self) -> Counter[str]:
        """How often what was done."""
        return Counter(f"{one.platform} {one.what}" for one in self.done)

    def text(self, number: int) -> str:
        """Some words, different each time."""
        return f"{' '.join(self.dice.sample(WORDS, 3))} ({number})"


_DO: dict[str, tuple[int, Callable[[Hand, int], str]]] = {
    "title": (3, Hand.text),
    "description": (2, Hand.text),
    "severity": (2, lambda hand, _: hand.dice.choice(sorted(SEVERITIES))),
    "assignee": (1, lambda hand, _: hand.dice.choice(PEOPLE)),
    "note": (3, lambda hand, number: f"Note {number}: {hand.text(number)}"),
    "comment": (1, lambda hand, number: f"Comment {number}: {hand.text(number)}"),
}
"""What people do, how likely, and with which value."""


def _act(box: Admin, pair: Pair, platform: str, what: str, value: str, who: str) -> None:
    if platform == "servicenow":
        _on_servicenow(box, pair.number, what, value, who)
    else:
        _on_jira(box, pair.key, what, value, who)


def _on_servicenow(box: Admin, number: str, what: str, value: str, who: str) -> None:
    if what in {"note", "comment"}:
        box.act("servicenow", "comment", who=who, number=number, text=value, internal=what == "note")
    elif what == "assignee":
        box.act("servicenow", "assign", who=who, number=number, to=value)
    else:
        names = {"title": "short_description", "description": "description"}
        impact, urgency, _ = SEVERITIES.get(value, ("", "", ""))
        fields = {"impact": impact, "urgency": urgency} if what == "severity" else {names[what]: value}
        box.act("servicenow", "update", who=who, number=number, fields=fields)


def _on_jira(box: Admin, key: str, what: str, value: str, who: str) -> None:
    if what in {"note", "comment"}:
        box.act("jira", "comment", who=who, key=key, text=value, internal=what == "note")
    elif what == "assignee":
        box.act("jira", "assign", who=who, key=key, to=value)
    else:
        names = {"title": "summary", "description": "description"}
        fields = {"priority": SEVERITIES[value][2]} if what == "severity" else {names[what]: value}
        box.act("jira", "edit", who=who, key=key, fields=fields)
