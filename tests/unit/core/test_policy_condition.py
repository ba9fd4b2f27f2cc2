"""When a rule holds."""

from __future__ import annotations

import pytest

from core.model import Ticket
from core.policy import ALWAYS, Condition, facts_of
from core.policy.condition import misread
from core.policy.facts import NAMES
from tests.unit.core.conftest import NOON, Story, a_policy

FACTS = {
    "severity": "SEV2",
    "labels": {"region": "EMEA"},
    "risk": ["security", "privacy"],
    "like": 3,
    "exhausted": True,
}


@pytest.mark.parametrize(
    ("match", "holds"),
    [
        ({"severity": ("SEV1", "sev2")}, True),
        ({"severity": ("SEV1",)}, False),
        ({"labels.region": ("em*",)}, True),
        ({"labels.zone": ("*",)}, True),
        ({"labels.zone": ("a",)}, False),
        ({"risk": ("privacy",)}, True),
        ({"risk": ("safety",)}, False),
        ({"like": ("3",), "exhausted": ("true",)}, True),
        ({"severity": ("SEV[12]",)}, False),
    ],
)
def test_every_fact_must_have_one_of_its_values(match: dict[str, tuple[str, ...]], holds: bool) -> None:
    assert Condition(match=match).holds(FACTS) is holds


def test_an_expression_must_be_true_and_one_that_fails_does_not_hold() -> None:
    assert Condition(match={}, when="like >= 3 && labels.region == 'EMEA'").holds(FACTS)
    assert not Condition(match={}, when="like > 3").holds(FACTS)
    assert not Condition(match={}, when="labels.nothing == 'x'").holds(FACTS)
    assert not Condition(match={}, when="like").holds(FACTS)
    assert ALWAYS.holds({})


def test_what_is_wrong_with_a_condition_is_told() -> None:
    assert [key for key, _ in misread({"severty": ("SEV1",), "labels.x": ("y",)}, "lik > 3")] == [
        "match.severty",
        "when",
    ]
    assert misread({}, "like >")[0][0] == "when"
    assert misread({}, "risks.exists(one, one == 'x')")[0][1].startswith("uses risks")
    assert misread({"risk*": ("x",)}, "labels.exists(one, one == 'x')")[0][0] == "match.risk*"
    assert misread({}, "x" * 1001)[0][1].startswith("is longer")


def test_an_expression_that_would_never_end_or_eat_all_memory_is_refused() -> None:
    nested = "true"
    for index in range(12):
        nested = f"[0,0,0,0,0,0,0,0,0,0].all (x{index}, {nested})"
    doubled = "[title]" + ".map(a, a + a)" * 40 + "[0] == title"
    commented = "[title]" + ".map//\n(a, a + a)" * 40 + "[0] == title"
    for when in (nested, doubled, commented):
        assert misread({}, when)[0] == ("when", "goes through lists more than 2 times; make several rules of it.")
    assert not misread({}, "risk.exists(x, x == 'privacy') && labels.all(x, x != 'test')")


def test_every_fact_that_a_rule_may_name_is_known_of_every_ticket() -> None:
    ticket = Story().fires().ticket
    assert isinstance(ticket, Ticket)
    assert set(facts_of(ticket, a_policy(), NOON)) == NAMES
