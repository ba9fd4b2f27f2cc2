"""How the engine words what it tells people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from core.model import Clock, Notice, Ticket
from core.policy import ROUND_THE_CLOCK, Policy
from core.policy.spent import elapsed

_CLOCKS = {"ola": "at {}", "duty": "for the duty {}", "vendor": "for the vendor {}"}
_ASKS = {"update": "Please tell how it stands:", "resolve": "Please see that it is resolved, or say what it needs:"}
_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


def span(duration: timedelta, *, in_days: bool = True) -> str:
    """A duration in its two largest units: "1 hour 30 minutes", "45 seconds".

    Working time is told in hours: a day of it is longer than a working day.
    """
    rest = max(int(duration.total_seconds()), 0)
    parts = []
    for name, seconds in _UNITS if in_days else _UNITS[1:]:
        count, rest = divmod(rest, seconds)
        if count:
            parts.append(f"{count} {name}" if count == 1 else f"{count} {name}s")
    return " ".join(parts[:2]) or "0 seconds"


def worked(duration: timedelta, calendar: str) -> str:
    """A duration that was counted by a calendar."""
    return span(duration, in_days=calendar == ROUND_THE_CLOCK)


def moment(at: datetime) -> str:
    """A moment in a sentence: "14:05 UTC on 2 March"; it never means another year."""
    utc = at.astimezone(UTC)
    return f"{utc:%H:%M} UTC on {utc.day} {utc:%B}"


def listed(names: Sequence[str]) -> str:
    """Names in a row: "Dana, Lee and Sam"."""
    return " and ".join([", ".join(names[:-1]), *names[-1:]] if len(names) > 1 else names)


def headline(ticket: Ticket, policy: Policy, time_left: str) -> str:
    """The first line of every message: severity, service, what, time left."""
    service = policy.services.get(ticket.service)
    about = f"{service.name}: {ticket.title}" if service else ticket.title
    return f"{ticket.severity} {about}. {time_left}"


def duty_notice(ticket: Ticket, policy: Policy, person: str, within: timedelta, why: str, tried: str) -> Notice:
    """Asks the person on call to take the ticket."""
    return Notice(
        person=person,
        headline=headline(ticket, policy, f"{span(within)} to acknowledge"),
        ask="Please acknowledge that you are taking it:",
        why=why,
        tried=tried,
    )


def handed_notice(ticket: Ticket, policy: Policy, person: str, why: str) -> Notice:
    """Tells somebody that a person has given it to them, also where nobody's acknowledgement is awaited."""
    taken = ticket.is_acknowledged
    return Notice(
        person=person,
        headline=headline(ticket, policy, "It is yours now"),
        ask="Please look at it now:" if taken else "Please acknowledge that you are taking it:",
        why=why,
        offers_acknowledge=not taken,
        informs=taken or ticket.exhausted or ticket.gathered,
    )


def last_resort_notice(ticket: Ticket, policy: Policy, person: str, why: str) -> Notice:
    """Tells the last resort that nobody took it."""
    return Notice(
        person=person,
        headline=headline(ticket, policy, "Nobody has taken it"),
        ask="Every level was tried. Please find somebody, or take it:",
        why=why,
    )


def informs_notice(ticket: Ticket, policy: Policy, person: str, what: str, why: str) -> Notice:
    """Tells somebody who is asked for nothing but to know, whatever becomes of the ticket."""
    link = next((record.ref.link for record in ticket.records if record.ref.link), ticket.link)
    return Notice(
        person=person,
        headline=headline(ticket, policy, what),
        ask=f"The record: {link}" if link else "",
        why=why,
        offers_acknowledge=False,
        informs=True,
    )


def clock_phrase(name: str) -> str:
    """What a clock measures, as it follows a length of time: "to resolve", "at L1"."""
    family, _, what = name.partition(":")
    return _CLOCKS.get(family, "for {}").format(what) if what else f"to {name}"


def clock_notice(ticket: Ticket, policy: Policy, person: str, clock: Clock, why: str, now: datetime) -> Notice:
    """Tells whoever has the ticket that a target is near, or missed."""
    left = clock.target - elapsed(clock, policy.calendar(clock.calendar), now)
    told = f"{worked(left, clock.calendar)} left" if left > timedelta(0) else "No time is left"
    return Notice(
        person=person,
        headline=headline(ticket, policy, f"{told} {clock_phrase(clock.name)}"),
        ask=_ASKS.get(clock.name, "Please look at it:"),
        why=why,
        offers_acknowledge=not ticket.is_acknowledged,
        informs=ticket.is_acknowledged,
    )


def channel_notice(ticket: Ticket, policy: Policy, person: str, why: str) -> Notice:
    """Tells whoever has the ticket that a channel could not be told of it."""
    return Notice(
        person=person,
        headline=headline(ticket, policy, "Others could not be told"),
        ask="Please tell them yourself, or have the channel mended.",
        why=why,
        offers_acknowledge=False,
        informs=True,
    )
