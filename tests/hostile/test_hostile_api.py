"""The API under requests made from its own description, good ones and bad ones."""

from __future__ import annotations

import pytest
from schemathesis import GenerationMode

from console.openapi import CALLS
from tests.hostile.calls import attack, operations
from tests.hostile.inside import Inside

EXAMPLES = 5
KNOWN = {200, 201, 202, 400, 404, 409, 413, 415, 422, 429, 502}


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_every_route_answers_as_it_says_and_refuses_all_else_in_json(inside: Inside, mode: GenerationMode) -> None:
    seen = {one.label: attack(one, EXAMPLES, 1, mode) for one in operations(inside.flask)}
    assert len(seen) == len(CALLS) - 1  # all but the description itself
    assert {label: set(statuses) - KNOWN for label, statuses in seen.items() if set(statuses) - KNOWN} == {}
