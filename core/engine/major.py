"""A major incident: opened for like tickets or declared by a person, it is called for in place of what it gathers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from core.engine import severity
from core.engine.choice import person_for
from core.engine.draft import Draft
from core.engine.escalation import begin_path
from core.engine.gathering import RULE
from core.engine.lifecycle import end
from core.engine.meeting import as_parent
from core.engine.saying import refuse, told
from core.engine.wording import headline, span
from core.model import (
    ChildChanged,
    ChildTurn,
    DeclareMajor,
    EntryKind,
    Gathered,
    Major,
    Notice,
    OpenMajor,
    ParentChanged,
    ParentTurn,
    ReasonCode,
    Record,
    RecordRef,
    Right,
    Severity,
    State,
    Surroundings,
    Ticket,
    TicketKind,
    Unopened,
)
from core.policy import Policy, Service

_NAMED = 10
"""How many like tickets are named in a sentence."""


def open_major(identity: Unopened, given: OpenMajor, policy: Policy, now: datetime, around: Surroundings) -> Draft:
    """The major incident for like tickets: those that are there are told, and its own path begins."""
    alike = (*given.earlier, given.newest)
    draft = Draft(_blank(identity, alike, policy, now), policy, now, around, opens=True)
    if platform := policy.major.creates_on or _platform(alike):
        draft.put_record(Record(RecordRef(platform, "", "", "")))
    named = ", ".join(str(one.id) for one in alike[:_NAMED]) + (", …" if len(alike) > _NAMED else "")
    facts = {"count": str(len(alike)), "within": span(policy.major.window), "alike": named}
    draft.decide(RULE, ReasonCode.MAJOR_OPENED, **facts)
    draft.decided("severity", severity.begin(draft))
    severity.write(draft)
    begin_path(draft)
    for service in dict.fromkeys(one.service for one in alike):
        _invite(draft, service)
    parent = as_parent(draft.ticket)
    for one in given.earlier:
        draft.signal(one.id, Gathered(parent))
    return draft


def _blank(identity: Unopened, alike: Sequence[Ticket], policy: Policy, now: datetime) -> Ticket:
    """Its facts: what all have in common, and the worst of what they do not."""
    first, rule = alike[0], policy.major
    service = policy.services.get(first.service)
    worst = min((one.severity for one in alike), key=lambda one: one.rank)
    impacts, urgencies = [one.impact for one in alike if one.impact], [one.urgency for one in alike if one.urgency]
    blank = Ticket(
        id=identity.id,
        uid=identity.uid,
        kind=TicketKind.INCIDENT,
        source=first.source,
        title=rule.title_for(service.name if service else first.service, first.title, len(alike)),
        impact=min(impacts, default=None),
        urgency=min(urgencies, default=None),
        severity=_worse(worst, rule.least),
        service=first.service,
        category=_common(alike, "category"),
        configuration_item=_common(alike, "configuration_item"),
        customer=_common(alike, "customer"),
        region=_common(alike, "region"),
        language=_common(alike, "language"),
        opened_at=now,
        updated_at=now,
        policy_version=policy.version,
        team=rule.team or first.team,
        path=rule.path or first.path,
        like=len(alike),
        shadow=first.shadow,
    )
    return replace(blank, major=_major(blank, policy, gathers=alike[0].likeness))


def _major(ticket: Ticket, policy: Policy, gathers: str) -> Major:
    rule = policy.major
    bridge = rule.bridge_for(ticket) if rule.bridge else ""
    floor = _worse(ticket.severity, rule.least)
    return Major(gathers=gathers, bridge=bridge, contact=rule.contact, floor=floor)


def _common(alike: Sequence[Ticket], name: str) -> str:
    """The value that all of them have; "" where they differ."""
    values = {getattr(one, name) for one in alike}
    return str(values.pop()) if len(values) == 1 else ""


def _platform(alike: Sequence[Ticket]) -> str:
    """Where the first one that has a record has it."""
    return next((record.ref.platform for one in alike for record in one.records), "")


def _worse(one: Severity, other: Severity) -> Severity:
    return one if one.rank <= other.rank else other


def declare(draft: Draft, command: DeclareMajor) -> None:
    """A person makes the ticket a major incident; those like it that come later join it."""
    if draft.ticket.major is not None:
        refuse(draft, command, Right.LINK_MAJOR, "it is one already")
    elif draft.ticket.gathered:
        refuse(draft, command, Right.LINK_MAJOR, f"it is part of {draft.ticket.parent}; take it out first")
    else:
        told(draft, command, ReasonCode.MAJOR_DECLARED)
        draft.update(major=_major(draft.ticket, draft.policy, gathers=draft.ticket.likeness))
        _invite(draft, draft.ticket.service)


def child_changed(draft: Draft, child: ChildChanged) -> None:
    """Take in what happened to a gathered ticket."""
    major = draft.ticket.major
    if major is None:
        return
    draft.update(like=max(draft.around.children, draft.ticket.like if child.turn is ChildTurn.JOINED else 0))
    _log(draft, child)
    if not draft.ticket.state.is_open:
        _turn_away(draft, child)
    elif child.turn is ChildTurn.OVER:
        _all_over(draft, major)
    elif child.turn is not ChildTurn.LEFT:
        _worst(draft, child.severity)
        _invite(draft, child.service)


_CHILD = {
    ChildTurn.JOINED: ReasonCode.CHILD_JOINED,
    ChildTurn.BACK: ReasonCode.CHILD_BACK,
    ChildTurn.OVER: ReasonCode.CHILD_OVER,
    ChildTurn.LEFT: ReasonCode.CHILD_LEFT,
}


def _log(draft: Draft, child: ChildChanged) -> None:
    if child.turn in _CHILD:
        facts = {"id": str(child.id), "title": child.title, "state": child.state.value}
        code = _CHILD[child.turn]
        draft.log(EntryKind.EVENT, RULE, code, **facts, open=str(draft.around.open_children))


def _turn_away(draft: Draft, child: ChildChanged) -> None:
    """It came under a major incident that had just ended: it must not stay quiet for that."""
    if child.turn in {ChildTurn.JOINED, ChildTurn.BACK}:
        over = ParentChanged(parent=as_parent(draft.ticket), turn=ParentTurn.OVER, by=draft.ticket.state.value)
        draft.signal(child.id, over)


def _all_over(draft: Draft, major: Major) -> None:
    """What opened by itself ends by itself, unless somebody has taken it."""
    if not major.gathers or draft.ticket.is_acknowledged or draft.around.open_children:
        return
    reason = draft.decide(RULE, ReasonCode.CHILDREN_OVER)
    end(draft, State.RESOLVED, resolution=reason.sentence)
    draft.write(state=State.RESOLVED, resolution=reason.sentence)


def _worst(draft: Draft, worst: Severity) -> None:
    """Be as severe as the worst; what hangs on that is looked at after every step."""
    major = draft.ticket.major
    if major and worst.rank < major.floor.rank:
        draft.update(major=replace(major, floor=worst))


def _invite(draft: Draft, service_id: str) -> None:
    """Tell whoever answers for a service where to meet, once; whoever is called for it anyway knows already."""
    major, service = draft.ticket.major, draft.policy.services.get(service_id)
    if major is None or not major.bridge or service is None or service.id in major.services:
        return
    person = _owner(draft, service)
    news = person and person != draft.ticket.owner and person not in major.invited
    invited = (*major.invited, person) if news else major.invited
    draft.update(major=replace(major, services=(*major.services, service.id), invited=invited))
    if news:
        name = draft.policy.roster.name(person)
        reason = draft.decide(RULE, ReasonCode.INVITED, person=name, service=service.name)
        draft.notify(_invitation(draft, person, reason.sentence), reason)


def _owner(draft: Draft, service: Service) -> str:
    """Who answers for a service now: its owner or backup on the lowest level that has one, else who is asked there."""
    roster = draft.policy.roster
    for level in draft.policy.path(draft.ticket.path).levels:
        named = service.owners.get(level.name)
        owners = [one for one in (named.owner, named.backup) if one] if named else []
        there = [one for one in owners if not roster.unavailable(one, draft.now)]
        if there or (asked := person_for(draft, level.name, service.team).person):
            return there[0] if there else asked
    return ""


def _invitation(draft: Draft, person: str, why: str) -> Notice:
    ask = "Please join the bridge."
    head = headline(draft.ticket, draft.policy, "Major incident")
    return Notice(person=person, headline=head, ask=ask, why=why, offers_acknowledge=False, informs=True)


def tell_children(draft: Draft) -> None:
    """Tell what the major incident gathers of what changed in this step."""
    before, now = draft.before, draft.ticket
    if now.major is None or before.major is None:
        return
    parent = as_parent(now)
    if before.state.is_open and not now.state.is_open:
        resolves = draft.policy.major.resolves and now.state is not State.CANCELED
        draft.tell_children(ParentChanged(parent=parent, turn=ParentTurn.OVER, by=now.state.value, resolves=resolves))
        return
    if before.shadow is not now.shadow:
        mode = "in shadow mode" if now.shadow else "in shadow mode no longer"
        draft.tell_children(ParentChanged(parent=parent, turn=ParentTurn.OVER, by=mode))
    if now.is_acknowledged and not before.is_acknowledged:
        draft.tell_children(ParentChanged(parent=parent, turn=ParentTurn.ACKNOWLEDGED, by=now.acknowledged_by))
    if len(parent.records) > len(as_parent(before).records):
        draft.tell_children(ParentChanged(parent=parent, turn=ParentTurn.RECORDED))
