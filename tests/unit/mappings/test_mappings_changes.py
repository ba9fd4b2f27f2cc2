"""What a mapping says of the fields that a change was about."""

from collections.abc import Callable

import pytest

from core.model import Event
from mappings import MappingDocumentError

Make = Callable[..., Event]
RULE = "changed: {of: log.items, name: [id, field], table: {summary: title, priority: [impact, urgency]}}"


def test_names_become_the_fields_that_they_make(event: Make) -> None:
    items = [{"id": "priority"}, {"field": "summary"}, {"field": "rank"}]
    assert event(RULE, {"log": {"items": items}}).changed == {"title", "impact", "urgency"}


def test_a_list_of_names_needs_no_name(event: Make) -> None:
    assert event("changed: {of: names, table: {a: title}}", {"names": ["a", "b", 7]}).changed == {"title"}


@pytest.mark.parametrize("body", [{}, {"log": None}, {"log": {"items": "summary"}}])
def test_without_a_list_nothing_is_said(event: Make, body: dict[str, object]) -> None:
    assert event(RULE, body).changed is None


def test_a_change_of_nothing_that_we_know_is_said_as_such(event: Make) -> None:
    assert event(RULE, {"log": {"items": [{"field": "rank"}, {}, None]}}).changed == frozenset()


def test_a_field_that_no_event_has_is_a_mistake(event: Make) -> None:
    with pytest.raises(MappingDocumentError, match="An event has no field “titel”"):
        event("changed: {of: a, table: {summary: titel}}", {})
