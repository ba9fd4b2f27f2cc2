"""The page on the API names every route that there is, and no other."""

from __future__ import annotations

import re
from typing import Any, cast

from docs_pages import text
from flask import Flask

import console
from console import mapping_api


def _routes() -> set[str]:
    app = Flask("routes")
    links = console.AcknowledgeLinks("a secret of the tests", "http://rung.example.com")
    nothing = cast("Any", None)
    app.register_blueprint(
        console.blueprint(nothing, mappings=nothing, access=nothing, clock=nothing, links=links, people=dict)
    )
    found = set()
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/"):
            path = re.sub(r"<(?:\w+:)?(\w+)>", lambda hole: hole[1].upper().rpartition("_")[2], rule.rule)
            found |= {f"{method} {path}" for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}
    return found


def test_every_route_of_the_api_is_told_and_no_other() -> None:
    told = re.findall(r"^\| `((?:GET|POST|PUT|DELETE) /api/\S+)` \|", text("docs/api.md"), re.MULTILINE)
    assert len(told) == len(set(told))
    assert set(told) == _routes()


def test_the_limits_are_those_that_hold() -> None:
    page = text("docs/api.md")
    assert f"{mapping_api.LARGEST // 1024 // 1024} MiB" in page
    assert f"{mapping_api.LARGEST_TRIAL // 1024 // 1024} MiB" in page
    assert f"after {mapping_api.SECONDS:.0f} seconds" in page
    assert mapping_api.AT_ONCE == 2
