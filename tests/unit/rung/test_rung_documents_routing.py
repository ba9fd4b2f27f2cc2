"""What policy.yaml says of routing and roll-out, and what roster.yaml says of skills and languages."""

from __future__ import annotations

import pytest

from core.policy import Policy, RollOut, Within
from rung import documents

ROSTER = """\
people:
  dana: {name: Dana, notify: ["mailto://a.example.com?to=dana@example.com"], skills: [Postgres], languages: [fr, pt-BR]}
teams:
  pay: {name: Payments, on_call: {L1: {people: [dana]}}}
"""
SERVICES = "services: {shop: {name: Shop, team: pay}}\n"


def read(policy: str, roster: str = ROSTER) -> documents.Configuration:
    return documents.read({"roster.yaml": roster, "policy.yaml": SERVICES + policy}, ())


def policy(text: str) -> Policy:
    return read(text).policy


def mistakes(text: str, roster: str = ROSTER) -> list[str]:
    with pytest.raises(documents.DocumentsError) as caught:
        read(text, roster)
    return [str(one) for one in caught.value.problems]


def test_a_rule_is_read_with_its_condition_team_skill_and_reason() -> None:
    found = policy(
        """\
routing:
  rules: [{name: dbs, match: {configuration_item: pg-*}, when: level == 0, team: pay, skill: postgres, because: theirs}]
"""
    )
    (rule,) = found.routing.rules
    assert (rule.name, rule.team, rule.skill, rule.because) == ("dbs", "pay", "postgres", "theirs")
    assert rule.condition.holds({"configuration_item": "PG-7", "level": 0})
    assert not rule.condition.holds({"configuration_item": "ora-7", "level": 0})


def test_a_team_can_have_a_way_of_its_own_and_the_default_is_who_is_on_call() -> None:
    found = policy("routing: {within_team: {pay: round_robin}, by_language: true}").routing
    assert (found.chooses("pay"), found.chooses("other")) == (Within.ROUND_ROBIN, Within.ON_CALL)
    assert found.by_language
    assert policy("").routing.chooses("pay") is Within.ON_CALL


def test_people_have_skills_and_languages() -> None:
    person = read("").roster.people["dana"]
    assert person.knows("postgres")
    assert person.speaks("pt")
    assert not person.speaks("de")


def test_shadow_mode_is_for_services_teams_or_everything() -> None:
    assert policy("roll_out: {shadow: {services: [shop], teams: [pay]}}").roll_out == RollOut(
        services=frozenset({"shop"}), teams=frozenset({"pay"})
    )
    assert policy("roll_out: {shadow: {everything: true}}").roll_out.why("", "")
    assert not policy("").roll_out.why("shop", "pay")


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("routing: {default_team: pya}", "routing.default_team: there is no team “pya”. Did you mean “pay”?"),
        ("routing: {rules: [{name: a, team: pya}]}", "routing.rules[0].team: there is no team “pya”."),
        ("routing: {within_team: {pya: on_call}}", "routing.within_team.pya: there is no team “pya”."),
        ("routing: {within: on_cal}", "routing.within: cannot be “on_cal”. Did you mean “on_call”?"),
        ("routing: {rules: [{name: a, match: {category: x}}]}", "says neither a team nor a skill."),
        ("routing: {rules: [{name: a, team: pay, match: {categry: x}}]}", "is no fact of a ticket."),
        ("roll_out: {shadow: {services: [shp]}}", "roll_out.shadow.services[0]: there is no service “shp”."),
        ("roll_out: {shadow: {teams: [pya]}}", "roll_out.shadow.teams[0]: there is no team “pya”."),
    ],
)
def test_what_cannot_be_meant_is_told_with_the_place(text: str, mistake: str) -> None:
    assert any(mistake in one for one in mistakes(text)), mistakes(text)


def test_a_skill_that_nobody_has_is_a_warning() -> None:
    warnings = [str(one) for one in read("routing: {rules: [{name: a, skill: cobol}]}").warnings]
    assert any("nobody on the roster has the skill “cobol”" in one for one in warnings)
    assert not read("routing: {rules: [{name: a, skill: POSTGRES}]}").warnings


def test_a_language_is_given_by_its_tag() -> None:
    said = mistakes("", ROSTER.replace("[fr, pt-BR]", "[French people]"))
    assert any("is not a language tag." in one for one in said)
