"""What people tell Rung to do with a ticket, each with who says so, where, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.model.values import Severity


@dataclass(frozen=True, slots=True)
class Command:
    """What every command has: `by` is a roster id or a name, `via` says where ("in the console"), `reason` why."""

    by: str
    via: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Acknowledge(Command):
    """A person takes responsibility: the response clock stops, and no other."""


@dataclass(frozen=True, slots=True)
class Take(Command):
    """A person makes it theirs, also where somebody else has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign(Command):
    """Somebody else is to have it: `person` is a roster id."""

    person: str


@dataclass(frozen=True, slots=True)
class EscalateNow(Command):
    """The next level is asked at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalateTo(Command):
    """A higher level, by its name, is asked at once."""

    level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeEscalate(Command):
    """A lower level, by its name, is to go on with it; "" is the one below."""

    level: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSeverity(Command):
    """It is as severe as a person says, whatever the policy makes of its facts."""

    severity: Severity


@dataclass(frozen=True, slots=True)
class HandBack(Command):
    """What people have decided is the policy's again: the severity, and every field that was theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldAutomation(Command):
    """Nothing escalates by itself before that moment (UTC)."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Resume(Command):
    """Automation goes on at once, before the hold or the snooze has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snooze(Command):
    """The wait for an acknowledgement begins anew after that length of time."""

    length: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class SetOwner(Command):
    """For this ticket that level, by its name, is asked of `person` (a roster id); "" is whoever the policy names."""

    level: str
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBackup(Command):
    """For this ticket that level is asked of `person` where its owner is away; "" takes the name away."""

    level: str
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkMajor(Command):
    """It is part of the major incident with that ticket number; 0 takes it out."""

    major: int


@dataclass(frozen=True, slots=True)
class DeclareMajor(Command):
    """It is a major incident."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FulfilDuty(Command):
    """A duty of the policy's risk section, by its id, is done."""

    duty: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TellVendorCase(Command):
    """A vendor (the policy's id) has taken it under a number of their own."""

    vendor: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetHandoff(Command):
    """What whoever takes it over should know, as in `Handoff`; None leaves a fact as it is, "" takes it back."""

    tried: str | None = None
    impact: str | None = None
    links: tuple[str, ...] | None = None
    next_step: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Command):
    """Something that whoever works on it should know; with an `audience`, that those who belong to it should know."""

    text: str
    audience: str = ""
