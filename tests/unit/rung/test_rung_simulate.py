"""`rung simulate`, over a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import rung.demo
from core.engine.simulation import Case
from rung import history
from rung.cli.simulate import command

CONFIG = Path(rung.demo.__file__).parent / "config"
LINE = {
    "id": "1",
    "opened_at": "2026-03-02T12:00:00+00:00",
    "title": "Payments fail",
    "impact": "high",
    "urgency": "high",
    "service": "payments",
    "moves": [
        {"at": "2026-03-02T12:07:00+00:00", "deed": "acknowledged"},
        {"at": "2026-03-02T13:00:00+00:00", "deed": "state", "values": {"state": "resolved"}},
    ],
    "was": {"escalations": 1, "acknowledged_after": 420.0},
}

Simulate = Callable[..., Result]


@pytest.fixture
def simulate(tmp_path: Path) -> Simulate:
    def run(*arguments: str, lines: str = json.dumps(LINE)) -> Result:
        file, policy = tmp_path / "tickets.jsonl", tmp_path / "new.yaml"
        file.write_text(lines)
        policy.write_text((CONFIG / "policy.yaml").read_text().replace("SEV1: 5m", "SEV1: 10m"))
        given = ["--policy", str(policy), "--history", str(file), "--config", str(CONFIG), *arguments]
        return CliRunner().invoke(command, given)

    return run


def test_the_policy_that_is_tried_stands_beside_what_was(simulate: Simulate) -> None:
    found = json.loads(simulate("--jobs", "1", "--json").output)
    assert (found["was"]["escalations"], found["in_force"]["escalations"], found["tried"]["escalations"]) == (1, 1, 0)
    assert found["tried"]["acknowledged_half_within_seconds"] == 420
    assert found["assumption"].startswith("Assumed: ")


def test_several_cores_count_what_one_does(simulate: Simulate) -> None:
    lines = "\n".join(json.dumps({**LINE, "id": str(number)}) for number in range(450))
    one = json.loads(simulate("--jobs", "1", "--json", lines=lines).output)
    assert json.loads(simulate("--jobs", "2", "--json", lines=lines).output) == one
    assert one["tried"]["tickets"] == 450


def test_the_table_says_what_was_assumed(simulate: Simulate) -> None:
    told = simulate("--reaction", "2m", "--jobs", "1").output
    assert "whoever is asked acknowledges 2 minutes later" in told
    assert "sleeping hours" in told


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("{", "is not a line of JSON"),
        ("[1]", "is no ticket"),
        (
            json.dumps({**LINE, "moves": [5]}),
            "has not the form that is wanted there, a list [...] or names and values {...} @ ticket.moves[0]",
        ),
        ("[" * 100_000, "is not a line of JSON"),
        (json.dumps({"id": "1"}), "required field missing @ ticket.opened_at"),
        (json.dumps({**LINE, "impct": "high"}), "impct"),
        (json.dumps({**LINE, "impact": "hig"}), "impact cannot be “hig”. Allowed: high, medium, low."),
        (json.dumps({**LINE, "opened_at": "2026-03-02T12:00:00"}), "has no zone"),
        (json.dumps({**LINE, "moves": [{"at": LINE["opened_at"], "deed": "slept"}]}), "cannot be “slept”; there are: "),
        (
            json.dumps({**LINE, "moves": [{"at": LINE["opened_at"], "deed": "state", "values": {"state": "x"}}]}),
            "state",
        ),
    ],
)
def test_a_bad_line_is_told_with_its_place(line: str, sentence: str, simulate: Simulate) -> None:
    result = simulate("--jobs", "1", lines=f"{json.dumps(LINE)}\n\n{line}\n")
    assert isinstance(result.exception, history.HistoryError)
    assert "tickets.jsonl:3: " in str(result.exception)
    assert sentence in str(result.exception)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--reaction", "soon"), "write it like 10m"),
        (("--nobody", "--reaction", "10m"), "exclude each other"),
        (("--since", "2026-03-01"), "choose when you export"),
    ],
)
def test_what_cannot_be_is_told(arguments: tuple[str, ...], sentence: str, simulate: Simulate) -> None:
    result = simulate(*arguments)
    assert result.exit_code == 2
    assert sentence in result.output


def test_a_case_is_read_back_as_it_was_written() -> None:
    case = history.read(json.dumps(LINE).encode(), "here")
    assert isinstance(case, Case)
    assert history.read(history.write(case).encode(), "here") == case


def test_the_policy_in_force_can_be_left_out(simulate: Simulate) -> None:
    found = json.loads(simulate("--alone", "--jobs", "1", "--json").output)
    assert set(found) == {"assumption", "was", "tried"}
    assert found["tried"]["escalations"] == 0
    assert "IN FORCE" not in simulate("--alone", "--jobs", "1").output
