"""The guide of the mapping for any JSON teaches how to make one's own of it: its example does what the guide says."""

import json
import re
from datetime import UTC, datetime
from textwrap import dedent

from mappings_made import delivery

from core.model import Event, State
from mappings import PACKAGED, load_catalogue

GUIDE = (PACKAGED / "json" / "README.md").read_text().partition("## A mapping of your own")[2]


def block(language: str) -> str:
    found = re.search(rf"^ *```{language}\n(.*?)^ *```", GUIDE, re.DOTALL | re.MULTILINE)
    assert found
    return dedent(found[1])


def event(**changed: object) -> Event:
    mapping = load_catalogue([PACKAGED], {"lighthouse": block("yaml")})["lighthouse"].bind("lighthouse")
    return mapping.events(delivery({**json.loads(block("json")), **changed})).events[0]


def test_the_example_reads_the_tool_s_own_names_and_takes_the_rest_from_the_mapping_below() -> None:
    told = event()
    assert (told.key, told.state, told.title, told.region) == (
        "lamp LH-7",
        State.NEW,
        "The light of LH-7 is out",
        "north",
    )
    assert told.occurred_at == datetime(2026, 3, 2, 8, 15, 30, tzinfo=UTC)
    assert told.description == "The bulb is broken"


def test_the_example_knows_the_tool_s_word_for_the_end_and_the_common_ones() -> None:
    assert event(light="lit").state is State.RESOLVED
    assert event(light="ok").state is State.RESOLVED
