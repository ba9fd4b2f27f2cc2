"""Links of sources whose bodies do not say where their pages are: an option of the source says it."""

from __future__ import annotations

import pytest
from mappings_fixtures import BODIES, FOLDERS, delivery

from mappings import PACKAGED
from rung.live import packaged

CATALOGUE = packaged()
LINKS = {
    "graylog": ("event-of-a-group", None, "https://there.example.com/alerts/01JAZZJAKS82TDZAE82E0WAENT/replay-search"),
    "opsgenie": (
        "create",
        "https://app.opsgenie.com/alert/detail/3d3c1b5a-7a52-4f0c-9f5e-0f6f3c2b1a90-1772439330104/details",
        "https://there.example.com/alert/detail/3d3c1b5a-7a52-4f0c-9f5e-0f6f3c2b1a90-1772439330104/details",
    ),
}
"""A fixture, its link without the option, and the one with it."""


def link(source: str, fixture: str, **options: str) -> str | None:
    (body,) = (one for one in BODIES if (one.parent.parent.name, one.stem) == (source, fixture))
    bound = CATALOGUE[source].bind(source, options=options)
    return bound.events(delivery(body.read_bytes(), {})).events[0].link


@pytest.mark.parametrize("source", LINKS)
def test_the_option_web_says_where_a_source_s_pages_are(source: str) -> None:
    fixture, without, with_it = LINKS[source]
    assert link(source, fixture) == without
    assert link(source, fixture, web="https://there.example.com") == with_it


def test_every_source_that_asks_for_the_option_is_here_and_tells_it_in_its_guide() -> None:
    asking = {folder.name for folder in FOLDERS if "$option.web" in (folder / "mapping.yaml").read_text()}
    assert set(LINKS) == asking
    assert all("options: {web: " in (PACKAGED / source / "README.md").read_text() for source in asking)
