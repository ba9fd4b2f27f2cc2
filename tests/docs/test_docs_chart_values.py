"""The values that pages show are values of the chart."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from docs_commands import Block, blocks
from docs_pages import pages, text
from jsonschema import Draft7Validator

_CHART = "helm/rung/README.md"
_SCHEMA: Any = json.loads(text("helm/rung/values.schema.json"))
SHOWN = [
    block
    for page in pages()
    for block in blocks(page)
    if block.language == "yaml" and (block.file == "values.yaml" or block.page == _CHART)
]


@pytest.mark.parametrize("block", SHOWN, ids=lambda block: block.where)
def test_every_value_that_a_page_shows_is_one_of_the_charts(block: Block) -> None:
    wrong = Draft7Validator(_SCHEMA).iter_errors(yaml.safe_load(block.code))
    assert [f"{block.where}: {'.'.join(map(str, one.path))}: {one.message}" for one in wrong] == []


def test_pages_show_values() -> None:
    assert {block.page for block in SHOWN} >= {_CHART, "docs/deploy-helm.md"}
