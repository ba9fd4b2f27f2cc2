"""The command line, over a desk of our own: what it prints, what it refuses, and with which status it ends."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import psycopg
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from core.desk import (
    ActionRow,
    BoardRow,
    ClockRow,
    DeliveryRow,
    NotFoundError,
    NotReplayableError,
    SourceRow,
    TicketPage,
)
from core.model import (
    Acknowledge,
    ActionStatus,
    Command,
    Delivery,
    DeliveryStatus,
    Severity,
    State,
    Ticket,
    TicketKind,
    Verb,
)
from core.status import PlatformRow, ProcessRow, QueueRow, Status, Versions
from rung.cli import desk as desk_module
from rung.cli import errors
from rung.cli.main import TABLE, rung
from rung.cli.output import harmless, inert, left, length, plain

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ROW = BoardRow(
    id=7, severity=Severity.SEV1, state=State.NEW, title="Payments are \x1b[31mdown", service="payments",
    team="payments", level="L1", owner="Dana Reyes", acknowledged_by="", deadline=NOW + timedelta(minutes=4),
    exhausted=False, write_back="waiting", key="INC0010001", link="https://example.service-now.com/x",
    opened_at=NOW, updated_at=NOW,
)  # fmt: skip
ACTION = ActionRow(
    id=3, operation_id="abc-1", ticket_id=7, verb=Verb.WRITE_RECORD, target="servicenow-main", summary="Assign to Dana",
    status=ActionStatus.DEAD, attempts=9, error="refused", created_at=NOW, next_attempt_at=None, why="Because.",
)  # fmt: skip
DELIVERY = Delivery(
    id=5, source="alertmanager", key=None, received_at=NOW, content_type="application/json", headers={},
    body=b'{"a": "\x1b[2J"}', status=DeliveryStatus.UNMAPPED, error="mapping.yaml:3: nothing at alerts.",
)  # fmt: skip


RECEIVED = DeliveryRow(
    id=5, source="alertmanager", status=DeliveryStatus.UNMAPPED, received_at=NOW, size=12, error="nothing at alerts",
    summary="",
)  # fmt: skip


def a_clock(name: str, what: str, **changes: Any) -> ClockRow:
    values: dict[str, Any] = {"target": 4 * HOUR, "spent": HOUR, "percent": 25, "calendar": "always", "rule": "all"}
    values |= {"due_at": None, "paused": "", "warned": False, "breached_at": None, "met_at": None, **changes}
    return ClockRow(name=name, what=what, **values)


HOUR = timedelta(hours=1)
CLOCKS = (
    a_clock("update", "to update", due_at=NOW + HOUR, warned=True),
    a_clock("resolve", "to resolve", paused="it is on hold"),
    a_clock("ola:L1", "at L1", due_at=NOW, breached_at=NOW),
    a_clock("acknowledge", "to acknowledge", met_at=NOW),
)


class FakeDesk:
    """A desk with one of each."""

    def __init__(self) -> None:
        self.done: list[Any] = []

    def tickets(self, *, state: State | None = None, limit: int = 100) -> list[BoardRow]:
        return [ROW] if state is None and limit else []

    def ticket(self, ticket_id: int) -> TicketPage:
        ticket = Ticket(id=ticket_id, uid="u", kind=TicketKind.INCIDENT, source="alertmanager", title="Payments fail",
                        opened_at=NOW, updated_at=NOW, policy_version=1)  # fmt: skip
        return TicketPage(ticket=ticket, row=ROW, policy="Standard", now=NOW, entries=(), actions=(), clocks=CLOCKS)

    def actions(self, *, status: ActionStatus | None = None, limit: int = 100) -> list[ActionRow]:
        return [ACTION] if status in {None, ActionStatus.DEAD} else []

    def status(self) -> Status:
        down = PlatformRow(
            name="jira-main", breaker="open", waiting=4, dead=1, succeeded_at=NOW - HOUR, failed_at=NOW,
            last_error="jira-main did not answer in time.",
        )  # fmt: skip
        web = ProcessRow(
            role="web",
            host="pod-1",
            pid=7,
            version="1.2.3",
            began_at=NOW,
            silent=HOUR / 3600,
            rounds={"door": HOUR / 3600},
        )
        return Status(
            now=NOW,
            processes=(web,),
            platforms=(down,),
            queues=(QueueRow(work="write_back", waiting=4, since=NOW - HOUR),),
            ended={"dead_write_back": 1},
            versions=Versions(rung="1.2.3", schema="16", schema_wanted="16", documents={"policy.yaml": 3}),
        )

    def sources(self) -> list[SourceRow]:
        silent = SourceRow(
            name="alertmanager",
            mapping="alertmanager",
            platform="",
            heard_at=NOW - HOUR,
            every=HOUR / 4,
            silent_since=NOW - HOUR / 2,
            received=4,
            unmapped=1,
            failed=0,
        )
        never = replace(silent, name="backup", mapping="", heard_at=None, silent_since=None)
        return [silent, never, replace(silent, name="jira", platform="jira-main", every=None, silent_since=None)]

    def deliveries(self, *, status: DeliveryStatus | None = None, limit: int = 100) -> list[DeliveryRow]:
        return [RECEIVED]

    def delivery(self, delivery_id: int) -> Delivery:
        if delivery_id != DELIVERY.id:
            raise NotFoundError(f"There is no delivery {delivery_id}.")
        return DELIVERY

    def action(self, action_id: int) -> ActionRow:
        return ACTION

    def replay_action(self, action_id: int) -> None:
        if action_id != ACTION.id:
            raise NotReplayableError(f"Action {action_id} is pending; only a dead one can be tried again.")
        self.done.append(action_id)

    def replay_delivery(self, delivery_id: int) -> None:
        self.done.append(delivery_id)

    def command(self, ticket_id: int, command: Command) -> str:
        self.done.append((ticket_id, command))
        return "Dana Reyes acknowledged on the command line, 2 min after it was asked for."


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> FakeDesk:
    fake = FakeDesk()
    monkeypatch.setattr(desk_module, "desk", lambda: fake)
    monkeypatch.setattr(desk_module, "now", lambda: NOW)
    return fake


def run(*arguments: str) -> Result:
    return CliRunner().invoke(rung, arguments, prog_name="rung")


@pytest.mark.parametrize("name", TABLE)
def test_every_command_can_be_loaded_and_says_what_it_does(name: str) -> None:
    command = importlib.import_module(TABLE[name][0]).command
    assert isinstance(command, click.Command)
    assert command.name == name
    assert TABLE[name][1].endswith(".")
    result = run(name, "--help")
    assert result.exit_code == 0
    assert command.help
    assert command.help.split()[0] in result.output


def test_rung_alone_says_what_can_be_done_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNG_HOME", str(tmp_path))
    monkeypatch.delenv("RUNG_DATABASE_URL", raising=False)
    result = run()
    assert result.exit_code == 0
    assert "rung demo" in result.output
    assert "rung up --config DIR" in result.output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("tickts",), "There is no command “rung tickts”. Did you mean “tickets”?"),
        (("tickets", "shw"), "There is no command “rung tickets shw”. Did you mean “show”?"),
        (("zzz",), "There is no command “rung zzz”. There are: demo, up,"),
    ],
)
def test_a_wrong_command_offers_the_near_one(arguments: tuple[str, ...], sentence: str) -> None:
    result = run(*arguments)
    assert result.exit_code == errors.USAGE
    assert sentence in result.output


def test_tickets_are_listed_in_a_table_that_cannot_command_the_terminal(desk: FakeDesk) -> None:
    output = run("tickets", "list").output
    assert "SEV1" in output
    assert "4 min left" in output
    assert "INC0010001" in output
    assert "\x1b" not in output
    assert "Payments are  [31mdown" in output
    assert run("tickets", "list", "--state", "closed").output == "No ticket is closed.\n"


def test_the_json_of_a_listing_has_these_names_and_no_others(desk: FakeDesk) -> None:
    (ticket,) = json.loads(run("tickets", "list", "--json").output)
    assert list(ticket) == [
        "id", "severity", "state", "title", "service", "team", "level", "owner", "acknowledged_by", "deadline",
        "exhausted", "shadow", "write_back", "key", "link", "opened_at", "updated_at", "held_until", "snoozed_until",
        "deadline_for", "parent", "gathered", "major", "children", "breached", "warned", "answered",
    ]  # fmt: skip
    assert ticket["severity"] == "SEV1"
    assert ticket["deadline"] == "2026-03-01T12:04:00+00:00"
    (action,) = json.loads(run("actions", "list", "--json").output)
    assert list(action) == [
        "id", "operation_id", "ticket_id", "verb", "target", "summary", "status", "attempts", "error", "created_at",
        "next_attempt_at", "why", "told_at", "held_until", "held_because", "audience", "moment", "language", "digest",
    ]  # fmt: skip
    (delivery,) = json.loads(run("deliveries", "list", "--json").output)
    assert list(delivery) == ["id", "source", "status", "received_at", "size", "error", "summary"]


def test_sources_are_listed_with_how_they_are_heard(desk: FakeDesk) -> None:
    lines = run("sources", "list").output.splitlines()
    assert "SILENT for 30 min, must be heard every 15 min" in lines[1]
    assert "(1 h ago)" in lines[1]
    assert "signs of life" in lines[2]
    assert "never" in lines[2]
    assert "jira-main" in lines[3]
    assert "must be heard" not in lines[3]
    assert json.loads(run("sources", "list", "--json").output)[0]["unmapped"] == 1


def test_a_delivery_is_shown_with_its_body_made_harmless(desk: FakeDesk) -> None:
    output = run("deliveries", "show", "5").output
    assert "mapping.yaml:3: nothing at alerts." in output
    assert '{"a": " [2J"}' in output
    assert json.loads(run("deliveries", "show", "5", "--json").output)["body"] == '{"a": "\x1b[2J"}'


def test_a_ticket_is_shown_with_its_clocks(desk: FakeDesk) -> None:
    output = run("tickets", "show", "7").output
    lines = {line.split("  ")[0]: " ".join(line.split()) for line in output.splitlines()}
    assert lines["to update"] == "to update 4 h 1 h 1 h left, warned"
    assert lines["to resolve"] == "to resolve 4 h 1 h stands still because it is on hold"
    assert "missed at 2026-03-01" in lines["at L1"]
    assert "met at 2026-03-01" in lines["to acknowledge"]
    told = json.loads(run("tickets", "show", "7", "--json").output)["clocks"]
    assert [(one["name"], one["percent"]) for one in told][:2] == [("update", 25), ("resolve", 25)]


def test_an_action_is_shown_with_why_and_error(desk: FakeDesk) -> None:
    output = run("actions", "show", "3").output
    assert "Because." in output
    assert "refused" in output


def test_several_are_replayed_at_once(desk: FakeDesk) -> None:
    assert run("deliveries", "replay", "5", "6").output == (
        "Delivery 5 will be looked at again.\nDelivery 6 will be looked at again.\n"
    )
    assert run("actions", "replay", "3").exit_code == 0
    assert desk.done == [5, 6, 3]


def test_acknowledging_says_who_and_prints_the_reason(desk: FakeDesk) -> None:
    result = run("tickets", "acknowledge", "7", "--by", "dana")
    assert "Dana Reyes acknowledged" in result.output
    assert desk.done == [(7, Acknowledge(by="dana", via="on the command line"))]


def test_settings_are_listed_for_people_and_scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNG_DATABASE_URL", "postgresql://rung:hush@db/rung")
    assert "postgresql://rung:***@db/rung" in run("settings").output
    listed = json.loads(run("settings", "--json").output)
    assert {"name", "value", "default", "meaning"} == set(listed[0])


def test_check_tells_all_problems_and_ends_with_1(tmp_path: Path) -> None:
    (tmp_path / "platforms.yaml").write_text("platforms:\n  a: {kind: jra, url: x}\n")
    (tmp_path / "mappings" / "own").mkdir(parents=True)
    (tmp_path / "mappings" / "own" / "mapping.yaml").write_text("titel: x\n")
    result = run("check", str(tmp_path))
    assert result.exit_code == errors.REFUSED
    assert "platforms.yaml:2: platforms.a.kind: there is no kind of platform “jra”." in result.output
    assert "mappings/own/mapping.yaml:1:" in result.output
    assert "problems in" in result.output


def test_check_warns_of_an_address_by_which_no_message_can_go_out(tmp_path: Path) -> None:
    roster = """\
