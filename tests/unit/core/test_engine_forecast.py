"""What would happen if nobody did anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from core.engine.forecast import LONGEST, forecast_event, forecast_ticket
from core.engine.step import step
from core.model import Acknowledge, ReasonCode, State, Unopened
from tests.unit.core.conftest import NOON, a_policy, an_alert


def test_it_walks_the_whole_path_to_the_last_resort() -> None:
    moments = forecast_event(an_alert(), a_policy(), NOON)
    assert [one.at - NOON for one in moments] == [timedelta(minutes=minutes) for minutes in (0, 5, 10)]
    assert [one.told for one in moments] == [("dana",), ("lee",), ("ines",)]
    assert [one.level for one in moments] == ["L1", "L3", "L3"]
    assert moments[0].writes == ("snow",)
    assert moments[-1].reasons[-1].code is ReasonCode.EXHAUSTED


def test_what_opens_no_ticket_has_no_future() -> None:
    assert forecast_event(an_alert(state=State.RESOLVED), a_policy(), NOON) == ()


def test_it_goes_on_from_where_a_ticket_stands() -> None:
    policy = a_policy()
    ticket = step(Unopened(1, "k3f9q2abcd"), an_alert(), policy, NOON).ticket
    assert ticket is not None
    assert [one.told for one in forecast_ticket(ticket, policy)] == [("lee",), ("ines",)]
    taken = step(ticket, Acknowledge("dana", "here"), policy, NOON).ticket
    assert taken is not None
    assert forecast_ticket(taken, policy) == ()


def test_a_path_without_an_end_is_cut() -> None:
    policy = a_policy()
    endless = replace(policy.paths["standard"], rounds=10_000)
    moments = forecast_event(an_alert(), replace(policy, paths={"standard": endless}), NOON)
    assert len(moments) == LONGEST + 1
