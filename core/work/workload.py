"""What a step is told of other people's work, where the policy chooses by it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import Connection

from core.model import Event, Receipt, Report, Stimulus, Surroundings
from core.policy import Policy, Within
from core.store import workload
from core.work.hand import Hand

_WAYS = (Within.LEAST_LOADED, Within.ROUND_ROBIN)


def with_workload(around: Surroundings, hand: Hand, ticket_id: int, stimulus: Stimulus, policy: Policy) -> Surroundings:
    """The surroundings with everybody's load or turns, as far as some team chooses by them and this step may choose."""
    if not _may_choose(stimulus) or not any(policy.routing.asks(way) for way in _WAYS):
        return around
    return known(around, hand.settled(), ticket_id, policy)


def known(around: Surroundings, connection: Connection, ticket_id: int, policy: Policy) -> Surroundings:
    """The surroundings with everybody's load or turns as they are now, as far as some team chooses by them."""
    if people := tuple(_people(policy, Within.LEAST_LOADED)):
        load, shadow_load = workload.load(connection, people, but=ticket_id)
        around = replace(around, load=load, shadow_load=shadow_load)
    if people := tuple(_people(policy, Within.ROUND_ROBIN)):
        turns, shadow_turns = workload.latest_turns(connection, people)
        around = replace(around, turns=turns, shadow_turns=shadow_turns)
    return around


def _may_choose(stimulus: Stimulus) -> bool:
    """Our own echoes, and the answers to what was done, are most of what comes, and ask nobody."""
    match stimulus:
        case Event(own=True) | Report(result=Receipt()):
            return False
    return True


def _people(policy: Policy, way: Within) -> Iterator[str]:
    """Everybody of the teams that choose in that way, each once."""
    if policy.routing.asks(way):
        teams = (team for team in policy.roster.teams.values() if policy.routing.chooses(team.id) is way)
        duties = (duty for team in teams for duty in team.on_call.values())
        yield from dict.fromkeys(person for duty in duties for person in duty.everybody)
