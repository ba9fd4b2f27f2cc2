"""Stimuli that are applied together leave behind what they leave when they are applied one by one."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, text

from core.model import (
    Acknowledge,
    Action,
    Event,
    EventKind,
    ForeignComment,
    Impact,
    LikeCount,
    Party,
    Receipt,
    RecordRef,
    Report,
    State,
    Stimulus,
    Ticket,
    TimerDue,
    Verb,
)
from core.policy import MajorRule, OnCall, Policy, RollOut, Routing, Within
from core.policy.surge import SurgeRule
from core.store import codec, tickets, views
from core.work.apply import apply_event, apply_to, give, take_in
from core.work.hand import Hand
from tests.unit.core.conftest import NOON, REF, a_policy, a_record_event, an_alert

LATER = NOON + timedelta(minutes=7)
SURGE = SurgeRule(at=6, window=timedelta(minutes=30), until=2, call=("ines",), widen=2)
GATHERED = MajorRule(like=("service", "title"), at=3, title="Major: {title}", surge=SURGE)
_TEAM = a_policy().roster.teams["pay"]
_PAY = replace(_TEAM, on_call={**_TEAM.on_call, "L1": OnCall(people=("dana", "lee", "ines"))})
CROWD = replace(a_policy().roster, teams={"pay": _PAY})
POLICIES = {
    "plain": a_policy(),
    "gathering": a_policy(major=GATHERED),
    "turns": a_policy(roster=CROWD, routing=Routing(within=Within.ROUND_ROBIN), major=replace(GATHERED, surge=None)),
    "load": a_policy(roster=CROWD, routing=Routing(within=Within.LEAST_LOADED)),
    "shadow": a_policy(roll_out=RollOut(services=frozenset({"payments"})), major=GATHERED),
}
_TABLES = {
    "tickets": "*, 0 AS nothing",
    "timeline": 'ticket_id, at, kind, "by", reason, facts, operation_id, detail',
    "timers": "ticket_id, kind, name, due_at, token",
    "actions": "ticket_id, operation_id, verb, lane, platform, severity, body, status, confirmed, created_at,"
    " recipient, held_until, held_because, held_by",
    "signals": "ticket_id, kind, body, status",
    "alerts": "source, key, ticket_id",
    "records": "platform, record_id, key, ticket_id",
    "turns": "person, shadow",
    "surges": "ticket_id, count, began_at, ended_at",
}
_ORDER = {"timeline": "ticket_id, id", "actions": "ticket_id, id", "signals": "ticket_id, id", "turns": "id"}


@dataclass(frozen=True)
class Known:
    """One policy for all."""

    policy: Policy

    def newest(self) -> Policy:
        return self.policy

    def version(self, _: int) -> Policy:
        return self.policy


_WAKES = LikeCount(0)
"""Stands for the first timer that the ticket then has."""
Item = Event | tuple[int, Stimulus]
"""An event, or a stimulus for a ticket that there is from the beginning."""


def alerts() -> st.SearchStrategy[Event]:
    return st.builds(
        lambda key, state, impact, title, minute: an_alert(
            key=f"f{key}", state=state, impact=impact, title=title, occurred_at=NOON + timedelta(minutes=minute)
        ),
        st.integers(1, 7),
        st.sampled_from([State.NEW, State.NEW, State.NEW, State.RESOLVED]),
        st.sampled_from([Impact.HIGH, Impact.LOW]),
        st.sampled_from(["Payments fail", "Payments fail", "Disk is full"]),
        st.integers(0, 6),
    )


def comment(number: int) -> ForeignComment:
    return ForeignComment(f"c{number}", f"Comment {number}", Party(login="lee.park", name="Lee Park"))


def changes() -> st.SearchStrategy[Event]:
    """What people do to records: of the first two tickets, and of their own."""
    people = {"dana": Party(login="dana", name="Dana Reyes"), "lee": Party(login="lee.park", name="Lee Park")}
    return st.builds(
        lambda number, version, state, assignee, said: a_record_event(
            key=f"a{number}",
            record=replace(REF, id=f"a{number}", key=f"INC{number}"),
            version=version,
            state=state,
            assignee=people.get(assignee, Party()),
            kind=EventKind.COMMENTED if said else EventKind.UPDATED,
            comment=comment(said) if said else None,
        ),
        st.integers(1, 4),
        st.integers(2, 6),
        st.sampled_from([State.NEW, State.IN_PROGRESS, State.RESOLVED, State.CLOSED]),
        st.sampled_from(["", "", "lee", "dana"]),
        st.sampled_from([0, 0, 1, 2]),
    )


def echoes() -> st.SearchStrategy[Item]:
    """Our own writes, told by the platform: of the third ticket, whose creation was not answered."""
    own = a_record_event(key="a9", record=replace(REF, id="a9", key="INC9"), own=True, operation_id="uid3-1")
    return st.sampled_from([own, replace(own, version=3), a_record_event(own=True, version=4)])


def others() -> st.SearchStrategy[Item]:
    given_: list[Stimulus] = [Acknowledge("dana", "in the console"), LikeCount(3), _WAKES]
    return st.tuples(st.integers(1, 3), st.sampled_from(given_))


def fresh(connection: Connection, policy: Policy) -> None:
    """Three tickets: the first two have their records, the third waits for its own."""
    connection.execute(text(f"TRUNCATE {', '.join(_TABLES)} RESTART IDENTITY CASCADE"))
    policies = Known(policy)
    for number in (1, 2, 3):
        ticket = apply_event(connection, an_alert(key=f"f{number}", title=f"First {number}"), policies, NOON).ticket
        assert ticket is not None
        created = [row for row in views.action_rows(connection, ticket_id=ticket.id) if row.verb is Verb.CREATE_RECORD]
        if number < 3 and created:
            body = connection.execute(
                text("SELECT body FROM actions WHERE operation_id = :id"), {"id": created[0].operation_id}
            ).scalar_one()
            ref = RecordRef("snow", "incident", f"a{number}", f"INC{number}", "")
            apply_to(connection, ticket.id, Report(codec.from_json(body, Action), Receipt(ref, 1)), policies, NOON)


def due(hand: Hand, number: int, stimulus: Stimulus) -> Stimulus:
    ticket = hand.ticket(number)
    if stimulus is not _WAKES or ticket is None or not ticket.timers:
        return stimulus
    timer = ticket.timers[0]
    return TimerDue(timer.kind, timer.token, timer.name)


def one_by_one(database: Engine, items: list[Item], policy: Policy) -> None:
    for item in items:
        with database.begin() as connection:
            if isinstance(item, Event):
                apply_event(connection, item, Known(policy), LATER)
            else:
                stimulus = due(Hand(connection, Known(policy), LATER), *item)
                apply_to(connection, item[0], stimulus, Known(policy), LATER)


def together(database: Engine, items: list[Item], policy: Policy) -> None:
    with database.begin() as connection:
        hand = Hand(connection, Known(policy), LATER)
        hand.take_up([item for item in items if isinstance(item, Event)])
        for item in items:
            if isinstance(item, Event):
                take_in(hand, item)
            else:
                give(hand, item[0], due(hand, *item))
        hand.save()


def left_behind(
    database: Engine, apply: Callable[[Engine, list[Item], Policy], None], items: list[Item], policy: Policy
) -> dict[str, list[str]]:
    """Everything that stands in the database afterwards, by table."""
    draw = random.Random(6)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tickets.secrets, "choice", draw.choice)
        with database.begin() as connection:
            fresh(connection, policy)
            connection.execute(text("UPDATE tickets SET uid = 'uid3' WHERE id = 3"))
        apply(database, items, policy)
    with database.begin() as connection:
        return {name: rows(connection, name) for name in _TABLES}


@pytest.fixture(autouse=True)
def whole_bodies(database: Engine) -> Iterator[None]:
    """However a ticket's body came about by what changed in it, it is what the ticket as a whole is written as."""
    yield
    with database.begin() as connection:
        bodies = connection.execute(text("SELECT body FROM tickets")).scalars().all()
    assert bodies
    for body in bodies:
        assert codec.to_json(codec.from_json(body, Ticket)) == body


def rows(connection: Connection, name: str) -> list[str]:
    query = f"SELECT {_TABLES[name]} FROM {name} ORDER BY {_ORDER.get(name, '1, 2, 3')}"  # noqa: S608 - our tables
    return [str(dict(row._mapping)) for row in connection.execute(text(query))]


@pytest.mark.parametrize("name", POLICIES)
@settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.generate,),  # to make a failing stream shorter takes minutes on a real database
    suppress_health_check=list(HealthCheck),
)
@given(items=st.lists(st.one_of(alerts(), alerts(), changes(), echoes(), others()), min_size=5, max_size=40))
def test_together_is_as_one_by_one(name: str, items: list[Item], database: Engine) -> None:
    policy = POLICIES[name]
    assert left_behind(database, together, items, policy) == left_behind(database, one_by_one, items, policy)
