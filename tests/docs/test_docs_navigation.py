"""Every page has its place in the site's navigation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml
from docs_pages import named, pages, text

from manual.hooks import filled
from manual.pages import places


class _Loader(yaml.SafeLoader):
    """Reads mkdocs.yml without the functions that it names."""


_Loader.add_multi_constructor("tag:yaml.org,2002:python/name:", lambda *_: None)
NAVIGATION = filled(yaml.load(text("mkdocs.yml"), _Loader)["nav"])  # noqa: S506 - a safe loader


def _told(entry: Any) -> Iterator[str]:
    if isinstance(entry, str):
        yield entry
    for below in entry.values() if isinstance(entry, dict) else entry if isinstance(entry, list) else ():
        yield from _told(below)


def test_every_page_has_its_place_in_the_navigation() -> None:
    placed = set(_told(NAVIGATION))
    lost = [
        f"\n{path} has no place in the navigation: put a line such as `- Its name: {place}` under `nav` in"
        " mkdocs.yml, where the question comes up that the page answers"
        for path, place in places().items()
        if place not in placed
    ]
    assert not lost, "".join(lost)


def test_no_place_in_the_navigation_is_empty_or_taken_twice() -> None:
    told = list(_told(NAVIGATION))
    assert set(told) <= set(places().values())
    assert {one: told.count(one) for one in told if told.count(one) > 1} == {}


def test_every_page_that_is_committed_is_in_the_site() -> None:
    assert {named(page) for page in pages()} == set(places())
