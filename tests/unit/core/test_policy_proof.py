"""What is proved of a policy: who is there at every minute, on every path, and whether its paths make sense."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from core.model import Person, Right, Severity
from core.policy import (
    Authority,
    Condition,
    Entrance,
    Hours,
    Layer,
    OnCall,
    Override,
    Owners,
    Path,
    Policy,
    Roster,
    Routing,
    RoutingRule,
    Segment,
    Service,
    SeverityRule,
    Span,
    Target,
    TargetRule,
    Team,
    coverage,
)
from core.policy.proof import Gravity
from core.policy.proof.prove import prove
from core.policy.risk import Duty, RiskPolicy, RiskRule
from core.policy.vendor import Vendor
from tests.unit.core.conftest import a_level, a_policy

START = datetime(2026, 3, 27, tzinfo=UTC)  # clocks change in Europe within these days
DAYS = 3
END = START + timedelta(days=DAYS)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PEOPLE = {name: Person(name, name.title(), ways=("mailto://x",)) for name in ("dana", "lee", "sam", "ines")}


def org(services: dict[str, Service], paths: dict[str, Path], last: str = "", **duties: OnCall) -> Policy:
    return Policy(
        version=1,
        name="p",
        severity=SeverityRule(matrix={}, default=Severity.SEV3),
        paths=paths,
        default_path=next(iter(paths)),
        services=services,
        roster=Roster(PEOPLE, {"pay": Team(id="pay", name="Payments", on_call=duties)}),
    )


def a_path(name: str, *levels: str, last: str = "") -> Path:
    return Path(name=name, levels=tuple(a_level(level) for level in levels), last_resorts=(last,) if last else ())


PAY = Service(id="payments", name="Payments", team="pay")
ALWAYS = OnCall(people=("dana",))

_moments = st.integers(0, DAYS * 24 * 4).map(lambda quarters: START + quarters * 15 * MINUTE)
_spans = st.tuples(_moments, _moments).map(lambda two: Span(min(two), max(two)))
_hours = st.builds(
    lambda days, start, length: Hours(frozenset(days), start * HOUR, (start + length) * HOUR),
    st.sets(st.integers(0, 6), min_size=1),
    st.integers(0, 23),
    st.integers(1, 24),
)
_people = st.lists(st.sampled_from(["dana", "lee", "sam"]), max_size=3).map(tuple)
_layers = st.fixed_dictionaries(
    {
        "people": _people,
        "rotation": st.sampled_from(["none", "daily", 5 * HOUR]),
        "starts": st.just(datetime(2026, 3, 1, 9)),
        "time_zone": st.sampled_from(["UTC", "Europe/Paris", "America/New_York"]),
        "hours": st.lists(_hours, max_size=2).map(tuple),
    }
)
_overrides = st.builds(lambda span, who: Override(span=span, reason="r", person=who), _spans, st.sampled_from(["ines"]))
_duties = st.builds(
    lambda own, layers, overrides: OnCall(
        **own, layers=tuple(Layer(**one) for one in layers), overrides=tuple(overrides)
    ),
    _layers,
    st.lists(_layers, max_size=2),
    st.lists(_overrides, max_size=1),
)
_time_off = st.dictionaries(st.sampled_from(list(PEOPLE)), st.lists(_spans, max_size=2).map(tuple), max_size=3)


@settings(max_examples=25, deadline=None)
@given(_duties, _duties, _time_off)
def test_the_gaps_found_are_those_that_looking_at_every_minute_finds(
    first: OnCall, second: OnCall, time_off: dict[str, tuple[Span, ...]]
) -> None:
    policy = org({"payments": PAY}, {"standard": a_path("standard", "L1", "L2", last="ines")}, L1=first, L2=second)
    policy = replace(policy, roster=replace(policy.roster, time_off=time_off))
    found = coverage(policy, START, END)
    gaps = {gap.level: gap.times for gap in found.gaps}
    dark = [(span, one.last_resort) for one in found.dark for span in one.times]
    for number in range(DAYS * 24 * 60):
        at = START + number * MINUTE
        empty = {level: not policy.roster.on_call("pay", level, at) for level in ("L1", "L2")}
        within = {level: any(one.start <= at < one.end for one in gaps.get(level, ())) for level in empty}
        assert within == empty, at
        nobody = [told for span, told in dark if at in span]
        away = any(at in span for span in time_off.get("ines", ()))
        assert nobody == ([not away] if all(empty.values()) else []), at


def test_every_path_that_tickets_can_walk_is_looked_at_and_no_other() -> None:
    paths = {one: a_path(one, "L1", f"{one}-top", last="ines") for one in ("standard", "retail", "unused")}
    policy = org({"payments": PAY}, paths, L1=ALWAYS)
    segment = Segment(name="emea", condition=Condition(match={"region": ("emea",)}), path="retail")
    policy = replace(policy, segments={"emea": segment})
    gaps = coverage(policy, START, END).gaps
    assert {(gap.level, gap.paths) for gap in gaps} == {
        ("standard-top", ("standard",)),
        ("retail-top", ("retail",)),
    }
    assert [one.place for one in prove(policy) if one.kind == "path_never_walked"] == [("paths", "unused")]


def test_a_path_for_one_severity_and_service_is_looked_at_for_these_alone() -> None:
    paths = {one: a_path(one, f"{one}-1", last="ines") for one in ("standard", "urgent")}
    services = {"payments": PAY, "wiki": Service(id="wiki", name="Wiki", team="pay")}
    policy = org(services, paths)
    only = Condition(match={"service": ("payments",), "severity": ("SEV1",)})
    policy = replace(policy, segments={"u": Segment(name="u", condition=only, path="urgent")})
    gaps = {gap.level: gap for gap in coverage(policy, START, END).gaps}
    assert (gaps["urgent-1"].services, gaps["urgent-1"].severities) == (("payments",), (Severity.SEV1,))
    assert gaps["standard-1"].services == ("payments", "wiki")


def test_who_is_named_for_a_services_level_fills_its_gaps_but_not_another_services() -> None:
    named = replace(PAY, owners={"L1": Owners(owner="lee", backup="sam")})
    wiki = Service(id="wiki", name="Wiki", team="pay")
    policy = org({"payments": named, "wiki": wiki}, {"standard": a_path("standard", "L1", last="ines")})
    away = {"lee": (Span(START, START + 2 * DAY),), "sam": (Span(START + DAY, END),)}
    policy = replace(policy, roster=replace(policy.roster, time_off=away))
    gaps = {gap.services: gap for gap in coverage(policy, START, END).gaps}
    assert gaps["wiki",].total == END - START
    assert [(one.start, one.end) for one in gaps["payments",].times] == [(START + DAY, START + 2 * DAY)]


def test_tickets_that_enter_higher_up_are_looked_at_from_there() -> None:
    standard = a_path("standard", "L1", "L2")
    enters = Entrance(condition=Condition(match={"severity": ("SEV1",)}), level=2, because="it is urgent")
    policy = org({"payments": PAY}, {"standard": replace(standard, enter=(enters,))}, L1=ALWAYS)
    (dark,) = coverage(policy, START, END).dark
    assert (dark.severities, dark.last_resort) == ((Severity.SEV1,), False)


def test_tickets_that_would_reach_nobody_are_told_apart_from_those_for_the_last_resort() -> None:
    policy = org({"payments": PAY}, {"standard": a_path("standard", "L1", last="ines")})
    policy = replace(policy, roster=replace(policy.roster, time_off={"ines": (Span(START, START + DAY),)}))
    worst, other = coverage(policy, START, END).dark
    assert (worst.last_resort, worst.times, worst.services) == (False, (Span(START, START + DAY),), ("payments",))
    assert (other.last_resort, other.times) == (True, (Span(START + DAY, END),))


def kinds(policy: Policy) -> dict[str, str]:
    return {one.kind: one.message for one in prove(policy)}


def test_a_sound_policy_has_no_finding() -> None:
    assert kinds(a_policy()) == {}


def test_a_level_with_longer_than_the_one_after_it_is_found_with_the_severities() -> None:
    slow = replace(a_level("L1"), acknowledge_within={**a_level("L1").acknowledge_within, Severity.SEV2: HOUR})
    found = kinds(
        a_policy(paths={"standard": Path(name="standard", levels=(slow, a_level("L2")), last_resorts=("ines",))})
    )
    assert found["longer_than_the_next_level"] == "L1 has longer to acknowledge than L2 after it, for SEV2."


def test_a_level_with_longer_for_a_worse_ticket_is_found() -> None:
    odd = replace(a_level("L1"), acknowledge_within={**a_level("L1").acknowledge_within, Severity.SEV1: HOUR})
    found = kinds(a_policy(paths={"standard": Path(name="standard", levels=(odd,), last_resorts=("ines",))}))
    assert found["longer_for_the_worse"] == "L1 has longer for SEV1 than for SEV2."


def test_a_path_without_a_last_resort_is_found() -> None:
    found = kinds(a_policy(paths={"standard": a_path("standard", "L1")}))
    assert found["path_without_end"] == "nobody is told when no level has taken a ticket."


def test_a_right_that_no_level_holds_is_found() -> None:
    meek = replace(a_level("L1"), may=frozenset(Right) - {Right.SEV1, Right.HOLD})
    paths = {"standard": Path(name="standard", levels=(meek,), last_resorts=("ines",))}
    found = kinds(a_policy(paths=paths, authority=Authority(others=frozenset())))
    assert found["authority_without_level"].startswith("no level may ")


def test_levels_below_every_entrance_are_found_also_where_several_rules_let_all_tickets_in_above() -> None:
    def enters(level: int, *severities: str) -> Entrance:
        return Entrance(condition=Condition(match={"severity": severities}), level=level, because="")

    path = replace(
        a_path("standard", "L1", "L2", "L3", last="ines"), enter=(enters(3, "SEV1"), enters(2, "SEV2", "SEV3"))
    )
    assert kinds(a_policy(paths={"standard": path})) == {}
    shut = replace(path, enter=(*path.enter, enters(2, "SEV4")))
    assert kinds(a_policy(paths={"standard": shut})) == {
        "level_never_reached": "no ticket comes to L1: every one enters at L2 or above."
    }


def test_targets_that_contradict_each_other_are_found() -> None:
    def target(**within: int) -> Target:
        return Target(within={Severity(name): hours * HOUR for name, hours in within.items()})

    rule = TargetRule(
        name="x", targets={"update": target(SEV1=5, SEV2=2), "resolve": target(SEV1=4, SEV2=8), "acknowledge": target()}
    )
    found = kinds(a_policy(targets=(rule,)))
    assert found["longer_for_the_worse"] == "update is longer for SEV1 than for SEV2."
    assert found["longer_than_resolve"] == "update is longer than resolve, for SEV1."


def test_targets_for_other_severities_do_not_cover_each_other() -> None:
    def rule(name: str, *severities: str, **match: str) -> TargetRule:
        within = {Severity(one): HOUR for one in severities}
        condition = Condition(match={key: (value,) for key, value in match.items()})
        return TargetRule(name=name, targets={"resolve": Target(within=within)}, condition=condition)

    rules = (rule("urgent", "SEV1", "SEV2"), rule("gold", "SEV2", "SEV3", source="x"), rule("late", "SEV1", source="x"))
    (found,) = prove(a_policy(targets=rules))
    assert (found.place, found.gravity) == (("targets", 2), Gravity.WARNING)
    assert found.message == "resolve of “late” can never match: “urgent” always comes first."


def test_a_duty_of_classes_that_no_rule_gives_is_found() -> None:
    breach = Duty(id="breach", name="Breach", classes=("privacy",), within=72 * HOUR, because="the law")
    secret = RiskRule(name="leak", classes=("security",), because="x")
    found = kinds(a_policy(risk=RiskPolicy(rules=(secret,), duties={"breach": breach})))
    assert found["duty_never_begins"] == "this duty never begins: no rule makes a ticket privacy."
    private = RiskRule(name="data", classes=("privacy",), because="x")
    assert kinds(a_policy(risk=RiskPolicy(rules=(secret, private), duties={"breach": breach}))) == {}


def test_a_routing_rule_that_takes_every_ticket_of_a_service_leaves_none_to_its_team() -> None:
    other = Team(id="net", name="Network", on_call={"L1": ALWAYS})
    policy = org({"payments": PAY}, {"standard": a_path("standard", "L1", last="ines")})
    roster = replace(policy.roster, teams={**policy.roster.teams, "net": other})
    rule = RoutingRule(name="all", condition=Condition(match={"service": ("payments",)}), team="net")
    policy = replace(policy, roster=roster)
    assert coverage(replace(policy, routing=Routing(rules=(rule,))), START, END).gaps == ()
    some = replace(rule, condition=Condition(match={"service": ("payments",), "source": ("x",)}))
    assert [gap.team for gap in coverage(replace(policy, routing=Routing(rules=(some,))), START, END).gaps] == ["pay"]


def test_a_vendors_level_is_never_empty_unless_nothing_can_reach_them() -> None:
    path = a_path("standard", "L1", "L2", last="ines")
    path = replace(path, levels=(path.levels[0], replace(path.levels[1], vendor="acme")))
    policy = org({"payments": PAY}, {"standard": path})
    acme = Vendor(id="acme", name="Acme", acknowledge_within={}, ways=("mailto://x",))
    policy = replace(policy, vendors={"acme": acme})
    found = coverage(policy, START, END)
    assert ([gap.level for gap in found.gaps], found.dark) == (["L1"], ())
    assert "vendor_unreachable" not in kinds(policy)
    mute = replace(policy, vendors={"acme": replace(acme, ways=())})
    assert kinds(mute)["vendor_unreachable"] == "L2 is always skipped: nothing can reach the vendor acme."
    assert [one.total for one in coverage(mute, START, END).dark] == [END - START]


def test_eight_weeks_of_a_hundred_services_are_looked_at_in_seconds() -> None:
    office = (Hours(frozenset(range(5)), 8 * HOUR, 18 * HOUR),)
    duty = OnCall(
        people=("dana", "lee", "sam"), rotation="weekly", starts=datetime(2026, 1, 5, 9), time_zone="Europe/Paris",
        layers=(Layer(people=("ines",), hours=office, time_zone="America/New_York"),),
    )  # fmt: skip
    levels = [f"L{number}" for number in range(1, 6)]
    teams = {
        f"t{number}": Team(id=f"t{number}", name="T", on_call=dict.fromkeys(levels, duty)) for number in range(100)
    }
    services = {f"s{number}": Service(id=f"s{number}", name="S", team=f"t{number}") for number in range(100)}
    policy = replace(
        org(services, {"standard": Path(name="standard", levels=tuple(map(a_level, levels)), last_resorts=("ines",))}),
        roster=Roster(PEOPLE, teams),
    )
    began = time.process_time()
    found = coverage(policy, START, START + timedelta(weeks=8))
    assert found.gaps == ()
    assert time.process_time() - began < 15
