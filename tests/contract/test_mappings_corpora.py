"""Every real body of the corpora says what a person says that it says, through the source that is meant for it."""

import json
from contextlib import suppress

import pytest
from corpora_rows import Row
from corpora_tables import DECLINED, REVIEWED, TWICE, UNMAPPED
from mappings_corpora import CORPORA, bodies, headers, normalized
from mappings_fixtures import delivery

from core.model import Event
from core.ports import UnmappedError
from rung.live import packaged

KINDS = {
    "**created**": "created",
    "**commented**": "commented",
    "**edited comment**": "comment_edited",
    "**deleted comment**": "comment_deleted",
}
CASES = [(source, name) for source, table in REVIEWED.items() for name in table]


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


@pytest.mark.parametrize(("source", "name"), CASES)
def test_a_real_body_says_what_was_reviewed(source: str, name: str) -> None:
    found = normalized(source, name)
    assert tuple(row(event) for event in found.events) == REVIEWED[source][name]
    assert not found.declined


@pytest.mark.parametrize("name", UNMAPPED)
def test_a_body_that_says_too_little_is_told_as_unmapped(name: str) -> None:
    source, told, why = UNMAPPED[name]
    assert why
    with pytest.raises(UnmappedError) as error:
        normalized(source, name)
    assert told.replace("“", '"').replace("”", '"') in str(error.value).replace("“", '"').replace("”", '"')


@pytest.mark.parametrize("name", DECLINED)
def test_a_body_that_is_not_for_us_is_declined_with_the_reason(name: str) -> None:
    source, told, why = DECLINED[name]
    assert why
    found = normalized(source, name)
    assert found.events == ()
    assert found.declined
    assert all(told in reason for reason in found.declined)


def headlines() -> list[tuple[str, str]]:
    cases = json.loads((CORPORA / "jira" / "mattermost" / "_expected.json").read_text())
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


def test_every_body_of_the_corpora_is_in_exactly_one_table() -> None:
    listed = [name for table in REVIEWED.values() for name in table] + list(UNMAPPED) + list(DECLINED)
    assert TWICE == []
    assert sorted(listed) == sorted(bodies())


@pytest.mark.parametrize("source", sorted(packaged()))
def test_no_body_of_any_tool_ends_as_anything_but_events_or_unmapped(source: str) -> None:
    mapping = packaged()[source].bind(source)
    for name in bodies():
        with suppress(UnmappedError):
            mapping.events(delivery((CORPORA / name).read_bytes(), headers(name)))
