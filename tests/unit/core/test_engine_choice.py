"""Who of a team is asked: somebody who is there and can be reached, chosen as the policy says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.engine.choice import person_for
from core.engine.draft import Draft
from core.model import Person, ReasonCode, Surroundings, Ticket, TicketKind
from core.policy import (
    Ask,
    Condition,
    Hours,
    Layer,
    OnCall,
    Override,
    Path,
    Policy,
    Roster,
    Routing,
    RoutingRule,
    Span,
    Team,
    Within,
    on_call,
)
from tests.unit.core.conftest import NOON, Story, a_level, a_policy

HOUR = timedelta(hours=1)
NOW = Span(NOON - HOUR, NOON + HOUR)
EVENING = Hours(frozenset(range(7)), timedelta(hours=18), timedelta(hours=24))


def a_person(id_: str, *, ways: tuple[str, ...] = ("mailto://x",), skill: str = "", language: str = "") -> Person:
    skills, languages = frozenset({skill} - {""}), tuple({language} - {""})
    return Person(id_, id_.title(), ways=ways, skills=skills, languages=languages)


def with_duty(duty: OnCall, *people: Person, routing: Routing | None = None, **time_off: Span) -> Policy:
    team = Team(id="pay", name="Payments", on_call={"L1": duty, "L2": OnCall(people=("vic",))})
    known = {one.id: one for one in (a_person("dana"), a_person("lee"), a_person("sam"), *people)}
    roster = Roster(known, {"pay": team}, {name: (span,) for name, span in time_off.items()})
    return a_policy(roster=roster, routing=routing or Routing())


def choose(policy: Policy, around: Surroundings | None = None, **facts: object) -> tuple[tuple[str, ...], str]:
    values: dict[str, object] = {"id": 1, "uid": "u", "kind": TicketKind.INCIDENT, "source": "x", "title": "t"}
    values |= {"opened_at": NOON, "updated_at": NOON, "policy_version": 1, "team": "pay", **facts}
    ticket = Ticket(**values)  # type: ignore[arg-type] # a test's own words
    choice = person_for(Draft(ticket, policy, NOON, around or Surroundings()), "L1")
    return choice.people, choice.why


LEAST = Routing(within=Within.LEAST_LOADED)
TURNS = Routing(within=Within.ROUND_ROBIN)
THREE = OnCall(people=("dana", "lee", "sam"))


def test_who_has_the_duty_is_asked_and_the_others_after_them() -> None:
    assert choose(with_duty(THREE)) == (("dana", "lee", "sam"), "")


def test_who_cannot_be_told_is_passed_over_with_a_reason() -> None:
    people, why = choose(with_duty(THREE, a_person("dana", ways=())))
    assert people == ("lee", "sam")
    assert why == "Dana has no way to be told"


def test_a_level_of_people_who_cannot_be_told_has_nobody_and_names_them() -> None:
    people, why = choose(with_duty(OnCall(people=("dana",)), a_person("dana", ways=())))
    assert (people, why) == ((), "nobody who is on call for it in Payments can be reached: Dana")


def test_the_least_loaded_is_asked_and_the_numbers_are_told() -> None:
    around = Surroundings(load={"dana": 7, "lee": 3, "sam": 5})
    assert choose(with_duty(THREE, routing=LEAST), around) == (("lee", "sam", "dana"), "least loaded: 3 against 5, 7")


def test_among_those_with_equal_work_the_one_on_call_comes_first() -> None:
    around = Surroundings(load={"sam": 1})
    assert choose(with_duty(THREE, routing=LEAST), around)[0] == ("dana", "lee", "sam")


def test_the_least_loaded_who_is_away_is_not_asked() -> None:
    around = Surroundings(load={"dana": 7, "lee": 3, "sam": 5})
    assert choose(with_duty(THREE, routing=LEAST, lee=NOW), around)[0] == ("sam", "dana")


def test_turns_go_to_whoever_had_theirs_longest_ago() -> None:
    people, why = choose(with_duty(THREE, routing=TURNS), Surroundings(turns={"dana": 9, "lee": 4, "sam": 12}))
    assert (people, why) == (("lee", "dana", "sam"), "Lee had the last turn longest ago")
    people, why = choose(with_duty(THREE, routing=TURNS), Surroundings(turns={"dana": 9, "lee": 4}))
    assert (people[0], why) == ("sam", "Sam has had no turn yet")


def test_a_team_can_choose_in_a_way_of_its_own() -> None:
    around = Surroundings(load={"dana": 7, "lee": 3, "sam": 5})
    own = Routing(within=Within.LEAST_LOADED, teams={"pay": Within.ON_CALL})
    assert choose(with_duty(THREE, routing=own), around)[0][0] == "dana"


def test_shadowed_work_counts_for_shadowed_tickets_only() -> None:
    around = Surroundings(load={"dana": 1}, shadow_load={"lee": 8, "sam": 8})
    policy = with_duty(THREE, routing=LEAST)
    assert choose(policy, around)[0][0] == "lee"
    assert choose(policy, around, shadow=True)[0][0] == "dana"


def test_a_layer_that_covers_the_others_is_chosen_from_alone() -> None:
    duty = OnCall(people=("dana",), layers=(Layer(people=("lee", "sam")),))
    people, _ = choose(with_duty(duty, routing=LEAST), Surroundings(load={"lee": 8, "sam": 4}))
    assert people == ("sam", "lee", "dana")


def test_nobody_is_chosen_outside_their_hours() -> None:
    duty = OnCall(people=("dana",), layers=(Layer(people=("lee",), hours=(EVENING,)),))
    assert choose(with_duty(duty, routing=LEAST), Surroundings(load={"dana": 99}))[0] == ("dana",)


def test_somebody_who_was_named_for_a_while_is_not_weighed_against_the_others() -> None:
    duty = replace(THREE, overrides=(Override(span=NOW, person="sam", reason="release"),))
    assert choose(with_duty(duty, routing=LEAST), Surroundings(load={"sam": 50}))[0][0] == "sam"


def test_a_needed_skill_goes_before_the_turn() -> None:
    people, why = choose(with_duty(THREE, a_person("lee", skill="Postgres")), skill="postgres")
    assert (people, why) == (("lee", "dana", "sam"), "it needs postgres")


def test_a_skill_that_nobody_on_the_level_has_is_looked_for_in_the_whole_team() -> None:
    policy = with_duty(THREE, a_person("vic", skill="postgres"))
    assert choose(policy, skill="postgres")[0] == ("vic", "dana", "lee", "sam")


def test_a_skill_that_nobody_who_is_there_has_is_told_and_does_not_hold_the_ticket_up() -> None:
    policy = with_duty(THREE, a_person("vic", skill="postgres"), vic=NOW)
    assert choose(policy, skill="postgres") == (("dana", "lee", "sam"), "nobody who is there knows postgres")


def test_who_speaks_the_language_comes_first_where_the_policy_asks_for_it() -> None:
    speaker = a_person("sam", language="fr")
    assert choose(with_duty(THREE, speaker, routing=Routing(by_language=True)), language="fr-CA")[0][0] == "sam"
    assert choose(with_duty(THREE, speaker), language="fr-CA")[0][0] == "dana"


def test_the_choice_stands_in_the_timeline(story: Callable[..., Story]) -> None:
    now = story(policy=with_duty(THREE, a_person("dana", ways=()))).fires()
    assert now.told == ["lee"]
    assert ReasonCode.CHOSEN in now.reasons


def test_the_first_rule_that_holds_routes_with_its_reason(story: Callable[..., Story]) -> None:
    paris = Condition(match={"region": ("paris",)})
    rules = (
        RoutingRule(name="never", condition=Condition(match={"category": ("network",)}), team="desk"),
        RoutingRule(name="database", condition=paris, team="pay", skill="postgres", because="their room is there"),
        RoutingRule(name="rest", team="desk"),
    )
    policy = a_policy(services={}, routing=Routing(rules=rules))
    now = story(policy=policy).fires(region="Paris")
    assert (now.opened.team, now.opened.skill) == ("pay", "postgres")
    sentences = [entry.reason.sentence for entry in now.outcome.entries]
    assert "Routed to Payments Support by the rule database, because their room is there." in sentences


def test_a_rule_without_a_team_leaves_the_service_s(story: Callable[..., Story]) -> None:
    policy = a_policy(routing=Routing(rules=(RoutingRule(name="dba", skill="postgres"),)))
    now = story(policy=policy).fires()
    assert (now.opened.team, now.opened.skill) == ("pay", "postgres")
    assert ReasonCode.ROUTED_BY_SERVICE in now.reasons


def test_a_level_that_asks_everybody_lets_a_layer_that_is_covered_sleep(story: Callable[..., Story]) -> None:
    duty = OnCall(people=("vic",), layers=(Layer(people=("dana", "lee")),))
    level = replace(a_level("L1"), ask=Ask.ALL)
    policy = replace(with_duty(duty, a_person("vic")), paths={"standard": Path(name="standard", levels=(level,))})
    assert story(policy=policy).fires().told == ["dana", "lee"]


NAMES = ("dana", "lee", "sam", "vic")
people_of = st.lists(st.sampled_from(NAMES), unique=True, max_size=4).map(tuple)
layers = st.builds(Layer, people=people_of, hours=st.sampled_from([(), (EVENING,)]))
spans = st.builds(lambda start: Span(NOON + start * HOUR, NOON + (start + 2) * HOUR), st.integers(-4, 4))
overrides = st.builds(Override, span=spans, reason=st.just("r"), person=st.sampled_from(NAMES))
duties = st.builds(
    OnCall,
    people=people_of,
    rotation=st.sampled_from(["none", "daily"]),
    starts=st.just(datetime(2026, 1, 1)),
    layers=st.lists(layers, max_size=2).map(tuple),
    overrides=st.lists(overrides, max_size=2).map(tuple),
)
routings = st.builds(Routing, within=st.sampled_from(list(Within)), by_language=st.booleans())  # every way of choosing


@given(
    duties,
    routings,
    st.dictionaries(st.sampled_from(NAMES), spans, max_size=3),
    st.sets(st.sampled_from(NAMES)),
    st.dictionaries(st.sampled_from(NAMES), st.integers(0, 20)),
    st.sampled_from(["", "postgres"]),
)
def test_nobody_who_is_away_or_unreachable_is_ever_chosen(
    duty: OnCall, routing: Routing, off: dict[str, Span], mute: set[str], numbers: dict[str, int], skill: str
) -> None:
    people = [a_person(one, ways=() if one in mute else ("w",), skill="postgres", language="fr") for one in NAMES]
    policy = with_duty(duty, *people, routing=routing, **off)
    chosen, why = choose(policy, Surroundings(load=numbers, turns=numbers), skill=skill, language="fr")
    for person in chosen:
        assert person not in mute
        assert person not in off or NOON not in off[person]
    assert len(set(chosen)) == len(chosen)
    assert chosen or why, "an empty choice says why"


@given(duties, st.dictionaries(st.sampled_from(NAMES), spans, max_size=3))
def test_by_default_it_is_who_is_on_call(duty: OnCall, off: dict[str, Span]) -> None:
    policy = with_duty(duty, a_person("vic"), **off)
    chosen, _ = choose(policy)
    assert (chosen[0] if chosen else "") == on_call(duty, NOON, policy.roster.time_off)
