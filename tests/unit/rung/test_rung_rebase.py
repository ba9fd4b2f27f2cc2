"""`rung tickets rebase`, over a desk of our own."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from core.desk import Change, Rebased
from core.model import Rebase
from rung.cli import desk as desk_module
from rung.cli.main import rung


class FakeDesk:
    """Two tickets are left behind."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, Rebase, bool]] = []

    def left_behind(self) -> list[int]:
        return [7, 9]

    def rebase(self, ticket_id: int, command: Rebase, *, dry_run: bool = False) -> Rebased:
        self.asked.append((ticket_id, command, dry_run))
        if ticket_id == 9:
            sentence = "Dana wanted to move it, but it is under that already; nothing changes."
            return Rebased(ticket=9, title="t", moved=False, sentence=sentence, changes=())
        changes = (Change("policy version", "1", "2"), Change("level", "", "L1"))
        return Rebased(ticket=7, title="t", moved=True, sentence="Moved.", changes=changes)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> FakeDesk:
    fake = FakeDesk()
    monkeypatch.setattr(desk_module, "desk", lambda: fake)
    return fake


def run(*arguments: str) -> Result:
    return CliRunner().invoke(rung, ["tickets", "rebase", *arguments], prog_name="rung")


def test_it_tells_for_each_ticket_what_changes(desk: FakeDesk) -> None:
    result = run("--all", "--by", "dana")
    assert result.exit_code == 0
    assert [line.split() for line in result.output.splitlines()[1:3]] == [
        ["7", "policy", "version", "1", "2"],
        ["7", "level", "none", "L1"],
    ]
    assert "it is under that already" in result.output
    assert "1 of 2 were moved to the newest policy." in result.output
    assert desk.asked[0] == (7, Rebase("dana", "on the command line"), False)


def test_with_dry_run_it_only_tells(desk: FakeDesk) -> None:
    assert "1 of 1 would be moved to the newest policy." in run("7", "--dry-run").output
    assert [(ticket, dry_run) for ticket, _, dry_run in desk.asked] == [(7, True)]


def test_scripts_read_json(desk: FakeDesk) -> None:
    (said,) = json.loads(run("7", "--json").output)
    assert (said["ticket"], said["moved"], said["changes"][0]["after"]) == (7, True, "2")
    assert desk.asked


@pytest.mark.parametrize("arguments", [(), ("7", "--all")])
def test_it_wants_either_ids_or_all(arguments: tuple[str, ...], desk: FakeDesk) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Name tickets by their ids, or say --all." in result.output
    assert desk.asked == []
