"""Who is told what and when: the policy's rules at each moment of a ticket, and each audience's cadence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from core.engine.draft import Draft
from core.engine.moments import missed, moments, near
from core.engine.telling import ask_for_update, listed, tell_channel, tell_person
from core.engine.wording import span
from core.model import EntryKind, Moment, Reason, ReasonCode, Ticket, Timer, TimerKind, Told
from core.policy import Telling, Updates
from core.policy.message import CUSTOMER


def communicate(draft: Draft) -> None:
    """Tell whoever the policy wants told of what this step has made of the ticket, and keep the cadences."""
    if draft.policy.communication.is_silent:
        draft.stop_timers(TimerKind.UPDATE)
        return
    happened = moments(_before(draft), draft.ticket)
    _keep_cadences(draft, restart=Moment.REOPENED in happened)
    if happened:
        _tell_all(draft, happened)


def update_is_due(draft: Draft, timer: Timer) -> None:
    """An audience has heard nothing for as long as its cadence allows."""
    audience, communication = timer.name, draft.policy.communication
    told = _told(draft.ticket, audience)
    after = span(draft.now - (told.at if told else draft.ticket.opened_at))
    owner = draft.ticket.owner
    if communication.updates.get(audience) is Updates.ASK and owner in draft.policy.roster.people:
        facts = {"person": draft.policy.roster.name(owner), "audience": _named(audience), "after": after}
        reason = draft.log(EntryKind.DECISION, "cadence", ReasonCode.UPDATE_ASKED, **facts)
        ask_for_update(draft, owner, audience, reason)
        _put(draft, replace(told or Told(audience, draft.ticket.opened_at), asked_at=draft.now))
        return
    facts = {"audience": _named(audience, start=True), "after": after}
    reason = draft.log(EntryKind.DECISION, "cadence", ReasonCode.UPDATE_DUE, **facts)
    _heard(draft, audience)
    _keep_cadences(draft)
    for channel in communication.serving(audience, draft.ticket):
        tell_channel(draft, channel, Moment.UPDATE_DUE, reason)


def is_heard(draft: Draft, audience: str) -> bool:
    """Whether any channel tells an audience of the ticket."""
    return next(draft.policy.communication.serving(audience, draft.ticket), None) is not None


def publish(draft: Draft, text: str, by: str, audience: str = CUSTOMER) -> None:
    """A person wrote how it stands, for an audience to read: its channels are told, and its cadence begins anew."""
    channels = tuple(draft.policy.communication.serving(audience, draft.ticket))
    if not channels or not text.strip():
        return
    facts = {"person": draft.policy.roster.name(by), "audience": _named(audience)}
    reason = draft.log(EntryKind.DECISION, facts["person"], ReasonCode.UPDATE_GIVEN, **facts)
    _heard(draft, audience)
    _keep_cadences(draft)
    for channel in channels:
        tell_channel(draft, channel, Moment.UPDATE, reason, update=text.strip(), said_by=facts["person"])


def _tell_all(draft: Draft, happened: frozenset[Moment]) -> None:
    """Each reader once, of the foremost moment that concerns them: the first rule that wants it gives the template."""
    communication, facts = draft.policy.communication, draft.facts()
    told: set[str] = set()
    for moment in (one for one in Moment if one in happened):
        for rule in communication.tell:
            if moment in rule.moments and rule.condition.holds(facts):
                _tell(draft, rule, moment, told)


def _tell(draft: Draft, rule: Telling, moment: Moment, told: set[str]) -> None:
    communication = draft.policy.communication
    wanted = [one for one in _channels(draft, rule) if f"#{one}" not in told]
    people = [one for one in rule.people if one not in told and one in draft.policy.roster.people]
    if not wanted and not people:
        return
    told.update(people, (f"#{one}" for one in wanted))
    channels = [communication.channels[one] for one in wanted]
    names = [*(one.name or one.id for one in channels), *map(draft.policy.roster.name, people)]
    why = draft.latest
    facts = {"channels": listed(names), "moment": moment.replace("_", " "), "rule": rule.name}
    reason = draft.log(EntryKind.DECISION, rule.name, ReasonCode.AUDIENCE_TOLD, **facts)
    about = _about(draft, why)
    for audience in {one.audience for one in channels}:
        _heard(draft, audience)
    _keep_cadences(draft)
    for channel in channels:
        tell_channel(draft, channel, moment, reason, rule.template, **about)
    for person in people:
        tell_person(draft, person, moment, reason, rule.template, **about)


def _about(draft: Draft, why: Reason | None) -> dict[str, str]:
    before = _before(draft)
    old = before.severity if before else draft.ticket.severity
    clocks = (*missed(before, draft.ticket), *near(before, draft.ticket))
    about = {"because": why.sentence if why else "", "clock": listed(one.name for one in clocks)}
    return {**about, "old_severity": old.value} if old is not draft.ticket.severity else about


def _before(draft: Draft) -> Ticket | None:
    return None if draft.opens else draft.before


def _channels(draft: Draft, rule: Telling) -> Iterator[str]:
    """The channels that a rule means, for this ticket."""
    communication = draft.policy.communication
    for channel in communication.channels.values():
        named = channel.id in rule.channels or channel.audience in rule.audiences
        if named and channel.serves(draft.ticket):
            yield channel.id


def _keep_cadences(draft: Draft, *, restart: bool = False) -> None:
    """Have the next update of each audience with a cadence due at its moment, by the present severity."""
    ticket, communication = draft.ticket, draft.policy.communication
    draft.stop_timers(TimerKind.UPDATE, but=communication.cadence)
    for audience, lengths in communication.cadence.items():
        every = lengths.get(ticket.severity) if ticket.state.is_open else None
        if every is None or next(communication.serving(audience, ticket), None) is None:
            draft.stop_timer(TimerKind.UPDATE, audience)
            continue
        if restart:
            _heard(draft, audience)
        told, running = _told(draft.ticket, audience), draft.ticket.timer(TimerKind.UPDATE, audience)
        due = max((told.since if told else ticket.opened_at) + every, draft.now)
        if running is None or running.due_at != due:
            draft.set_timer(TimerKind.UPDATE, due, audience)


def _told(ticket: Ticket, audience: str) -> Told | None:
    return next((one for one in ticket.told if one.audience == audience), None)


def _heard(draft: Draft, audience: str) -> None:
    """The audience hears of the ticket now."""
    if audience in draft.policy.communication.cadence:
        _put(draft, Told(audience, draft.now))


def _put(draft: Draft, told: Told) -> None:
    draft.update(told=(*(one for one in draft.ticket.told if one.audience != told.audience), told))


def _named(audience: str, *, start: bool = False) -> str:
    """What to call an audience in a sentence."""
    return f"{'The' if start else 'the'} audience {audience}"
