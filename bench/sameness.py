"""Whether a copied ticket steps as the one that it was copied from: asked of the engine, for a sample."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import Connection

from bench.crowd import record_id, record_key
from core.model import Acknowledge, Event, EventKind, State, Stimulus, Ticket, TimerDue
from core.store import tickets
from core.store.codec import to_json
from core.work.apply import Policies, preview


def differences(connection: Connection, policies: Policies, original: int, copy: int) -> list[str]:
    """The stimuli for which the copy of a ticket, opened at the same moment, comes out otherwise than the original.

    Each stimulus is only tried: nothing is changed.
    """
    one, other = tickets.get(connection, original), tickets.get(connection, copy)
    if one is None or other is None:
        return [f"ticket {original if one is None else copy} is not there"]
    pairs = zip(_stimuli(one), _stimuli(other), strict=True)
    return [
        name
        for (name, stimulus, after), (_, its, _) in pairs
        if _comes_out(connection, policies, one, stimulus, after) != _comes_out(connection, policies, other, its, after)
    ]


def _stimuli(ticket: Ticket) -> Iterator[tuple[str, Stimulus, timedelta]]:
    """What may come to a ticket, each with how long after its last change."""
    for timer in ticket.timers:
        due = timer.due_at - ticket.updated_at
        yield f"timer {timer.kind} {timer.name}", TimerDue(timer.kind, timer.token, timer.name), due
    (alert,) = ticket.alerts
    over = Event(source=alert.source, kind=EventKind.ALERT, key=alert.key, state=State.RESOLVED)
    yield "its alert is over", over, timedelta(hours=1)
    yield "somebody takes it", Acknowledge("dana", "in the console"), timedelta(hours=1)


def _comes_out(connection: Connection, policies: Policies, ticket: Ticket, stimulus: Stimulus, after: timedelta) -> str:
    """All that a step makes of it, its identities replaced by one and the same word each."""
    outcome = preview(connection, ticket.id, stimulus, policies, ticket.updated_at + after)
    assert outcome is not None
    told = json.dumps([to_json(outcome.ticket), [to_json(one) for one in (*outcome.entries, *outcome.actions)]])
    (alert,) = ticket.alerts
    names = {record_id(ticket.id): "@record@", alert.key: "@key@", ticket.uid: "@uid@", record_key(ticket.id): "@name@"}
    names |= {f"pay-{int(alert.key, 16)}": "@", f'"{ticket.id}/': '"@id@/', f'id": {ticket.id}': 'id": @id@'}
    for name, word in names.items():
        told = told.replace(name, word)
    return told
