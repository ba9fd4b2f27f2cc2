"""Every link leads somewhere, and every folder that needs explaining is explained and found."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from docs_pages import ROOT, anchors, committed, links, named, pages, section, text


@pytest.mark.parametrize("page", pages(), ids=named)
def test_every_link_leads_somewhere(page: Path) -> None:
    lost = []
    for link in links(page):
        target, _, anchor = link.partition("#")
        if "://" in target or target.startswith("mailto:"):
            continue
        path = (page.parent / target).resolve() if target else page
        if not path.exists() or (anchor and anchor not in anchors(path)):
            lost.append(link)
    assert not lost, f"{named(page)} links to what is not there: {lost}"


def _linked() -> set[Path]:
    return {(page.parent / link.partition("#")[0]).resolve() for page in pages() for link in links(page)}


@pytest.mark.parametrize("mark", ["mappings/*/mapping.yaml", "connectors/*/__init__.py"])
def test_every_source_and_platform_has_a_guide_that_is_linked(mark: str) -> None:
    guides = {path.parent / "README.md" for path in ROOT.glob(mark)}
    assert guides
    unexplained = {named(guide) for guide in guides if not guide.exists()}
    assert not unexplained
    assert {named(guide) for guide in guides - _linked()} == set()


def test_every_decision_is_linked_from_the_architecture() -> None:
    page = ROOT / "docs/architecture.md"
    linked = {(page.parent / link).resolve() for link in links(page)}
    assert set(ROOT.glob("docs/adr/*.md")) <= linked


def test_every_decision_has_a_number_of_its_own() -> None:
    decisions = sorted(ROOT.glob("docs/adr/*.md"))
    numbers = [int(path.name[:4]) for path in decisions]
    assert len(set(numbers)) == len(numbers)
    assert [path.read_text().split(".")[0] for path in decisions] == [f"# {number}" for number in numbers]


def test_every_page_below_docs_can_be_reached() -> None:
    assert set(ROOT.glob("docs/*.md")) <= _linked()


def test_the_readme_names_every_folder_that_holds_code_and_no_other() -> None:
    tops = {path.relative_to(ROOT).parts[0] for path in committed() if path.suffix == ".py"}
    told = section("README.md", "Where things are")
    missing = {top for top in tops if f"`{top}/`" not in told}
    assert not missing
    folders = {path.relative_to(ROOT).parts[0] for path in committed() if path.parent != ROOT}
    assert set(re.findall(r"`(\w+)/`", told)) <= folders


def test_the_readme_shows_the_board_to_those_who_cannot_see_it_too() -> None:
    picture = text("README.md").partition("![")[2].partition("](docs/board.png)")[0]
    assert len(picture) > 80
    assert "\n\n" not in picture
