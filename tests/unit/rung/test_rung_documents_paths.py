"""Paths, path rules, handoffs, triggers and acknowledgements as documents: what they mean, and what is wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.model import HandoffFact, Severity
from core.policy import Ask, Direction, LevelKind, Policy
from rung import documents
from rung.documents import DocumentsError
from rung.live import packaged

ROSTER = """\
people:
  dana: {name: Dana Reyes, notify: ["${A}"]}
  lee: {name: Lee Park, notify: ["${B}"]}
teams:
  pay: {name: Payments, on_call: {L1: {people: [dana]}}}
  db: {name: Databases, on_call: {L2: {people: [lee]}}}
"""
GOOD = """\
paths:
  standard:
    rounds: 2
    loop_from: L2
    last_resort: [lee, dana]
    enter: [{match: {category: security}, level: L2, because: a breach}]
    levels:
      - {name: L1, acknowledge_within: 5m, next_in_turn: 2}
      - {name: L2, acknowledge_within: 10m, team: db, kind: hierarchical, ask: all}
  quiet: {levels: [{name: L1, acknowledge_within: 1d}], last_resort: lee}
default_path: standard
path_rules: [{name: asks, match: {kind: request}, path: quiet, because: it can wait}]
handoff: {facts: [impact, tried]}
triggers:
  - {name: late, spent: {resolve: 80%, update: 100%}, escalate: next, because: it is late}
  - {name: quiet, silent_for: {SEV1: 1h, SEV2: 2h, SEV3: 1d, SEV4: 2d}, escalate: L2, because: nothing was heard}
  - {name: calm, when: severity == 'SEV4', de_escalate: L1, because: it is calm}
  - {name: anew, reopenings: 2, begin_again: true, because: it came back twice}
acknowledgement: {expires_after: 4h, re_arm_on_worse: false}
"""


def read(text: str) -> Policy:
    return documents.read({"roster.yaml": ROSTER, "policy.yaml": text}, packaged()).policy


def test_levels_say_whose_they_are_and_who_is_asked() -> None:
    path = read(GOOD).paths["standard"]
    first, second = path.levels
    assert (first.kind, first.ask, first.next_in_turn, first.team) == (LevelKind.FUNCTIONAL, Ask.ONE, 2, "")
    assert (second.kind, second.ask, second.team) == (LevelKind.HIERARCHICAL, Ask.ALL, "db")
    assert (path.rounds, path.loop_from, path.last_resorts) == (2, 2, ("lee", "dana"))
    assert (path.enter[0].level, path.enter[0].because) == (2, "a breach")


def test_one_last_resort_needs_no_list() -> None:
    assert read(GOOD).paths["quiet"].last_resorts == ("lee",)


def test_rules_choose_paths_and_handoffs_demand_facts_in_their_order() -> None:
    policy = read(GOOD)
    (rule,) = policy.path_rules
    assert (rule.name, rule.path, rule.because) == ("asks", "quiet", "it can wait")
    assert policy.handoff == (HandoffFact.IMPACT, HandoffFact.TRIED)


def test_triggers_say_when_and_where_to() -> None:
    late, quiet, calm, anew = read(GOOD).triggers
    assert (late.direction, late.spent) == (Direction.NEXT, {"resolve": 80, "update": 100})
    assert (quiet.direction, quiet.level, quiet.silent_for[Severity.SEV2]) == (
        Direction.UP_TO,
        "L2",
        timedelta(hours=2),
    )
    assert (calm.direction, calm.level) == (Direction.DOWN_TO, "L1")
    assert (anew.direction, anew.reopenings) == (Direction.AGAIN, 2)


def test_a_clock_is_looked_at_when_a_trigger_wants_it() -> None:
    policy = read(GOOD)
    assert set(policy.marks("resolve")) == {80}
    assert set(policy.marks("update")) == {100}


def test_an_acknowledgement_has_its_time() -> None:
    rule = read(GOOD).acknowledgement
    assert rule.expires_after[Severity.SEV4] == timedelta(hours=4)
    assert not rule.re_arm_on_worse


def test_the_packaged_policy_is_good_practice_as_it_stands() -> None:
    policy = documents.read({"roster.yaml": "{}", "policy.yaml": "{}"}, packaged()).policy
    path = policy.paths["standard"]
    sev2 = [level.acknowledge_within[Severity.SEV2] for level in path.levels]
    assert sev2 == [timedelta(minutes=15), *(timedelta(hours=hours) for hours in (1, 4, 8, 24))]
    assert [level.name for level in path.levels if level.is_hierarchical] == ["L4", "Executive"]
    assert policy.handoff == tuple(HandoffFact)
    assert [one.direction for one in policy.triggers] == [Direction.NEXT] * 3
    assert policy.acknowledgement.re_arm_on_worse
    assert set(policy.acknowledgement.expires_after) == set(Severity)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("loop_from: L2", "loop_from: L3", "paths.standard.loop_from: there is no level “L3”."),
        (
            "level: L2, because: a breach",
            "level: L9, because: x",
            "paths.standard.enter[0].level: there is no level “L9”.",
        ),
        ("[lee, dana]", "[lee, dan]", "paths.standard.last_resort[1]: there is no person “dan”. Did you mean “dana”?"),
        ("last_resort: lee}", "last_resort: le}", "paths.quiet.last_resort: there is no person “le”."),
        ("team: db", "team: dba", "paths.standard.levels[1].team: there is no team “dba”. Did you mean “db”?"),
        ("kind: hierarchical", "kind: higher", "paths.standard.levels[1].kind: cannot be “higher”."),
        ("path: quiet", "path: quite", "path_rules[0].path: there is no path “quite”. Did you mean “quiet”?"),
        ("escalate: L2", "escalate: L7", "triggers[1].escalate: there is no level “L7”."),
        ("de_escalate: L1", "de_escalate: next", "triggers[2].de_escalate: there is no level “next”."),
        ("escalate: next, ", "", "triggers[0]: needs one of escalate, de_escalate and begin_again."),
        ("reopenings: 2, ", "", "triggers[3].because: is told of a trigger that names nothing."),
        ("80%", "eighty", "triggers[0].spent.resolve: must be a percentage from 1% to 1000%."),
        ("name: quiet, silent", "name: late, silent", "triggers[1].name: “late” is the name of an earlier trigger."),
        ("[impact, tried]", "[impact, tries]", "handoff.facts[1]: cannot be “tries”. Did you mean “tried”?"),
        ("expires_after: 4h", "expires_after: soon", "acknowledgement.expires_after: is not a length of time."),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_the_near_name(old: str, new: str, told: str) -> None:
    assert old in GOOD
    with pytest.raises(DocumentsError) as caught:
        read(GOOD.replace(old, new, 1))
    assert told in str(caught.value)
