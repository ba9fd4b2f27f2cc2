"""A ticket's records side by side: which side leads a field, what follows what, and how the ends are tied."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.policy.condition import ALWAYS, Condition
from core.policy.facts import Facts
from core.policy.talking import Attachments, Comments

PERSON = "person"
"""What a person changes anywhere stays theirs; of two people the one who wrote last."""
LAST_WRITER = "last_writer"
"""Whoever wrote last by the source's own time, Rung included."""
RUNG = "rung"
"""The policy: what people change on a platform is put back."""
LEADERS = (PERSON, LAST_WRITER, RUNG)
"""Who can lead a field beside a platform, which is named as in platforms.yaml."""

OWNED = ("title", "description", "severity", "impact", "urgency", "service", "team", "assignee", "state")
"""The fields that can be led. What is said of `severity` holds for impact and urgency, unless these say otherwise; a
resolution and the reason of a hold go with the state."""

_WIDER = {"impact": "severity", "urgency": "severity", "resolution": "state", "hold_reason": "state"}


class Losing(StrEnum):
    """What becomes of a value on a side that does not lead."""

    WRITE_BACK = "write_back"
    """The leading value is written over it."""
    LEAVE = "leave"
    """It stays where it is; the conflict is recorded."""


class Closes(StrEnum):
    """How the end of one record and the end of the others hang together, where work was handed over."""

    TOGETHER = "together"
    """The end of any one is the end of all."""
    ORIGIN_DECIDES = "origin_decides"
    """The first record's end is the end of all; another's is noted on the first."""
    LINKED_RESOLVES_ORIGIN = "linked_resolves_origin"
    """The first record's end is the end of all; where another ends in any way, the work counts as resolved."""
    SEPARATELY = "separately"
    """Each ends by itself; what the ticket is follows the first record."""


class Returned(StrEnum):
    """What becomes of a record on another platform once the work has gone back."""

    CLOSE = "close"
    """It is resolved, with the reason; it is opened again where the work comes back once more."""
    LEAVE = "leave"
    """It stays open, and goes on following."""


class Drifting(StrEnum):
    """What becomes of a value that does not stand as Rung wrote it, though nobody is known to have changed it."""

    REPORT = "report"
    """It is told."""
    MEND = "mend"
    """It is told and written again: a few times, then given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncRule:
    """What is otherwise for tickets that meet the condition, and, with `between`, for changes on these platforms only.

    `fields` maps a field to who leads it. None leaves a matter to the next rule, at last to the section itself.
    """

    name: str
    condition: Condition = ALWAYS
    between: frozenset[str] = frozenset()
    fields: Mapping[str, str] = field(default_factory=dict)
    losing: Losing | None = None
    closes: Closes | None = None
    returned: Returned | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sync:
    """How a ticket's records follow each other. The first rule that holds and speaks of a matter decides it."""

    fields: Mapping[str, str] = field(default_factory=dict)
    losing: Losing = Losing.WRITE_BACK
    closes: Closes = Closes.LINKED_RESOLVES_ORIGIN
    returned: Returned = Returned.CLOSE
    drift: Drifting = Drifting.REPORT
    rules: tuple[SyncRule, ...] = ()
    comments: Comments = field(default_factory=Comments)
    attachments: Attachments = Attachments.LINK

    @property
    def is_plain(self) -> bool:
        """Whether it says of no field who leads it."""
        return not self.fields and not any(rule.fields for rule in self.rules)

    def leader(self, name: str, facts: Facts, where: str, platforms: Collection[str]) -> str:
        """Who leads that field of a ticket with records on those platforms, asked for a change on the platform `where`.

        A platform on which the ticket has no record leads nothing of it: then it is a person's, as is everything of
        which the policy says nothing.
        """
        names = [one for one in (name, _WIDER.get(name, "")) if one]
        said = [rule.fields for rule in self._rules(facts, where)]
        found = (fields[one] for fields in (*said, self.fields) for one in names if one in fields)
        leader = next(found, PERSON)
        return leader if leader in LEADERS or leader in platforms else PERSON

    def on_losing(self, facts: Facts, where: str) -> Losing:
        """What becomes of a value on the platform `where` that does not lead."""
        return next((one.losing for one in self._rules(facts, where) if one.losing), self.losing)

    def on_closing(self, facts: Facts, where: str) -> Closes:
        """How the ends hang together, asked for the record on the platform `where`."""
        return next((one.closes for one in self._rules(facts, where) if one.closes), self.closes)

    def on_returning(self, facts: Facts, where: str) -> Returned:
        """What becomes of the record on the platform `where` once the work has gone back."""
        return next((one.returned for one in self._rules(facts, where) if one.returned), self.returned)

    def _rules(self, facts: Facts, where: str) -> list[SyncRule]:
        return [one for one in self.rules if (not one.between or where in one.between) and one.condition.holds(facts)]
