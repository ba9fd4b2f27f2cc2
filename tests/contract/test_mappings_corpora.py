"""Every real body of the corpora that is meant for one of our sources says what a person says that it says."""

import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import pytest
from mappings_fixtures import delivery
from mappings_reviewed import DECLINED, JIRA, REVIEWED, UNMAPPED, Row

import mappings
from core.model import Event, Normalized
from core.ports import UnmappedError

CORPORA = Path(__file__).resolve().parents[3] / "shared" / "corpora"
CATALOGUE = mappings.load_catalogue([mappings.PACKAGED])
KINDS = {
    "**created**": "created",
    "**commented**": "commented",
    "**edited comment**": "comment_edited",
    "**deleted comment**": "comment_deleted",
}


def there(names: Iterable[str]) -> list[str]:
    """Those of the files that are here: the corpora are beside the repository, not in it."""
    return [name for name in names if (CORPORA / name).exists()]


def normalized(source: str, name: str) -> Normalized:
    mapping = CATALOGUE[source].bind(source)
    return mapping.events(delivery((CORPORA / name).read_bytes(), {"content-type": "application/json"}))


def row(event: Event) -> Row:
    """The event as the tables write it."""
    impact = event.impact.value if event.impact else "?"
    urgency = event.urgency.value if event.urgency else "?"
    return (
        event.kind.value,
        event.key,
        (event.record.key if event.record else "") or "?",
        event.state.value if event.state else "?",
        f"{impact}/{urgency}",
        "?" if event.assignee is None else event.assignee.account or "nobody",
        "?" if event.title is None else event.title or "empty",
        *(["partial"] if event.partial else []),
    )


@pytest.mark.parametrize(
    ("source", "name"), [(source, name) for source, table in REVIEWED.items() for name in there(table)]
)
def test_a_real_body_says_what_was_reviewed(source: str, name: str) -> None:
    found = normalized(source, name)
    assert [row(event) for event in found.events] == [REVIEWED[source][name]]
    assert not found.declined


@pytest.mark.parametrize("name", there(UNMAPPED))
def test_a_body_that_says_too_little_is_told_as_unmapped(name: str) -> None:
    source, told = UNMAPPED[name]
    with pytest.raises(UnmappedError, match=told):
        normalized(source, name)


@pytest.mark.parametrize("name", there(DECLINED))
def test_a_body_that_is_not_for_us_is_declined_with_the_reason(name: str) -> None:
    source, told = DECLINED[name]
    found = normalized(source, name)
    assert found.events == ()
    assert found.declined
    assert all(told in reason for reason in found.declined)


def test_both_records_of_a_list_are_told() -> None:
    bodies = there(["keep/servicenow_tests/case_l124.json"])
    for name in bodies:
        rows = [row(event) for event in normalized("servicenow", name).events]
        assert rows == [
            ("updated", "abc123", "INC0010001", "new", "1/?", "?", "Test incident 1"),
            ("updated", "def456", "INC0010002", "resolved", "3/?", "?", "Test incident 2"),
        ]


def headlines() -> list[tuple[str, str]]:
    path = CORPORA / "jira" / "mattermost" / "_expected.json"
    cases = json.loads(path.read_text()) if path.exists() else {}
    first = {name: one[0].get("headline") for name, one in cases.items()}
    return [(f"jira/mattermost/{name}", headline) for name, headline in first.items() if headline]


@pytest.mark.parametrize(("name", "headline"), headlines())
def test_a_jira_body_agrees_with_the_headline_that_another_project_derives(name: str, headline: str) -> None:
    event = normalized("jira", name).events[0]
    assert event.kind.value == next((kind for phrase, kind in KINDS.items() if phrase in headline), "updated")
    assert event.record
    assert f"[{event.record.key}: {str(event.title)[:60]}" in headline
    assert event.link is not None
    assert event.link in headline
    assert event.actor is None or headline.startswith(event.actor.label)


def test_every_jira_body_of_the_corpora_is_in_the_table() -> None:
    here = {f"jira/mattermost/{path.name}" for path in (CORPORA / "jira" / "mattermost").glob("webhook*.json")}
    assert here <= set(JIRA)


def test_the_reviewed_tables_hold_what_was_promised() -> None:
    assert sum(name.startswith("jira/") for name in JIRA) == 55
    assert all(REVIEWED.values())


@pytest.mark.parametrize("source", sorted(CATALOGUE))
def test_no_body_of_any_tool_ends_as_anything_but_events_or_unmapped(source: str) -> None:
    mapping = CATALOGUE[source].bind(source)
    for path in CORPORA.rglob("*.json"):
        with suppress(UnmappedError):
            mapping.events(delivery(path.read_bytes(), {"content-type": "application/json"}))
