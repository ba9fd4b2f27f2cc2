"""What the ticket's page offers people to decide: for each command what will happen where, and who may."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from console.wording import plain, spoken
from core.desk import TicketPage
from core.model import Right, Severity, TimerKind

_LENGTHS = tuple(timedelta(minutes=many) for many in (15, 30, 60, 120, 240, 480, 1440, 4320, 10080))

_TILES = {
    "take": "Take",
    "assign": "Assign",
    "escalate": "Escalate",
    "de-escalate": "Move down",
    "severity": "Severity",
    "hand-back": "Hand back",
    "snooze": "Snooze",
    "hold": "Hold",
    "resume": "Resume",
    "owner": "Owner",
    "link": "Major incident",
    "declare": "Declare",
    "duty": "Duty done",
    "vendor": "Vendor's case",
    "handoff": "Handoff",
    "note": "Note",
}

Choice = tuple[str, str]
"""A value, and how it is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One command: its tile, what it does and where, its button, and the choices in its field.

    `lacks` says who has the right where the person at this browser has not; "" where they have it or are unknown.
    """

    name: str
    tile: str
    does: str
    button: str
    lacks: str
    choices: tuple[Choice, ...] = ()
    needs_reason: bool = True


@dataclass(frozen=True, slots=True)
class _Desk:
    """A ticket's page, as the person at this browser sees it."""

    page: TicketPage
    who: str

    @property
    def where(self) -> str:
        """Where it is written: " in servicenow-main INC0012345 and jira-main OPS-7"; "" where nowhere."""
        known = [record.ref for record in self.page.ticket.records if record.exists]
        places = " and ".join(plain(f"{ref.platform} {ref.key}") for ref in known)
        return f" in {places}" if places else ""

    def offer(
        self,
        name: str,
        does: str,
        button: str,
        *rights: Right,
        choices: tuple[Choice, ...] = (),
        needs_reason: bool = True,
    ) -> Offer:
        """An offer, with what is lacking to it."""
        lacks = self._lacks(rights)
        return Offer(
            name=name,
            tile=_TILES[name],
            does=does,
            button=button,
            lacks=lacks,
            choices=choices,
            needs_reason=needs_reason,
        )

    def _lacks(self, rights: tuple[Right, ...]) -> str:
        known = self.page.choices
        if not self.who or not known.holders or known.rights.get(self.who, known.others) & set(rights):
            return ""
        return known.holders[rights[0]]


def offers(page: TicketPage, who: str) -> tuple[Offer, ...]:
    """Every command that makes sense as the ticket stands, those that are used most first."""
    desk = _Desk(page, who)
    if not page.ticket.state.is_open:
        return (*_duties(desk), _note(desk))
    always = (*_duties(desk), _note(desk))
    return (*_whose(desk), *_where(desk), *_how_bad(desk), *_when(desk), *_beside(desk), *_vendors(desk), *always)


def _whose(desk: _Desk) -> Iterator[Offer]:
    taken, where = desk.page.ticket.is_acknowledged, desk.where
    clock = "" if taken else " and stops the response clock"
    does = f"Assigns it to you{where}{clock}."
    yield desk.offer("take", does, f"Take it{where}", Right.TAKE, needs_reason=False)
    goes_on = "" if taken else " The response clock runs on until somebody acknowledges."
    does = f"Assigns it{where} and tells them.{goes_on} It stays theirs until the next level."
    yield desk.offer("assign", does, f"Assign it{where}", Right.ASSIGN)


def _where(desk: _Desk) -> Iterator[Offer]:
    level, levels, where = desk.page.ticket.level, desk.page.choices.levels, desk.where
    # The level by its name, so that a form which is sent twice does not move it twice.
    first = (levels[level], f"Next level: {levels[level]}") if level < len(levels) else ("", "The last resort")
    above = (first, *((name, name) for name in levels[level + 1 :]))
    does = f"Asks that level at once: assigns it{where} to who is on call and tells them. A new response clock begins."
    yield desk.offer("escalate", does, f"Escalate it{where}", Right.ESCALATE, choices=above)
    below = tuple((name, name) for name in reversed(levels[: max(level - 1, 0)]))
    if below:
        does = f"That level goes on with it: assigns it{where} to who is on call there and tells them."
        yield desk.offer("de-escalate", does, f"Move it down{where}", Right.DE_ESCALATE, choices=below)


