"""`rung oncall`, and what `rung check` says of who is on call."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from core.model import CalendarFeed, Person
from core.policy import OnCall, Roster, Span, Team
from core.store.calendars import CalendarStatus
from rung import demo
from rung.cli import contacts, desk, given
from rung.cli.main import rung

DEMO = str(Path(demo.__file__).parent / "config")
POLICY = """\
services: {payments: {name: Payments, team: pay}, checkout: {name: Checkout, team: pay}}
paths: {standard: {levels: [{name: L1, acknowledge_within: 5m}, {name: L2, acknowledge_within: 5m}], last_resort: sam}}
"""
ROSTER = """\
people:
  dana: {name: Dana Reyes, notify: ["mailto://dana@example.com"]}
  lee: {name: Lee Park, notify: ["mailto://lee@example.com"]}
  sam: {name: Sam Okafor, notify: ["mailto://sam@example.com"]}
teams:
  pay:
    name: Payments Support
    on_call:
      L1:
        people: [dana, lee]
        rotation: weekly
        starts: 2026-03-23T09:00
        time_zone: Europe/Paris
        overrides: [{from: 2026-03-25T12:00, until: 2026-03-25T18:30, person: sam, reason: dentist}]
      L2: {people: [sam]}
  desk: {name: Service Desk, on_call: {L1: {people: [sam]}}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "roster.yaml").write_text(ROSTER)
    (tmp_path / "policy.yaml").write_text(POLICY)
    return tmp_path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(rung, [str(one) for one in arguments], prog_name="rung")


def edit(folder: Path, old: str, new: str, document: str = "roster.yaml") -> None:
    text = (folder / document).read_text()
    assert old in text
    (folder / document).write_text(text.replace(old, new))


def warnings(folder: Path, *options: str) -> list[str]:
    result = run("check", folder, *options)
    lines = result.stderr.splitlines()
    assert result.exit_code == (4 if lines else 0)
    return [line.removeprefix("warning: ") for line in lines]


def test_the_shifts_are_a_table_in_the_dutys_zone_with_a_reason() -> None:
    output = run("oncall", "--config", DEMO, "--days", "1").output
    assert output.startswith("From ")
    assert "for 1 day:\n" in output
    assert "Payments Support     L1     now   later  Dana Reyes   in turn" in output


def test_one_team_is_shown_at_any_moment_over_a_clock_change(folder: Path) -> None:
    result = run("oncall", "pay", "--config", folder, "--at", "2026-03-25T10:00Z", "--days", "7")
    lines = [line.split("  ") for line in result.stdout.splitlines()[2:]]
    found = [[cell.strip() for cell in line if cell.strip()][1:] for line in lines]
    assert found == [
        ["L1", "then", "Wed 2026-03-25 12:00 CET", "Dana Reyes", "in turn"],
        ["L1", "Wed 2026-03-25 12:00 CET", "Wed 2026-03-25 18:30 CET", "Sam Okafor", "override: dentist"],
        ["L1", "Wed 2026-03-25 18:30 CET", "Mon 2026-03-30 09:00 CEST", "Dana Reyes", "in turn"],
        ["L1", "Mon 2026-03-30 09:00 CEST", "later", "Lee Park", "in turn"],
        ["L2", "then", "later", "Sam Okafor", "in turn"],
    ]


def test_the_json_of_who_is_on_call_has_these_names_and_no_others(folder: Path) -> None:
    arguments = ("oncall", "pay", "--config", folder, "--at", "2026-03-25T12:00Z", "--days", "1", "--json")
    told = json.loads(run(*arguments).output)
    assert list(told) == ["at", "until", "duties", "off"]
    assert (told["at"], told["until"]) == ("2026-03-25T12:00:00+00:00", "2026-03-26T12:00:00+00:00")
    first, second = told["duties"]
    assert {key: first[key] for key in first if key != "shifts"} == {
        "team": "pay", "name": "Payments Support", "level": "L1", "time_zone": "Europe/Paris",
    }  # fmt: skip
    assert first["shifts"][0] == {
        "from": "2026-03-25T12:00:00+00:00", "until": "2026-03-25T17:30:00+00:00", "person": "sam",
        "name": "Sam Okafor", "why": "override: dentist",
    }  # fmt: skip
    assert second["level"] == "L2"


def test_without_a_folder_it_is_the_roster_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    team = Team(id="pay", name="Payments", on_call={"L1": OnCall(people=("lee",))})
    roster = Roster({"lee": Person("lee", "Lee Park")}, {"pay": team})
    monkeypatch.setattr(given, "_in_force", lambda: SimpleNamespace(policy=SimpleNamespace(roster=roster)))
    monkeypatch.setattr(desk, "now", lambda: datetime(2026, 3, 2, 9, tzinfo=UTC))
    told = json.loads(run("oncall", "--json").output)
    assert told["at"] == "2026-03-02T09:00:00+00:00"
    assert told["duties"][0]["shifts"][0]["name"] == "Lee Park"


