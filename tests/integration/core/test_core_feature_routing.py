"""Routing: to a team by rule, and there to whoever is there and is to have it, seen on the stand-ins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.model import Acknowledge, ReasonCode
from core.policy import Condition, OnCall, Policy, Routing, RoutingRule, Span, Team, Within
from core.store.tables import turns
from tests.integration.world import BEGIN, World, world

DAY = (BEGIN.replace(hour=0), BEGIN.replace(hour=23))
EVERYBODY = ("dana.reyes", "lee.park", "sam.okafor")


@pytest.fixture
def rung(postgres_url: str, tmp_path: Path) -> Iterator[World]:
    with world(postgres_url, tmp_path) as made:
        yield made


def take_effect(world: World, policy: Policy) -> None:
    world.policy = policy
    world.loaded = replace(world.loaded, policy=policy, at_version=lambda _: policy)


def put(world: World, routing: Routing, *, off: str = "", skilled: str = "") -> None:
    """Three people share L1 of Payments; Network Operations is another team."""
    roster = world.policy.roster
    team = replace(roster.teams["payments"], on_call={"L1": OnCall(people=EVERYBODY)})
    network = Team(
        id="network", name="Network", groups={"servicenow": "Network"}, on_call={"L1": OnCall(people=EVERYBODY[2:])}
    )
    people = {
        one.id: replace(one, skills=frozenset({"postgres"} if one.id == skilled else ()))
        for one in roster.people.values()
    }
    time_off = {off: (Span(*DAY),)} if off else {}
    roster = replace(roster, teams={"payments": team, "network": network}, people=people, time_off=time_off)
    take_effect(world, replace(world.policy, roster=roster, routing=routing))


def alerts(world: World, *names: str) -> list[str]:
    """Each opens a ticket; who is told of it."""
    before = len(world.messages.told)
    for name in names:
        world.alert(alertname=name)
    return world.messages.told[before:]


def assigned(world: World) -> list[str]:
    return [incident["display"]["assigned_to"] for incident in world.box.incidents()]


def sentences(world: World, ticket: int) -> list[str]:
    return [entry.reason.sentence for entry in world.page(ticket).entries]


def test_a_rule_sends_a_ticket_to_another_team_with_its_reason(rung: World) -> None:
    rule = RoutingRule(
        name="networks", condition=Condition(match={"labels.site": ("paris",)}), team="network", because="they are near"
    )
    put(rung, Routing(rules=(rule,)))
    rung.alert(site="Paris")
    assert assigned(rung) == ["Sam Okafor"]
    assert "Routed to Network by the rule networks, because they are near." in sentences(rung, 1)
    rung.alert(alertname="Elsewhere", site="Lyon")
    assert ReasonCode.ROUTED_BY_SERVICE in rung.reasons(2)


def test_turns_go_round_the_team_one_ticket_each(rung: World) -> None:
    put(rung, Routing(within=Within.ROUND_ROBIN))
    assert alerts(rung, "A", "B", "C", "D") == [*EVERYBODY, "dana.reyes"]
    assert assigned(rung) == ["Dana Reyes", "Lee Park", "Sam Okafor", "Dana Reyes"]
    assert "Lee Park is chosen for L1: Lee Park has had no turn yet." in sentences(rung, 2)


def test_a_turn_passes_over_whoever_is_away_and_comes_to_them_when_they_are_back(rung: World) -> None:
    put(rung, Routing(within=Within.ROUND_ROBIN), off="lee.park")
    assert alerts(rung, "A", "B", "C") == ["dana.reyes", "sam.okafor", "dana.reyes"]
    put(rung, Routing(within=Within.ROUND_ROBIN))
    assert alerts(rung, "D") == ["lee.park"]


def test_only_the_latest_turn_of_each_is_kept(rung: World) -> None:
    put(rung, Routing(within=Within.ROUND_ROBIN))
    alerts(rung, "A", "B", "C", "D", "E")
    with rung.database.connect() as connection:
        assert len(connection.execute(turns.select()).all()) == 3


def test_the_least_loaded_is_asked_by_the_weight_of_what_they_have_open(rung: World) -> None:
    put(rung, Routing(within=Within.LEAST_LOADED))
    assert alerts(rung, "A", "B", "C") == list(EVERYBODY)
    rung.app.desk.command(2, Acknowledge(by="lee.park", via="in the console"))
    rung.alert(alertname="B", over=True)
    assert alerts(rung, "D") == ["lee.park"]
    assert "Lee Park is chosen for L1: least loaded: 0 against 8, 8." in sentences(rung, 4)


def test_the_least_loaded_who_is_away_is_left_out(rung: World) -> None:
    put(rung, Routing(within=Within.LEAST_LOADED))
    alerts(rung, "A")
    put(rung, Routing(within=Within.LEAST_LOADED), off="lee.park")
    assert alerts(rung, "B", "C") == ["sam.okafor", "dana.reyes"]


def test_a_needed_skill_goes_before_the_duty(rung: World) -> None:
    rule = RoutingRule(name="databases", condition=Condition(match={"title": ("*pay*",)}), skill="postgres")
    put(rung, Routing(rules=(rule,)), skilled="sam.okafor")
    rung.alert()
    assert assigned(rung) == ["Sam Okafor"]
    assert "Sam Okafor is chosen for L1: it needs postgres." in sentences(rung, 1)
