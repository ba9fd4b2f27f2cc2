"""What a connector is told, and that nothing of it gives a secret away."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from connectors.config import ApiKey, Basic, Bearer, OAuth, PlatformConfig, Secret


def config(**changed: Any) -> PlatformConfig:
    told = {"name": "here", "kind": "servicenow", "url": "https://example.com/", **changed}
    return PlatformConfig(**{"auth": Basic("rung", Secret.of("hunter2")), **told})


def test_a_secret_is_looked_up_at_each_use() -> None:
    values = iter(["old", "new"])
    secret = Secret(lambda: next(values))
    assert [secret.reveal(), secret.reveal()] == ["old", "new"]


@pytest.mark.parametrize("show", [repr, str, "{}".format, lambda it: f"{it!r}", lambda it: repr([it])])
def test_a_secret_never_shows_itself(show: Callable[[object], str]) -> None:
    assert "hunter2" not in show(Secret.of("hunter2"))
    assert "Secret(***)" in show(Secret.of("hunter2"))


@pytest.mark.parametrize(
    "auth",
    [
        Basic("rung", Secret.of("hunter2")),
        OAuth("id", Secret.of("hunter2"), "rung", Secret.of("hunter2")),
        ApiKey(Secret.of("hunter2")),
        Bearer(Secret.of("hunter2")),
    ],
)
def test_a_configuration_can_be_printed_and_copied(auth: Any) -> None:
    told = config(auth=auth)
    assert "hunter2" not in repr(told)
    assert "hunter2" not in str(copy.copy(told))


def test_an_address_loses_its_last_slash() -> None:
    assert config().url == "https://example.com"
    assert config(url="https://example.com/jira/").url == "https://example.com/jira"


@pytest.mark.parametrize("url", ["example.com", "ftp://example.com", "https://", "file:///etc/passwd"])
def test_an_address_must_be_one_of_the_web(url: str) -> None:
    with pytest.raises(ValueError, match="https://"):
        config(url=url)


def test_credentials_in_an_address_are_refused_and_not_repeated() -> None:
    with pytest.raises(ValueError, match="must not hold credentials") as caught:
        config(url="https://rung:hunter2@example.com")
    assert "hunter2" not in str(caught.value)


def test_an_update_set_is_not_made_for_an_address_that_ends_with_its_secret() -> None:
    from datetime import UTC, datetime

    from connectors.findings import Hook
    from connectors.servicenow.update_set import update_set

    hook = Hook("snow", "https://rung.example.com/webhooks/snow", ending=Secret.of("hidden"))
    with pytest.raises(ValueError, match="give the source a header") as caught:
        update_set(hook, "rung.integration", ["incident"], datetime(2026, 3, 2, tzinfo=UTC))
    assert "hidden" not in str(caught.value)
