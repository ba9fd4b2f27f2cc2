"""What policy.yaml says of how a ticket's records follow each other."""

from __future__ import annotations

import pytest

from core.policy import Sync, WorksOn
from core.policy.sync import Closes, Losing, Returned
from rung import documents

PLATFORMS = """\
platforms:
  snow: {kind: servicenow, url: "https://snow.example.com", auth: {api_key: {key: "${K}"}}, user: rung}
  eng: {kind: jira, url: "https://eng.example.com", project: ENG, auth: {basic: {user: a, password: "${P}"}}}
"""
SERVICES = "services: {shop: {name: Shop, team: pay}}\n"
ROSTER = "teams: {pay: {name: Payments}}\n"
BOTH = frozenset({"snow", "eng"})


def read(policy: str) -> documents.Configuration:
    texts = {"platforms.yaml": PLATFORMS, "roster.yaml": ROSTER, "policy.yaml": SERVICES + policy}
    return documents.read(texts, ("servicenow", "jira"))


def sync(text: str) -> Sync:
    return read(text).policy.sync


def mistakes(text: str) -> list[str]:
    with pytest.raises(documents.DocumentsError) as caught:
        read(text)
    return [str(one) for one in caught.value.problems]


def test_without_the_section_what_a_person_changes_stays_theirs() -> None:
    found = sync("")
    assert found == Sync()
    assert found.leader("title", {}, "snow", BOTH) == "person"
    assert found.on_losing({}, "snow") is Losing.WRITE_BACK
    assert found.on_closing({}, "snow") is Closes.LINKED_RESOLVES_ORIGIN
    assert found.on_returning({}, "snow") is Returned.CLOSE


def test_each_field_has_a_side_that_leads_it() -> None:
    found = sync("sync: {fields: {title: last_writer, severity: rung, urgency: person, state: eng}, losing: leave}")
    names = ("title", "description", "impact", "urgency", "state", "resolution", "hold_reason")
    leaders = [found.leader(one, {}, "snow", BOTH) for one in names]
    assert leaders == ["last_writer", "person", "rung", "person", "eng", "eng", "eng"]
    assert found.on_losing({}, "snow") is Losing.LEAVE


def test_a_platform_leads_nothing_of_a_ticket_that_has_no_record_there() -> None:
    assert sync("sync: {fields: {title: eng}}").leader("title", {}, "snow", {"snow"}) == "person"


def test_the_first_rule_that_holds_and_speaks_of_a_matter_decides_it() -> None:
    found = sync(
        """\
sync:
  fields: {title: snow}
  closes: together
  rules:
    - {name: problems, match: {kind: problem}, fields: {title: eng}, returned: leave}
    - {name: that pair, between: [eng], fields: {title: rung, state: eng}, closes: separately}
"""
    )
    problem, incident = {"kind": "problem"}, {"kind": "incident"}
    assert [found.leader("title", one, "eng", BOTH) for one in (problem, incident)] == ["eng", "rung"]
    assert found.leader("title", incident, "snow", BOTH) == "snow"
    assert found.leader("state", problem, "eng", BOTH) == "eng"
    assert (found.on_closing(problem, "snow"), found.on_closing(problem, "eng")) == (Closes.TOGETHER, Closes.SEPARATELY)
    assert found.on_returning(problem, "snow") is Returned.LEAVE


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("sync: {fields: {titel: rung}}", "has no field “titel”. Did you mean “title”?"),
        ("sync: {fields: {title: enh}}", "sync.fields.title: there is no side “enh”. Did you mean “eng”?"),
        ("sync: {losing: keep}", "sync.losing: cannot be “keep”."),
        ("sync: {rules: [{name: a, match: {kind: problem}}]}", "says nothing."),
        ("sync: {rules: [{name: a, between: [sno], closes: together}]}", "there is no platform “sno”."),
        ("sync: {rules: [{name: a, fields: {state: sno}}]}", "sync.rules[0].fields.state: there is no side “sno”."),
        ('sync: {comments: {prefix: "{author}:"}}', "sync.comments.prefix: must name {time}."),
        ("sync: {field: {title: rung}}", "sync.field: is not known here. Did you mean “fields”?"),
    ],
)
def test_what_cannot_be_meant_is_told_with_the_place(text: str, mistake: str) -> None:
    assert any(mistake in one for one in mistakes(text)), mistakes(text)


def team(works_on: str) -> documents.Configuration:
    texts = {"platforms.yaml": PLATFORMS, "roster.yaml": f"teams: {{pay: {{name: Payments, works_on: {works_on}}}}}\n"}
    return documents.read({**texts, "policy.yaml": SERVICES}, ("servicenow", "jira"))


def test_a_team_works_on_a_platform_in_a_project_or_table_there() -> None:
    assert team("{platform: eng, issue_type: Bug}").roster.teams["pay"].works_on == WorksOn("eng", "", "Bug")
    assert team("{platform: snow, table: problem}").roster.teams["pay"].works_on == WorksOn("snow", "problem")
    assert read("").roster.teams["pay"].works_on is None


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("{platform: enh}", "works_on.platform: there is no platform “enh”. Did you mean “eng”?"),
        ("{platform: eng, table: incident}", "works_on.table: eng has none."),
        ("{platform: snow, project: ENG}", "works_on.project: snow has none."),
        ("{project: ENG}", "works_on.platform: is missing."),
    ],
)
def test_a_team_cannot_work_where_nothing_is(text: str, mistake: str) -> None:
    with pytest.raises(documents.DocumentsError) as caught:
        team(text)
    assert any(mistake in str(one) for one in caught.value.problems), caught.value.problems
