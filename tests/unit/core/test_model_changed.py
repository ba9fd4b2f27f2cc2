"""Frozen values with some fields changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.model import Ticket
from core.model.changed import changed
from tests.unit.core.conftest import NOON, Story


def test_a_changed_value_is_what_replace_makes_and_leaves_the_old_one_alone() -> None:
    ticket = Story().fires().ticket
    assert isinstance(ticket, Ticket)
    before = replace(ticket)
    made = changed(ticket, {"owner": "lee", "level": 2})
    assert made == replace(ticket, owner="lee", level=2)
    assert ticket == before
    assert made.records is ticket.records


def test_a_name_that_is_no_field_is_refused() -> None:
    with pytest.raises(KeyError):
        changed(Story().fires().opened, {"due": NOON})
