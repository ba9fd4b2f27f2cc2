"""`rung tickets take` and the other commands, without a server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result

from core.desk import NotAllowedError
from core.model import (
    Assign,
    ChangeSeverity,
    Command,
    DeEscalate,
    EscalateNow,
    EscalateTo,
    HandBack,
    HoldAutomation,
    LinkMajor,
    Note,
    Resume,
    SetBackup,
    SetHandoff,
    SetOwner,
    Severity,
    Snooze,
    Take,
)
from core.orders import OrderError
from rung.cli import desk as desk_module
from rung.cli import errors
from rung.cli.main import rung

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SAID = ("dana", "on the command line", "so")


class FakeDesk:
    def __init__(self) -> None:
        self.done: list[Any] = []

    def command(self, ticket_id: int, command: Command) -> str:
        self.done.append((ticket_id, command))
        return "It is done."


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> FakeDesk:
    fake = FakeDesk()
    monkeypatch.setattr(desk_module, "desk", lambda: fake)
    monkeypatch.setattr(desk_module, "now", lambda: NOW)
    return fake


def run(*arguments: str) -> Result:
    return CliRunner().invoke(rung, ["tickets", *arguments, "--by", "dana", "--reason", "so"], prog_name="rung")


@pytest.mark.parametrize(
    ("line", "command"),
    [
        (["take", "7"], Take(*SAID)),
        (["assign", "7", "lee"], Assign(*SAID, person="lee")),
        (["escalate", "7"], EscalateNow(*SAID)),
        (["escalate", "7", "--to", "L3"], EscalateTo(*SAID, level="L3")),
        (["de-escalate", "7"], DeEscalate(*SAID)),
        (["de-escalate", "7", "--to", "L1"], DeEscalate(*SAID, level="L1")),
        (["severity", "7", "sev2"], ChangeSeverity(*SAID, severity=Severity.SEV2)),
        (["hand-back", "7"], HandBack(*SAID)),
        (["hold", "7", "--for", "1h30m"], HoldAutomation(*SAID, until=NOW + timedelta(minutes=90))),
        (["hold", "7", "--until", "2026-03-01T15:00+01:00"], HoldAutomation(*SAID, until=NOW + timedelta(hours=2))),
        (["resume", "7"], Resume(*SAID)),
        (["snooze", "7", "--for", "30m"], Snooze(*SAID, length=timedelta(minutes=30))),
        (["owner", "7", "L2", "ines"], SetOwner(*SAID, level="L2", person="ines")),
        (["owner", "7", "L2", "", "--backup"], SetBackup(*SAID, level="L2", person="")),
        (["link", "7", "9"], LinkMajor(*SAID, major=9)),
        (["handoff", "7", "--next-step", "roll back"], SetHandoff(*SAID, next_step="roll back")),
        (["note", "7", "It is DNS."], Note(*SAID, text="It is DNS.")),
    ],
)
def test_every_command_reaches_the_desk_with_who_and_why(desk: FakeDesk, line: list[str], command: Command) -> None:
    result = run(*line)
    assert result.exit_code == 0, result.output
    assert result.output == "It is done.\n"
    assert desk.done == [(7, command)]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (["severity", "7", "SEV9"], "There is no severity 'SEV9'"),
        (["snooze", "7"], "Say for how long"),
        (["snooze", "7", "--for", "soon"], "'soon' is no length of time"),
        (["hold", "7", "--until", "tomorrow"], "'tomorrow' is no moment"),
        (["hold", "7", "--until", "0001-01-01T00:00+23:00"], "is no moment"),
        (["link", "7", "INC7"], "is no ticket's number"),
    ],
)
def test_what_cannot_be_understood_says_what_would_be(desk: FakeDesk, line: list[str], told: str) -> None:
    result = run(*line)
    assert isinstance(result.exception, OrderError)
    assert told in str(result.exception)
    assert desk.done == []


def test_who_may_not_is_told_and_ends_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert errors.tell(NotAllowedError("Dana may not escalate it.")) == errors.REFUSED
    assert errors.tell(OrderError("Say for how long.")) == errors.USAGE
    assert "Dana may not" in capsys.readouterr().err


def test_characters_that_cannot_be_stored_are_replaced_and_long_words_refused(desk: FakeDesk) -> None:
    assert run("note", "7", "a\x00b\ud800c").exit_code == 0
    assert desk.done == [(7, Note(*SAID, text="a\ufffdb\ufffdc"))]
    assert "text is longer than 4000 characters" in str(run("note", "7", "x" * 4001).exception)
