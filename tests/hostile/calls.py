"""Every route of the API, by what Rung itself says of it: requests as they should be and as they should not."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [content_type_conformance, response_schema_conformance, status_code_conformance]
AT_A_PLATFORM = "platform_fields"
"""What goes wrong at a platform is answered 502, and here there is none."""


THERE: dict[str, list[Any]] = {
    **{name: [1, 2, 3] for name in ("ticket_id", "delivery_id", "action_id", "delivery")},
    "name": ["alertmanager", "servicenow"],
    "platform": ["snow"],
    "by": ["dana", "Lee Park"],
    "version": [0, 1],
    "edited": [0, 1],
    "tickets": ["all", [1, 2]],
}
"""What the attacks may name, so that they come as far as what is there."""


def here(app: Flask) -> Any:
    """The application as somebody at the machine reaches it, without made-up tokens: they would keep all else out."""

    def called(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        asked = {name: value for name, value in environ.items() if name != "HTTP_AUTHORIZATION"}
        return app.wsgi_app({**asked, "REMOTE_ADDR": "127.0.0.1"}, start_response)

    return called


def operations(app: Flask) -> Iterator[APIOperation]:
    """Every route that there is."""
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", here(app))
    for found in schema.get_all_operations():
        yield found.ok()


def attack(operation: APIOperation, examples: int, dice: int, mode: GenerationMode) -> Counter[int]:
    """So many requests to that route; how often each status was answered. Fails with the request that was answered
    otherwise than Rung says that it answers, or by a defect."""
    seen: Counter[int] = Counter()

    @seed(dice)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), known=st.booleans(), data=st.data())
    def play(case: schemathesis.Case, known: bool, data: st.DataObject) -> None:
        if known:
            _name_what_is_there(case, data)
        response = case.call()
        seen[response.status_code] += 1
        told = f"{case.as_curl_command()}\n{response.status_code} {response.text[:500]}"
        allowed = {502} if operation.definition.raw["operationId"] == AT_A_PLATFORM else set()
        assert response.status_code < 500 or response.status_code in allowed, told
        if response.status_code >= 400:
            assert set(json.loads(response.content)) <= {"error", "mistakes"}, told
        try:
            case.validate_response(response, checks=CHECKS)
        except FailureGroup as failures:
            raise AssertionError(f"{told}\n{[str(one) for one in failures.exceptions]}") from None

    play()
    return seen


def _name_what_is_there(case: schemathesis.Case, data: st.DataObject) -> None:
    """Made-up names meet nothing; these do."""
    for name in set(case.path_parameters) & set(THERE):
        case.path_parameters[name] = data.draw(st.sampled_from(THERE[name]))
    if isinstance(case.body, dict):
        for name in set(case.body) & set(THERE):
            case.body[name] = data.draw(st.sampled_from(THERE[name]))
