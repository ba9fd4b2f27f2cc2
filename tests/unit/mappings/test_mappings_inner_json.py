"""JSON inside a text: the rule `json`."""

import json
from collections.abc import Callable

import pytest
from mappings_made import ALERT, delivery

from core.model import Event
from mappings import BoundMapping

Load = Callable[..., BoundMapping]
FIELDS = "    title: $message.name\n    service: $message.list[0].of\n"


def told(load: Load, message: object) -> Event:
    text = ALERT.format(fields=FIELDS) + "names: {message: {json: Message}}\n"
    return load(text).events(delivery({"id": "1", "Message": message})).events[0]


def test_paths_go_on_inside_a_text_that_holds_json(load: Load) -> None:
    found = told(load, json.dumps({"name": "Disk", "list": [{"of": "shop"}]}))
    assert (found.title, found.service) == ("Disk", "shop")


@pytest.mark.parametrize("message", ["hello", "", "{", '"text"', "12", None, 7, {"name": "x"}, '{"a":' * 500, "[NaN]"])
def test_a_text_that_holds_no_object_and_no_list_says_nothing(load: Load, message: object) -> None:
    assert told(load, message).title is None


def test_what_cannot_be_stored_is_replaced_inside_too(load: Load) -> None:
    assert told(load, '{"name": "a\\u0000b\\ud800"}').title == "a\ufffdb\ufffd"
