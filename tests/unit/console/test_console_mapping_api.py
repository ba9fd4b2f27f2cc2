"""The API for mappings."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from console_fakes import FakeDesk, application
from flask.testing import FlaskClient
from mapping_fakes import FakeMappingDesk

from core.mapdesk import Edit
from core.maptrial import Trial

DANA: dict[str, Any] = {"by": "dana", "note": "why", "edited": 2}


@pytest.fixture
def mappings() -> FakeMappingDesk:
    return FakeMappingDesk()


@pytest.fixture
def client(desk: FakeDesk, mappings: FakeMappingDesk) -> FlaskClient:
    return application(desk, mappings=mappings).test_client()


def test_mappings_are_listed_and_shown_with_their_versions(client: FlaskClient) -> None:
    (row,) = client.get("/api/v1/mappings").get_json()["mappings"]
    assert row | {"name": "watcher", "version": 2, "by": "dana", "at": "2026-03-02T09:00:00Z"} == row
    page = client.get("/api/v1/mappings/watcher").get_json()
    assert (page["mapping"]["name"], page["text"]) == ("watcher", "title: Watcher\n")
    assert page["versions"][0]["note"] == "new names"
    assert client.get("/api/v1/mappings/watcher/versions/1").get_json()["text"] == "# watcher 1\n"
    missing = client.get("/api/v1/mappings/wacher")
    assert (missing.status_code, "Did you mean" in missing.get_json()["error"]) == (404, True)


def test_mistakes_are_told_with_document_line_and_path(client: FlaskClient) -> None:
    answer = client.post("/api/v1/mappings/validate", json={"name": "watcher", "text": "broken"}).get_json()
    (mistake,) = answer["mistakes"]
    assert not answer["valid"]
    assert (mistake["file"], mistake["line"], mistake["path"]) == ("mappings/watcher/mapping.yaml", 3, "shapes[0].kind")
    assert client.post("/api/v1/mappings/validate", json={"name": "watcher", "text": "good"}).get_json()["valid"]
    refused = client.put("/api/v1/mappings/watcher", json={"text": "broken", **DANA})
    assert (refused.status_code, len(refused.get_json()["mistakes"])) == (422, 1)


def test_a_save_keeps_who_and_why_and_the_version_it_began_from(client: FlaskClient, mappings: FakeMappingDesk) -> None:
    answer = client.put("/api/v1/mappings/watcher", json={"text": "good", **DANA})
    assert (answer.status_code, answer.get_json()["version"]["version"]) == (201, 2)
    assert mappings.done == [("save", "watcher", "good", Edit(by="dana", note="why", edited=2))]
    late = client.put("/api/v1/mappings/watcher", json={"text": "good", **DANA, "edited": 1})
    assert (late.status_code, late.get_json()["error"]) == (409, "Version 2 of the mapping watcher is in force.")


WRONG: list[dict[str, Any]] = [
    {"by": None}, {"by": ""}, {"by": "nobody.there"}, {"by": "a\nb"}, {"edited": None}, {"edited": "2"},
    {"edited": -1}, {"edited": True}, {"edited": 2**40}, {"note": 7}, {"text": None}, {"text": ["a"]}, {"text": " "},
]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_a_save_that_says_too_little_is_refused(
    client: FlaskClient, mappings: FakeMappingDesk, wrong: dict[str, Any]
) -> None:
    answer = client.put("/api/v1/mappings/watcher", json={"text": "good", **DANA, **wrong})
    assert answer.status_code == 422
    assert answer.get_json()["error"].endswith((".", "?"))
    assert mappings.done == []


def test_a_rollback_needs_its_version(client: FlaskClient, mappings: FakeMappingDesk) -> None:
    assert client.post("/api/v1/mappings/watcher/rollback", json={"version": 1, **DANA}).status_code == 200
    assert mappings.done == [("rollback", "watcher", 1, Edit(by="dana", note="why", edited=2))]
    assert client.post("/api/v1/mappings/watcher/rollback", json=DANA).status_code == 422


def test_a_body_is_tried_as_text_as_bytes_or_as_it_was_stored(client: FlaskClient, mappings: FakeMappingDesk) -> None:
    raw = base64.b64encode(b"\xff").decode()
    for given in ({"body": "{}", "headers": {"X-A": "b"}}, {"base64": raw}, {"delivery": 41}):
        answer = client.post("/api/v1/mappings/try", json={"name": "watch", **given})
        assert (answer.status_code, answer.get_json()["understood"]) == (200, False)
    trials = [one for _, one in mappings.done if isinstance(one, Trial)]
    assert trials[0] == Trial(name="watch", body=b"{}", headers={"x-a": "b"})
    assert trials[1].body == b"\xff"
    assert trials[2].headers["content-type"] == "application/json"
    for given in ({}, {"body": 7}, {"base64": "~"}, {"body": "", "headers": ["a"]}, {"body": "", "headers": {"a": 1}}):
        assert client.post("/api/v1/mappings/try", json={"name": "watch", **given}).status_code == 422
    assert client.post("/api/v1/mappings/try", json={"name": "watch", "delivery": 99}).status_code == 404


def test_a_comparison_is_bounded(client: FlaskClient, mappings: FakeMappingDesk) -> None:
    answer = client.post("/api/v1/mappings/watcher/diff", json={"text": "new", "limit": 50}).get_json()
    assert answer["changes"]
    assert answer["comparison"]["deliveries"][0]["differences"][0]["before"] == "a"
    assert mappings.done == [("diff", {"watcher": "new"}, 50, 10.0, None)]
    for limit in (0, 10**6, "5"):
        assert client.post("/api/v1/mappings/watcher/diff", json={"text": "", "limit": limit}).status_code == 422


def test_few_try_at_once(client: FlaskClient, mappings: FakeMappingDesk) -> None:
    statuses = []

    def inner() -> None:
        mappings.meanwhile = lambda: statuses.append(_tried(client))
        statuses.append(_tried(client))

    mappings.meanwhile = inner
    assert _tried(client) == 200
    assert statuses == [429, 200]
    mappings.meanwhile = lambda: None
    assert _tried(client) == 200


def _tried(client: FlaskClient) -> int:
    return client.post("/api/v1/mappings/try", json={"name": "watch", "body": "{}"}).status_code


def test_a_platforms_fields_are_told_and_its_failure_too(client: FlaskClient, mappings: FakeMappingDesk) -> None:
    (row,) = client.get("/api/v1/platforms/main/fields?collection=problem").get_json()["fields"]
    assert (row["field"]["name"], row["field"]["choices"], row["read"]) == (
        "state", [{"value": "1", "label": "New"}], True,
    )  # fmt: skip
    assert mappings.done == [("fields", "main", "problem")]
    down = client.get("/api/v1/platforms/down/fields")
    assert (down.status_code, "cannot be reached" in down.get_json()["error"]) == (502, True)


def test_what_nothing_knows_is_listed_and_forgotten(client: FlaskClient) -> None:
    (one,) = client.get("/api/v1/unknowns?kind=value").get_json()["unknowns"]
    assert (one["name"], one["count"], one["kind"]) == ("sev0", 12, "value")
    assert client.get("/api/v1/unknowns?kind=thing").status_code == 400
    assert client.post("/api/v1/unknowns/forget", json={"ids": [3, 4]}).get_json() == {"forgotten": 2}
    assert client.post("/api/v1/unknowns/forget", json={"ids": "all"}).get_json() == {"forgotten": 1}
    for ids in (None, [], "some", [0], [True]):
        expected = 200 if ids == [] else 422
        assert client.post("/api/v1/unknowns/forget", json={"ids": ids}).status_code == expected


CHANGES = [("PUT", "watcher"), ("POST", "watcher/rollback"), ("POST", "try"), ("POST", "validate"), ("POST", "w/diff")]


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_other_sites_and_strangers_change_nothing(
    client: FlaskClient, mappings: FakeMappingDesk, method: str, path: str
) -> None:
    where = f"/api/v1/mappings/{path}"
    body = {"text": "good", "name": "watcher", "body": "{}", "version": 1, **DANA}
    foreign = client.open(where, method=method, json=body, headers={"Sec-Fetch-Site": "cross-site"})
    form = client.open(where, method=method, data="{}", content_type="text/plain")
    stranger = client.open(where, method=method, json=body, environ_base={"REMOTE_ADDR": "10.0.0.9"})
    assert [one.status_code for one in (foreign, form, stranger)] == [403, 415, 403]
    assert mappings.done == []


def test_a_request_that_is_too_large_is_refused_before_it_is_read(
    client: FlaskClient, mappings: FakeMappingDesk
) -> None:
    answer = client.put("/api/v1/mappings/watcher", json={"text": "x" * 5_000_000, **DANA})
    assert (answer.status_code, answer.get_json()["error"]) == (413, "The request is larger than 4096 KiB.")
    assert client.post("/api/v1/mappings/watcher/rollback", json={"note": "x" * 70_000}).status_code == 413
    assert mappings.done == []