def test_nobody_is_shown_as_nobody_with_who_is_off(folder: Path) -> None:
    edit(folder, "name: Sam Okafor,", "name: Sam Okafor, time_off: [{from: 2026-03-02, until: 2026-03-03}],")
    output = run("oncall", "desk", "--config", folder, "--at", "2026-03-02T00:00Z").output
    assert "now" not in output
    assert "nobody      off: Sam Okafor" in output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("payy",), "There is no team “payy”. Did you mean “pay”? Allowed: desk, pay."),
        (("pay", "--at", "monday"), "write it like 2026-03-07T03:00"),
        (("pay", "--at", "9999-12-31"), "write it like 2026-03-07T03:00"),
        (("pay", "--days", "0"), "0 is not in the range"),
    ],
)
def test_what_cannot_be_shown_is_not_understood(folder: Path, arguments: tuple[str, ...], sentence: str) -> None:
    result = run("oncall", *arguments, "--config", folder)
    assert result.exit_code == 2
    assert sentence in result.output


def test_a_roster_without_duties_says_what_to_do(folder: Path) -> None:
    (folder / "roster.yaml").unlink()
    (folder / "policy.yaml").write_text("reopen_within: 1h\n")
    assert "No duty is named" in run("oncall", "--config", folder).output


def test_check_says_nothing_of_a_roster_that_covers_every_moment(folder: Path) -> None:
    assert warnings(folder) == []
    told = json.loads(run("check", folder, "--json", "--weeks", "3").output)
    assert list(told) == ["problems", "warnings", "coverage", "findings"]
    coverage = told["coverage"]
    assert list(coverage) == ["start", "end", "gaps", "unreachable", "absent", "dark"]
    start, end = (datetime.fromisoformat(coverage[key]) for key in ("start", "end"))
    assert end - start == timedelta(weeks=3)
    assert coverage["gaps"] == coverage["unreachable"] == coverage["absent"] == []


def test_check_names_the_longest_gaps_in_local_time_at_their_line(folder: Path) -> None:
    edit(folder, "starts: 2026", "hours: [{days: [mon-fri], from: 00:00, until: 24:00}]\n        starts: 2026")
    (gap,) = warnings(folder)
    assert re.match(
        r"roster.yaml:9: teams.pay.on_call.L1: nobody is on call for payments, checkout "
        r"for (16 d|16 d 1 h|15 d 23 h) of the next 8 weeks: Sat \d{4}-\d\d-\d\d 00:00 CES?T to Mon ",
        gap,
    )
    assert gap.endswith((", and 5 more.", ", and 6 more."))
    told = json.loads(run("check", folder, "--json").output)
    (found,) = told["coverage"]["gaps"]
    assert list(found) == ["team", "level", "services", "time_zone", "named", "times", "paths", "severities"]
    assert len(found["times"]) in {8, 9}
    assert run("check", folder, "--strict").exit_code == 1


def test_check_tells_the_worst_first_and_all_of_the_time_at_once(folder: Path) -> None:
    today = datetime.now(UTC).date()
    leave = f"name: Sam Okafor, time_off: [{{from: {today}, until: {today + timedelta(days=1)}}}],"
    edit(folder, "name: Sam Okafor,", leave)
    edit(folder, "levels: [", "levels: [{name: L0, acknowledge_within: 1m}, ", "policy.yaml")
    worst, off, absent = warnings(folder)
    assert worst == (
        "roster.yaml:8: teams.pay.on_call.L0: nobody is on call for payments, checkout at any time in the next 8 weeks."
        " Name people for it."
    )
    assert off.startswith("roster.yaml:15: teams.pay.on_call.L2: nobody is on call for payments, checkout for ")
    assert off.endswith("00:00 UTC (off: Sam Okafor).")
    assert absent.startswith(
        "policy.yaml:2: paths.standard.last_resort: Sam Okafor is off and has nobody to stand in: "
    )


def test_check_tells_who_is_called_upon_and_cannot_be_reached(folder: Path) -> None:
    edit(folder, '{name: Sam Okafor, notify: ["mailto://sam@example.com"]}', "{name: Sam Okafor}")
    result = run("check", folder, "--weeks", "1")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[0] == (
        "error: roster.yaml:4: people.sam.notify: nothing can reach them, and they are called upon by pay L1, pay L2, "
        "desk L1, standard as its last resort. Give at least one address."
    )


def test_check_says_that_a_leave_in_the_persons_own_zone_is_local(folder: Path) -> None:
    later = date.today() + timedelta(days=10)  # noqa: DTZ011 - any day ahead
    leave = f"name: Sam Okafor, time_zone: Asia/Kolkata, time_off: [{{from: {later}, until: {later}}}],"
    edit(folder, "name: Sam Okafor,", leave)
    absent = warnings(folder)[-1]
    assert f"{later} 00:00 IST to " in absent


