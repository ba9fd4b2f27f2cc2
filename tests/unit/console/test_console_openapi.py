"""The API's own description: of every route, and of no other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from console import openapi
from core.desk import BoardRow


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "$ref":
                yield inner.rpartition("/")[2]
            else:
                yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def test_every_route_of_the_api_is_described_and_no_other(app: Flask) -> None:
    endpoints = {rule.endpoint.rpartition(".")[2] for rule, _ in openapi.routes(app)}
    assert endpoints == set(openapi.CALLS)


def test_the_document_is_whole(client: FlaskClient) -> None:
    told = client.get("/api/v1/openapi.json").get_json()
    assert told["openapi"].startswith("3.1")
    assert set(_references(told)) <= set(told["components"]["schemas"])
    ids = [one["operationId"] for path in told["paths"].values() for one in path.values()]
    assert len(ids) == len(set(ids)) == len(openapi.CALLS)


def test_it_says_what_is_taken_and_answered_and_by_whom(client: FlaskClient) -> None:
    told = client.get("/api/v1/openapi.json").get_json()
    row = told["components"]["schemas"]["BoardRow"]
    assert set(row["required"]) == set(BoardRow.__slots__)
    assert row["properties"]["severity"]["enum"] == ["SEV1", "SEV2", "SEV3", "SEV4"]
    command = told["paths"]["/api/v1/tickets/{ticket_id}/{command}"]["post"]
    assert command["description"] == "Takes the role responder."
    assert "acknowledge" in command["parameters"][1]["schema"]["enum"]
    assert command["requestBody"]["content"]["application/json"]["schema"]["required"] == []
    assert command["responses"]["4XX"]["content"]["application/json"]["schema"]["$ref"].endswith("/Error")
