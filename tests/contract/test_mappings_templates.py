"""The payloads that a source's guide gives to paste: they are what the fixtures show, and they can be pasted."""

from __future__ import annotations

import json
import re

import pytest
from mappings_fixtures import BODIES, FOLDERS

BLOCK = re.compile(r"^```json\n(.*?)^```", re.MULTILINE | re.DOTALL)
VARIABLE = re.compile(r'"\$[A-Z]|\{\{|\{[A-Z]')
"""What the tool is to fill in: a block of JSON without any is an example, not a payload to paste."""
TEMPLATES = {
    folder.name: found[1]
    for folder in FOLDERS
    if (found := BLOCK.search((folder / "README.md").read_text())) and VARIABLE.search(found[1])
}
UNQUOTED = re.compile(r"(?<=: )\{\{#if .*?\{\{/if\}\}|(?<=[ \[])\{\{[^{}]*\}\}|(?<=: )\{[A-Z]\w*\}")
FILLED = {name: json.loads(UNQUOTED.sub("0", text)) for name, text in TEMPLATES.items()}
"""The templates with a number for what their tool fills in without quotes."""


def test_there_are_templates() -> None:
    assert set(TEMPLATES) >= {"datadog", "dynatrace", "librenms", "newrelic"}


@pytest.mark.parametrize("source", TEMPLATES)
def test_a_template_has_the_keys_that_a_fixture_of_its_source_shows(source: str) -> None:
    shown = [json.loads(body.read_text()) for body in BODIES if body.parent.parent.name == source]
    assert any(isinstance(body, dict) and list(body) == list(FILLED[source]) for body in shown)
