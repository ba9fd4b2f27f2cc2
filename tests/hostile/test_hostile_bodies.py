"""Bodies that break parsers, to every kind of source: stored, understood or not, and shown everywhere."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.hostile import senders, zoo
from tests.hostile.inside import Inside

WELL = {"applied", "declined", "unmapped"}
DOES_SOMETHING = ("<script>alert", "<img src=x", 'href="javascript', "\x1b", "\x00", "\u202e")


@pytest.fixture(scope="module")
def fed(inside: Inside) -> Inside:
    """Everything was sent to every source, and worked off."""
    for source in senders.SOURCES:
        for name, body in [*zoo.bodies(), *zoo.texts(source).items()]:
            answer = senders.send(inside.client, source, body)
            assert answer.status_code == 202, f"{source}: {name}: {answer.status_code} {answer.text}"
    while inside.app.intake.drain():
        pass
    return inside


def test_whatever_was_sent_is_stored_and_brings_nothing_down(fed: Inside) -> None:
    with fed.app.parts.database.connect() as connection:
        found = connection.execute(text("SELECT id, source, status, error FROM deliveries")).all()
    assert [row for row in found if row.status not in WELL] == []
    assert {row.source for row in found} >= set(senders.SOURCES)


def test_every_page_can_be_looked_at_and_shows_words_as_words(fed: Inside) -> None:
    tickets = [one["id"] for one in fed.client.get("/api/v1/tickets?limit=1000").get_json()["tickets"]]
    deliveries = [one["id"] for one in fed.client.get("/api/v1/deliveries?limit=1000").get_json()["deliveries"]]
    assert len(tickets) > 10
    pages = ["/", "/board", "/actions", "/deliveries", *(f"/tickets/{one}" for one in tickets)]
    for path in [*pages, *(f"/deliveries/{one}" for one in deliveries)]:
        page = fed.client.get(path)
        assert page.status_code == 200, f"{path}: {page.status_code}"
        assert [one for one in DOES_SOMETHING if one in page.text] == [], path


def test_the_api_and_the_metrics_answer_too(fed: Inside) -> None:
    for path in ("tickets", "deliveries", "actions", "unknowns", "status", "sources", "drift"):
        assert fed.client.get(f"/api/v1/{path}").status_code == 200
    for one in fed.client.get("/api/v1/tickets?limit=1000").get_json()["tickets"]:
        assert fed.client.get(f"/api/v1/tickets/{one['id']}").status_code == 200
    assert fed.client.get("/metrics").status_code == 200
