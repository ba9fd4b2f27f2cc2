"""What every folder of the catalogue must have and do."""

import json
from pathlib import Path

import pytest
from mappings_fixtures import BODIES, FOLDERS, bound, delivery, headers, outcome

from core.ports import UnmappedError

CASES = [pytest.param(body, id=f"{body.parent.parent.name}-{body.stem}") for body in BODIES]
PLATFORMS = {"servicenow", "jira"}


@pytest.mark.parametrize("body", CASES)
def test_a_fixture_gives_the_events_written_beside_it(body: Path) -> None:
    expected = json.loads(body.with_suffix(".expected.json").read_text())
    said = headers(body)
    try:
        found = outcome(bound(body.parent.parent).events(delivery(body.read_bytes(), said)))
    except UnmappedError as error:
        found = {"unmapped": str(error).partition(": ")[2]}
    assert found == expected


def test_the_catalogue_holds_the_sources_that_rung_promises() -> None:
    assert {folder.name for folder in FOLDERS} >= {"alertmanager", "grafana", "cloudevents", "servicenow", "jira"}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_source_has_a_guide_that_says_where_to_send_and_how_to_check(folder: Path) -> None:
    guide = (folder / "README.md").read_text()
    assert "/webhooks/" in guide
    assert "## Check it" in guide


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_shape_of_a_source_is_shown_by_a_fixture(folder: Path) -> None:
    mapping = bound(folder)
    shown = set()
    for body in (body for body in BODIES if body.parent.parent == folder):
        shown |= {shape.where.path for shape in mapping.shapes_of(delivery(body.read_bytes(), headers(body)))}
    assert shown == {shape.where.path for shape in mapping.mapping.shapes}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_source_tells_bodies_that_it_does_not_know(folder: Path) -> None:
    with pytest.raises(UnmappedError, match=rf"mappings/{folder.name}/mapping\.yaml:\d+: "):
        bound(folder).events(delivery(b'{"hello": "world"}', {}))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_source_shows_what_it_declines_or_does_not_know(folder: Path) -> None:
    """Events alone are half the story: the fixtures hold a test, a ping or a word that no table knows as well."""
    told = [path.read_text() for path in folder.glob("fixtures/*.expected.json")]
    assert any('"unmapped"' in text or '"declined"' in text for text in told)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_no_error_shows_what_a_body_keeps_secret(folder: Path) -> None:
    kept = dict.fromkeys(("password", "token", "api_key", "client_secret", "authorization"), "the-secret-itself")
    body = json.dumps({"hello": "world", **kept, "nested": kept}).encode()
    with pytest.raises(UnmappedError) as told:
        bound(folder).events(delivery(body, {}))
    assert "the-secret-itself" not in str(told.value)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_only_platforms_have_a_way_out(folder: Path) -> None:
    assert (bound(folder).mapping.out is not None) is (folder.name in PLATFORMS)
