"""What the policy page shows beside documents."""

from __future__ import annotations

import re

from docs_pages import text

from rung import history


def test_the_example_of_a_recorded_ticket_can_be_played() -> None:
    found = re.search(r"^    \{\"id\".*?\}\}\n", text("docs/policy.md"), re.MULTILINE | re.DOTALL)
    assert found
    assert history.read(found[0].encode(), "docs/policy.md").was.escalations == 1