def _how_bad(desk: _Desk) -> Iterator[Offer]:
    ticket, where = desk.page.ticket, desk.where
    others = tuple((one.value, one.value) for one in Severity if one is not ticket.severity)
    does = f"Writes the priority{where}. It stays so, whatever the sources say, until it is handed back."
    rights = (Right.SEVERITY_UP, Right.SEVERITY_DOWN, Right.SEV1)
    yield desk.offer("severity", does, f"Change the severity{where}", *rights, choices=others)
    theirs = sorted({*ticket.theirs, *(["severity"] if ticket.severity_override else [])})
    if theirs:
        does = f"Lets the policy decide again{where} what people have set: {', '.join(theirs)}."
        yield desk.offer("hand-back", does, "Hand it back to the policy", Right.HAND_BACK)


def _when(desk: _Desk) -> Iterator[Offer]:
    ticket, noted = desk.page.ticket, f" Noted{desk.where}."
    lengths = _lengths(desk.page.choices.longest_snooze)
    if ticket.timer(TimerKind.ACKNOWLEDGE) and not ticket.snoozed_until and lengths:
        does = f"Nobody is asked meanwhile. Then the same level is asked again and has its whole time.{noted}"
        yield desk.offer("snooze", does, "Snooze it", Right.SNOOZE, choices=lengths)
    if ticket.hold or ticket.snoozed_until:
        does = f"Automation goes on at once; what has come due meanwhile happens now.{noted}"
        yield desk.offer("resume", does, "Let automation go on", Right.HOLD, needs_reason=False)
    lengths = _lengths(desk.page.choices.longest_hold)
    if not ticket.hold and lengths:
        does = "Nothing escalates by itself until then; what came due meanwhile happens then. People still can."
        yield desk.offer("hold", does + noted, "Hold automation", Right.HOLD, choices=lengths)


def _lengths(longest: timedelta) -> tuple[Choice, ...]:
    return tuple((f"{int(one.total_seconds()) // 60}m", spoken(one)) for one in _LENGTHS if one <= longest)


def _beside(desk: _Desk) -> Iterator[Offer]:
    noted, parent = f" Noted{desk.where}.", desk.page.ticket.parent
    levels = tuple((name, name) for name in desk.page.choices.levels)
    does = f"That level of this ticket is asked of them instead of who is on call.{noted}"
    yield desk.offer("owner", does, "Name them", Right.OWNER, choices=levels)
    out = f" It is part of {parent} now; 0 takes it out." if desk.page.ticket.gathered else ""
    does = f"Makes it part of the major incident with that ticket number.{out}{noted}"
    if desk.page.ticket.major is None:
        yield desk.offer("link", does, "Link it", Right.LINK_MAJOR)
    if desk.page.ticket.major is None and not desk.page.ticket.gathered:
        does = f"Makes it a major incident: tickets like it join it, and people are called for it alone.{noted}"
        yield desk.offer("declare", does, "Declare a major incident", Right.LINK_MAJOR)
    does = f"Whoever takes it over is told, at every handoff.{noted}"
    yield desk.offer("handoff", does, "Tell it", Right.HANDOFF, needs_reason=False)


def _vendors(desk: _Desk) -> Iterator[Offer]:
    asked = tuple((one.vendor, one.vendor) for one in desk.page.ticket.vendor_cases)
    if asked:
        does = f"Their clock ends: who has a number has taken it. Noted{desk.where}."
        yield desk.offer("vendor", does, "Tell their case number", Right.VENDOR, choices=asked, needs_reason=False)


def _duties(desk: _Desk) -> Iterator[Offer]:
    """Duties outlast the ticket: they run until somebody says that they are done."""
    running = [clock.name.partition(":")[2] for clock in desk.page.ticket.clocks if clock.family == "duty"]
    left = tuple((one, one) for one in running if one not in desk.page.ticket.duties_done)
    if left:
        noted = f" Noted{desk.where}." if desk.where else ""
        does = f"Its clock ends, and nobody is told of it any more.{noted}"
        yield desk.offer("duty", does, "It is done", Right.DUTY, choices=left)


def _note(desk: _Desk) -> Offer:
    does = f"Adds a work note{desk.where} with your name." if desk.where else "Adds it to the timeline with your name."
    return desk.offer("note", does, f"Add the note{desk.where}", Right.NOTE, needs_reason=False)
