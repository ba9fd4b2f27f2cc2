"""Connectors with hand-written ways out, and mocked platforms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import responses

from connectors import discover
from connectors import wire as wire_module
from connectors.config import Basic, PlatformConfig, Secret
from core.ports import OutField, Platform, RecordWrite

Make = Callable[..., Platform]


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch) -> Iterator[responses.RequestsMock]:
    """The network, mocked; repetitions do not wait."""
    monkeypatch.setattr(wire_module, "_pause", lambda state: 0.0)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def _make(kind: str, url: str, fields: tuple[OutField, ...], **changed: Any) -> Platform:
    def outbound(write: RecordWrite) -> tuple[OutField, ...]:
        del write
        return fields

    told: dict[str, Any] = {"auth": Basic("rung.integration", Secret.of("hunter2")), **changed}
    return discover()[kind](PlatformConfig(name="there", kind=kind, url=url, **told), outbound)


@pytest.fixture
def servicenow(net: responses.RequestsMock) -> Make:
    """`servicenow(*fields, **configuration)`: a connector whose every write means those fields."""
    del net
    return lambda *fields, **changed: _make("servicenow", "https://sn.example.com", fields, **changed)


@pytest.fixture
def jira(net: responses.RequestsMock) -> Make:
    """`jira(*fields, **configuration)`."""
    del net

    def make(*fields: OutField, **changed: Any) -> Platform:
        told = {"project": "OPS", "options": {"search_settles": "0"}, **changed}
        return _make("jira", "https://jira.example.com", fields, **told)

    return make
