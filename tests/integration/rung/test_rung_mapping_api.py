"""The API for mappings over the real database and the stand-ins, as a program uses it from first look to rollback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

import console
from core.store import documents as stored
from rung.mapping.sql import SqlMappingDesk
from sandbox.embedded import Sandbox
from tests.integration.world import World

WATCHER = """\
title: Watcher
shapes: [{name: alarm, kind: {is: alert}, key: id, state: {is: new}, title: TITLE}]
"""
PLATFORMS = """\
platforms:
  servicenow-main:
    kind: servicenow
    url: ADDRESS
    auth: {basic: {user: rung.integration, password: "${SANDBOX_PASSWORD}"}}
sources:
  watch: {mapping: watcher, auth: {bearer: {secrets: ["${WATCH}"]}}}
"""


@pytest.fixture
def client(database: Engine, postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    world = World(postgres_url, tmp_path_factory.mktemp("world"))
    yield world.flask.test_client()
    world.close()


def put(client: FlaskClient, title: str, edited: int, by: str = "dana.reyes") -> tuple[int, dict[str, object]]:
    body = {"text": WATCHER.replace("TITLE", title), "by": by, "note": f"shows {title}", "edited": edited}
    answer = client.put("/api/v1/mappings/watcher", json=body)
    return answer.status_code, answer.get_json()


def test_a_mapping_is_written_tried_compared_saved_and_rolled_back(client: FlaskClient, database: Engine) -> None:
    assert put(client, "host", 0)[0] == 201
    with database.begin() as connection:
        stored.put(connection, "platforms.yaml", PLATFORMS.replace("ADDRESS", "https://sn.example.com"), "")
    tried = client.post("/api/v1/mappings/try", json={"name": "watch", "body": '{"id": "a", "host": "web-1"}'})
    (item,) = tried.get_json()["tried"]["items"]
    (title,) = [one for one in item["fields"] if one["name"] == "title"]
    assert (title["value"], title["file"], title["line"]) == ("web-1", "mappings/watcher/mapping.yaml", 2)
    diff = client.post("/api/v1/mappings/watcher/diff", json={"text": WATCHER.replace("TITLE", "id")}).get_json()
    assert (diff["changes"], diff["comparison"]["sources"]) == (False, {"watch": [0, 0]})
    assert put(client, "id", 1)[0] == 201
    status, late = put(client, "other", 1, by="lee.park")
    assert (status, "dana.reyes made it: shows id" in str(late["error"])) == (409, True)
    back = {"version": 1, "by": "lee.park", "edited": 2}
    assert client.post("/api/v1/mappings/watcher/rollback", json=back).status_code == 201
    page = client.get("/api/v1/mappings/watcher").get_json()
    assert page["text"] == WATCHER.replace("TITLE", "host")
    assert [(one["version"], one["by"]) for one in page["versions"]] == [
        (3, "lee.park"), (2, "dana.reyes"), (1, "dana.reyes"),
    ]  # fmt: skip
    assert page["mapping"]["sources"] == ["watch"]


def test_mistakes_of_a_text_are_told_where_they_stand(client: FlaskClient) -> None:
    told = client.post("/api/v1/mappings/validate", json={"name": "watcher", "text": "shapes:\n  - nme: x\n"})
    mistakes = told.get_json()["mistakes"]
    assert {(one["line"], one["path"]) for one in mistakes} >= {(2, "shapes[0].nme")}
    assert put(client, "host", 0, by="dana.rayes")[0] == 422


@pytest.mark.parametrize("path", ["mappings/" + "a" * 3000, "mappings/%00", "mappings/.hidden"])
def test_odd_names_are_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(f"/api/v1/{path}").status_code == 404
    assert client.get(f"/api/v1/{path}/versions/3").status_code == 404
    saved = client.put(f"/api/v1/{path}", json={"text": "a", "by": "dana.reyes", "edited": 0})
    assert saved.status_code in {404, 405, 422}
    back = {"version": 1, "by": "dana.reyes", "edited": 0}
    assert client.post(f"/api/v1/{path}/rollback", json=back).status_code == 404


def test_the_fields_of_no_platform_are_not_found(client: FlaskClient) -> None:
    assert client.get("/api/v1/platforms/x/fields").status_code == 404


def test_a_platforms_fields_come_through_the_api(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX_PASSWORD", "sandbox-only")
    with Sandbox() as box, database.begin() as connection:
        stored.put(connection, "platforms.yaml", PLATFORMS.replace("ADDRESS", box.servicenow_url), "")
        stored.put(connection, "mappings/watcher/mapping.yaml", WATCHER.replace("TITLE", "host"), "")
        connection.commit()
        rows = {one.field.name: one for one in SqlMappingDesk(database).fields("servicenow-main")}
    assert (rows["state"].read, rows["state"].written) == (True, True)
    assert (rows["sys_mod_count"].read, rows["sys_mod_count"].written) == (True, False)
    assert (rows["watch_list"].read, rows["watch_list"].written) == (False, False)


def test_the_desk_is_handed_to_the_console(client: FlaskClient) -> None:
    assert isinstance(client.application, Flask)
    assert console.blueprint
    assert "alertmanager" in {one["name"] for one in client.get("/api/v1/mappings").get_json()["mappings"]}
