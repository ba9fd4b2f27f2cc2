"""Logs hold no secret, whoever writes them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from rung.logging import configure
from rung.settings import Settings


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_json_lines_hold_level_time_and_facts_but_no_secret(capsys: pytest.CaptureFixture[str]) -> None:
    configure(Settings.from_environment({"RUNG_LOG": "json"}))
    structlog.get_logger().warning(
        "platform refused",
        platform="snow",
        password="hush",
        headers={"X-API-Key": "hush", "Accept": "json"},
        calls=[{"token": "hush"}],
        url="postgresql://rung:hush@db/rung",
    )
    said = json.loads(capsys.readouterr().err)
    assert said["event"] == "platform refused"
    assert said["level"] == "warning"
    assert said["timestamp"].endswith("Z")
    assert said["headers"] == {"X-API-Key": "***", "Accept": "json"}
    assert "hush" not in json.dumps(said)


def test_libraries_are_logged_in_the_same_form_and_jira_not_at_all(capsys: pytest.CaptureFixture[str]) -> None:
    configure(Settings.from_environment({"RUNG_LOG": "json"}))
    logging.getLogger("some.library").warning("careful")
    logging.getLogger("jira").error("headers: {'Authorization': 'hush'}")
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["event"] == "careful"


def test_text_is_one_readable_line_and_the_level_is_kept(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    configure(Settings.from_environment({"RUNG_LOG": "text", "RUNG_LOG_LEVEL": "warning"}))
    structlog.get_logger().info("unimportant")
    structlog.get_logger().warning("the database is away", secret="hush")
    (line,) = capsys.readouterr().err.splitlines()
    assert "the database is away" in line
    assert "secret=***" in line
    assert "\x1b" not in line


def test_an_exception_is_logged_with_its_trace(capsys: pytest.CaptureFixture[str]) -> None:
    configure(Settings.from_environment({"RUNG_LOG": "json"}))
    try:
        _ = 1 / 0
    except ZeroDivisionError:
        structlog.get_logger().exception("broke off")
    said = json.loads(capsys.readouterr().err)
    assert "ZeroDivisionError" in said["exception"]