def test_who_is_off_in_that_time_is_shown_with_who_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    team = Team(id="pay", name="Payments", on_call={"L1": OnCall(people=("lee",))})
    lee = Person("lee", "Lee Park", time_zone="Europe/Paris", calendar=CalendarFeed(url="${LEE}"))
    written = Span(start + timedelta(days=1), start + timedelta(days=2))
    told = Span(start - timedelta(days=1), start + timedelta(hours=3))
    roster = Roster({"lee": lee}, {"pay": team}, {"lee": (written,)}).with_calendars({"lee": (told,), "gone": (told,)})
    monkeypatch.setattr(given, "_in_force", lambda: SimpleNamespace(policy=SimpleNamespace(roster=roster)))
    monkeypatch.setattr(desk, "now", lambda: start)
    (first, second) = json.loads(run("oncall", "--json").output)["off"]
    assert first == {
        "person": "lee", "name": "Lee Park", "from": "2026-03-02T09:00:00+00:00",
        "until": "2026-03-02T12:00:00+00:00", "time_zone": "Europe/Paris", "by": "calendar",
    }  # fmt: skip
    assert second["by"] == "roster"
    output = run("oncall").output
    assert "nobody    off: Lee Park" in output
    assert "Off in that time:" in output
    assert "Mon 2026-03-02 13:00 CET  their own calendar" in output


def test_check_tells_a_rule_that_never_matches_at_its_line_and_how_that_was_found(folder: Path) -> None:
    rules = """\
routing:
  rules:
    - {name: all of pay, match: {source: [grafana, zabbix]}, team: pay}
    - {name: grafana, match: {source: grafana, severity: SEV1}, team: desk}
    - {name: old, when: age > 3600, team: pay}
    - {name: older, when: age > 7200, team: desk}
"""
    (folder / "policy.yaml").write_text(POLICY + rules)
    found = [line for line in warnings(folder) if "never match" in line]
    assert found[0] == (
        "policy.yaml:6: routing.rules[1]: “grafana” can never match: “all of pay” always comes first. "
        "Put it before them, or take it out."
    )
    assert len(found) == 2
    assert re.search(r"“older” can never match: “old” always comes first \(of \d+ examples that were tried\)", found[1])
    told = json.loads(run("check", folder, "--json").output)["findings"]
    assert [one["how"] for one in told if one["kind"] == "rule_never_matches"] == ["proved", "sampled"]
    assert list(told[0]) == ["gravity", "kind", "how", "file", "line", "path", "message", "hint"]


def test_check_ends_with_an_error_where_tickets_would_reach_nobody(folder: Path) -> None:
    edit(folder, ", last_resort: sam", "", "policy.yaml")
    edit(folder, "      L2: {people: [sam]}\n", "")
    edit(folder, "starts: 2026", "hours: [{days: [mon-fri], from: 00:00, until: 24:00}]\n        starts: 2026")
    edit(folder, "person: sam", "person: lee")
    result = run("check", folder)
    assert result.exit_code == 1
    first = result.stderr.splitlines()[0]
    assert first.startswith(
        "error: policy.yaml:2: paths.standard: tickets of payments, checkout that come to pay would "
    )
    assert "reach nobody at all for 16 d" in first or "for 15 d 23 h" in first or "for 16 d 1 h" in first


def test_check_says_which_calendars_it_could_not_look_at(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNG_HOME", str(folder))
    monkeypatch.setenv("LEE_CALENDAR", "https://calendar.example.com/lee.ics")
    edit(folder, "name: Lee Park,", 'name: Lee Park, calendar: {url: "${LEE_CALENDAR}"},')
    result = run("check", folder)
    assert result.exit_code == 0
    assert result.stderr == (
        "note: roster.yaml:1: people: the calendars of lee were not looked at: no database can be asked here.\n"
    )
    assert run("check", folder, "--strict").exit_code == 1


def test_check_warns_of_a_calendar_that_has_not_been_fetched_for_long(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEE_CALENDAR", "https://calendar.example.com/lee.ics")
    monkeypatch.setenv("SAM_CALENDAR", "https://calendar.example.com/sam.ics")
    edit(folder, "name: Lee Park,", 'name: Lee Park, calendar: {url: "${LEE_CALENDAR}"},')
    edit(folder, "name: Sam Okafor,", 'name: Sam Okafor, calendar: {url: "${SAM_CALENDAR}"},')
    old = CalendarStatus(
        person="lee",
        source="x",
        fetched_at=datetime(2026, 3, 1, tzinfo=UTC),
        age=timedelta(hours=50),
        error="status 404.",
    )
    now = datetime.now(UTC)
    off = Span(now - timedelta(days=1), now + timedelta(weeks=60))
    monkeypatch.setattr(contacts, "fetched", lambda: ([old], {"sam": (off,)}))
    lines = warnings(folder)
    assert "roster.yaml:3: people.lee.calendar: their calendar was last fetched 2 d 2 h ago: status 404." in lines
    assert "roster.yaml:4: people.sam.calendar: their calendar has never been fetched." in lines
    assert any("L2: nobody is on call for payments, checkout" in line and "(off: Sam Okafor)" in line for line in lines)
