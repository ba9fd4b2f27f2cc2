"""Logs hold no secret, whoever writes them."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator

import pytest
import structlog
from structlog.contextvars import get_contextvars

from core.trail import alongside, trail
from rung.logging import configure
from rung.settings import Settings


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, hook = root.handlers[:], root.level, threading.excepthook
    yield
    threading.excepthook = hook
    logging.captureWarnings(capture=False)
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


def test_a_line_begins_with_what_all_lines_have_and_then_tells_the_ids(capsys: pytest.CaptureFixture[str]) -> None:
    configure(Settings.from_environment({"RUNG_LOG": "json"}), "worker")
    with trail("carry out action", platform="snow", operation="k3v9-1", ticket=4, source="", verb="create_record"):
        structlog.get_logger("core.work.delivery").info("action done", found=False)
        logging.getLogger("some.library").warning("careful")
    ours, theirs = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert list(ours) == [
        "timestamp", "level", "role", "logger", "event", "ticket", "operation", "platform", "found", "verb",
    ]  # fmt: skip
    assert (ours["role"], ours["logger"], ours["ticket"]) == ("worker", "core.work.delivery", 4)
    assert (theirs["logger"], theirs["operation"]) == ("some.library", "k3v9-1")


def test_on_a_terminal_the_ids_stand_in_the_same_order_after_the_words(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    configure(Settings.from_environment({"RUNG_LOG": "text"}), "worker")
    with trail("apply delivery", source="alertmanager", delivery=17):
        structlog.get_logger().warning("delivery not understood", reason="nothing at alerts")
    (line,) = capsys.readouterr().err.splitlines()
    assert line.partition("] ")[2] == (
        "delivery not understood delivery=17 source=alertmanager reason='nothing at alerts'"
    )


def test_the_ids_end_with_the_work_and_go_into_a_thread_only_alongside() -> None:
    seen: list[dict[str, object]] = []

    def look() -> None:
        seen.append(get_contextvars())

    with trail("command", ticket=7):
        for work in (look, alongside(look)):
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
    assert seen == [{}, {"ticket": 7}]
    assert get_contextvars() == {}


def test_a_thread_that_ends_over_an_error_is_told_in_the_same_form(capsys: pytest.CaptureFixture[str]) -> None:
    configure(Settings.from_environment({"RUNG_LOG": "json"}))
    thread = threading.Thread(target=lambda: 1 / 0, name="polling")
    thread.start()
    thread.join()
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["event"] == "a thread ended over an error: polling"
    assert "ZeroDivisionError" in json.loads(line)["exception"]
