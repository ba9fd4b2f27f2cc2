"""Rules that can never match: found, and nothing else found."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.policy import Condition
from core.policy.proof.covered import Never, never
from core.policy.proof.values import Values
from tests.unit.core.conftest import a_policy

VALUES = Values.of(a_policy())


@dataclass(frozen=True)
class ARule:
    condition: Condition


def rule(when: str = "", **match: object) -> ARule:
    wanted = {name: (one,) if isinstance(one, str) else tuple(one) for name, one in match.items()}  # type: ignore[arg-type, var-annotated]
    return ARule(Condition(match=wanted, when=when))


def found(*rules: ARule, first_wins: bool = True) -> list[Never]:
    return list(never(rules, VALUES, first_wins=first_wins))


def test_the_same_rule_twice_is_found_and_the_first_is_named() -> None:
    assert found(rule(source="grafana"), rule(source="zabbix"), rule(source="Zabbix")) == [Never(2, (1,))]


def test_a_rule_for_some_of_an_earlier_ones_values_is_found() -> None:
    assert found(rule(source=["a", "b"]), rule(source="b", title="x*")) == [Never(1, (0,))]
    assert found(rule(source="b", title="x*"), rule(source=["a", "b"])) == []


def test_several_earlier_rules_cover_one_between_them() -> None:
    rules = [rule(severity=["SEV1", "SEV2"]), rule(severity=["sev3", "SEV4"]), rule(source="a")]
    assert found(*rules) == [Never(2, (0, 1))]
    assert found(rule(severity=["SEV1", "SEV2"]), rule(severity="SEV3"), rule(source="a")) == []


def test_a_pattern_within_a_pattern_is_found_and_one_beside_it_is_not() -> None:
    assert found(rule(title="db*"), rule(title="db-prod*")) == [Never(1, (0,))]
    assert found(rule(title="db-prod*"), rule(title="db*")) == []
    assert found(rule(title="*"), rule(source="a")) == [Never(1, (0,))]


def test_a_switch_that_is_covered_on_both_sides_is_found() -> None:
    assert found(rule(acknowledged="true"), rule(acknowledged="false", source="a"), rule(source="a")) == [
        Never(2, (0, 1))
    ]


def test_a_value_that_no_ticket_can_have_is_found_also_where_every_rule_counts() -> None:
    assert found(rule(severity="SEV9"), rule(team="nobody"), rule(state="new"), first_wins=False) == [
        Never(0),
        Never(1),
    ]


def test_where_every_rule_counts_none_covers_another() -> None:
    assert found(rule(), rule(source="a"), first_wins=False) == []


def test_lists_match_by_one_element_and_are_empty_where_nothing_is_asked_of_them() -> None:
    assert found(rule(breached="resolve"), rule(breached=["resolve"], source="a"), rule(source="a")) == [Never(1, (0,))]


def test_labels_are_facts_of_their_own() -> None:
    first, second = rule(**{"labels.env": "prod"}), rule(**{"labels.env": "prod", "labels.zone": "a"})
    assert found(first, second) == [Never(1, (0,))]
    assert found(second, first) == []


@pytest.mark.parametrize(
    "expressions",
    [
        ('reassignments > 3 && severity == "SEV1"',),
        ('title.contains("db") && title.contains("prod")',),
        ('labels.env == "prod"',),
        ('labels["env"] == "prod" && like >= 5',),
        ("age > 3600", "age > 7200 || like > 2"),
        ('title.startsWith("a")', 'title.endsWith("z")'),
        ("!acknowledged", "acknowledged"),
    ],
)
def test_expressions_that_can_be_true_are_not_found(expressions: tuple[str, ...]) -> None:
    assert found(*(rule(one) for one in expressions)) == []


def test_an_expression_that_is_never_true_is_found_by_sampling_and_says_so() -> None:
    (one,) = found(rule('severity == "SEV1" && severity == "SEV2"'))
    assert (one.rule, one.by) == (0, ())
    assert one.tried > 0


def test_an_expression_whose_every_example_is_taken_is_found_by_sampling() -> None:
    (one,) = found(rule("age > 3600"), rule("age > 7200"))
    assert (one.rule, one.by, one.tried > 0) == (1, (0,), True)


def test_an_expression_within_what_was_matched_is_proved() -> None:
    assert found(rule(source="a"), rule("age > 7200", source="a")) == [Never(1, (0,))]


def test_an_expression_over_a_matched_pattern_is_tried_with_what_it_names() -> None:
    assert found(rule('title.contains("prod")', title="*db*")) == []


SMALL: dict[str, tuple[object, ...]] = {
    "severity": ("SEV1", "SEV2", "SEV3", "SEV4"),
    "source": ("a", "ab", "ax", "b", "xb", "other"),
    "acknowledged": (True, False),
}
_MATCH = st.fixed_dictionaries(
    {},
    optional={
        "severity": st.lists(st.sampled_from(["SEV1", "SEV2", "SEV3", "SEV4"]), min_size=1, max_size=3),
        "source": st.lists(st.sampled_from(["a", "b", "a*", "*b", "*"]), min_size=1, max_size=2),
        "acknowledged": st.lists(st.sampled_from(["true", "false"]), min_size=1, max_size=2),
    },
)


@given(st.lists(_MATCH, min_size=1, max_size=6))
def test_what_is_proved_is_what_trying_every_ticket_finds(matches: list[dict[str, list[str]]]) -> None:
    rules = [rule(**one) for one in matches]
    tickets = [dict(zip(SMALL, chosen, strict=True)) for chosen in itertools.product(*SMALL.values())]
    tickets += [{**one, "source": other} for one in tickets for other in ("axb", "xb")]
    first = {
        next((number for number, one in enumerate(rules) if one.condition.holds(VALUES.facts(ticket))), -1)
        for ticket in tickets
    }
    assert {one.rule for one in found(*rules)} == set(range(len(rules))) - first