people:
  dana: {name: Dana Reyes, notify: ["mailto://smtp.example.com?to=dana@example.com"]}
  lee: {name: Lee Park, notify: ["mailto://smtp.example.com?from=rung@example.com&to=lee@example.com", "${LEE_CHAT}"]}
"""
    (tmp_path / "roster.yaml").write_text(roster)
    result = run("check", str(tmp_path))
    assert "warning: roster.yaml:2: people.dana.notify[0]: is not an address by which a message can go out." in (
        result.output
    )
    assert "people.lee.notify[0]" not in result.output
    assert result.exit_code == errors.WARNED


def test_check_warns_of_secrets_that_are_not_set_and_refuses_only_when_strict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TOKEN_OF_TEST", raising=False)
    text = "sources: {a: {mapping: alertmanager, auth: {bearer: {secrets: ['${TOKEN_OF_TEST}']}}}}\n"
    (tmp_path / "platforms.yaml").write_text(text)
    result = run("check", str(tmp_path))
    assert result.exit_code == 0
    assert "the environment variable TOKEN_OF_TEST is not set here." in result.output
    assert run("check", str(tmp_path), "--strict").exit_code == errors.REFUSED
    assert json.loads(run("check", str(tmp_path), "--json").output)["problems"] == []


def test_errors_become_a_sentence_and_a_status(capsys: pytest.CaptureFixture[str]) -> None:
    cases = [
        (NotFoundError("There is no ticket 9."), errors.REFUSED, "There is no ticket 9.\n"),
        (psycopg.OperationalError("connection failed:\n no route"), errors.UNREACHABLE,
         "The database cannot be reached: connection failed: no route. Check RUNG_DATABASE_URL.\n"),
        (psycopg.errors.UndefinedTable("x"), errors.UNREACHABLE,
         "The database does not have Rung's tables: run `rung migrate`.\n"),
        (KeyboardInterrupt(), errors.INTERRUPTED, ""),
        (BrokenPipeError(), 0, ""),
        (PermissionError(13, "Permission denied", "x.yaml"), errors.REFUSED, "x.yaml: Permission denied.\n"),
        (ZeroDivisionError("division by zero"), errors.REFUSED,
         "Rung met something unexpected (ZeroDivisionError: division by zero); RUNG_DEBUG=1 shows where.\n"),
    ]  # fmt: skip
    for error, status, sentence in cases:
        assert errors.tell(error) == status
        assert capsys.readouterr().err == sentence


NOWHERE = {"RUNG_DATABASE_URL": "postgresql://rung:hush@127.0.0.1:1/rung"}


@pytest.mark.parametrize(
    ("environment", "status", "sentence"),
    [
        ({"RUNG_PORT": "x"}, errors.USAGE, "RUNG_PORT cannot be 'x'"),
        ({}, errors.UNREACHABLE, "Nothing runs under"),
        (NOWHERE, errors.USAGE, "RUNG_REDIS_URL is not set"),
        ({**NOWHERE, "RUNG_REDIS_URL": "redis://127.0.0.1:1"}, errors.UNREACHABLE, "The database cannot be reached"),
    ],
)
def test_the_process_ends_with_the_status_and_no_traceback(
    tmp_path: Path, environment: dict[str, str], status: int, sentence: str
) -> None:
    given = {"RUNG_HOME": str(tmp_path), "PYTHONPATH": str(Path(errors.__file__).parents[2]), **environment}
    command = [sys.executable, "-m", "rung", "tickets", "list"]
    done = subprocess.run(command, env=given, capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path)
    assert done.returncode == status
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert "hush" not in done.stderr


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (61, "1 min 1 s"),
        (3600, "1 h"),
        (90061, "1 d 1 h"),
        (86400 * 3 + 60, "3 d"),
    ],
)
def test_lengths_are_told_in_their_two_largest_units(seconds: int, told: str) -> None:
    assert length(timedelta(seconds=seconds)) == told
    assert left(NOW - timedelta(seconds=60), NOW) == "1 min late"


@given(st.text())
def test_nothing_that_is_printed_moves_the_cursor(text: str) -> None:
    assert all(letter.isprintable() for letter in harmless(text))


@given(st.text())
def test_json_for_scripts_says_the_same_and_commands_no_terminal(text: str) -> None:
    written = inert(json.dumps(text + "\x9b2J\u202e", ensure_ascii=False))
    assert json.loads(written) == text + "\x9b2J\u202e"
    assert not {"\x9b", "\u202e", "\x7f"} & set(written)


def test_values_become_plain_json() -> None:
    assert plain({"a": (Severity.SEV1, NOW, b"\xff", {"x"})}) == {
        "a": ["SEV1", "2026-03-01T12:00:00+00:00", "\ufffd", ["x"]]
    }


def test_the_state_of_rung_itself_is_told_in_words_and_by_the_exit_status(desk: FakeDesk) -> None:
    assert rung.main(args=["status"], standalone_mode=False) == errors.REFUSED
    result = run("status")
    assert result.output.startswith("Rung does not do its job:\n  - No worker applies deliveries: start `rung worker`")
    assert "jira-main: Left alone while it is down: jira-main did not answer in time." in result.output
    assert "needs a look  1 writes that were refused: rung actions list --status dead" in result.output
    assert "policy.yaml version 3" in result.output
    waiting = next(line for line in result.output.splitlines() if line.startswith("write-back"))
    assert waiting.split()[:4] == ["write-back", "4", "1", "h"]
    told = json.loads(run("status", "--json").output)
    assert told["state"] == "failing"
    assert told["platforms"][0]["breaker"] == "open"
    assert list(told) == [
        "state", "unable", "troubles", "now", "processes", "platforms", "queues", "ended", "degraded", "heartbeat",
        "versions",
    ]  # fmt: skip
