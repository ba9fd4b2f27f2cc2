"""On-call, whole: shift changes and people's own calendars, on the real database with time that jumps."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from core.model import Acknowledge, Busy, CalendarFeed, Notice, ReasonCode
from core.policy import Handover, Hours, OnCall, Policy, Span
from core.store import calendars
from core.store import documents as stored
from core.store.database import connect
from core.work.handover import Handovers
from rung.cli.main import rung as cli
from rung.inforce import Policies
from rung.live import Live, with_calendars
from tests.integration.world import BEGIN, World, world

HOUR = timedelta(hours=1)


@pytest.fixture
def rung(postgres_url: str, tmp_path: Path) -> Iterator[World]:
    with world(postgres_url, tmp_path) as made:
        yield made


def duty(world: World, handover: Handover = Handover.STAY, **changes: object) -> None:
    """At L1 Dana and Lee take turns of a day from 09:00 in Paris: on 2 March 2026 Dana comes in."""
    values: dict[str, object] = {
        "people": ("dana.reyes", "lee.park"),
        "rotation": "daily",
        "starts": datetime(2026, 1, 1, 9),
        "time_zone": "Europe/Paris",
        "handover": handover,
    }
    first = OnCall(**{**values, **changes})  # type: ignore[arg-type] # a test's own words
    team = world.policy.roster.teams["payments"]
    team = replace(team, on_call={"L1": first, "L2": OnCall(people=("sam.okafor",))})
    take_effect(world, replace(world.policy, roster=replace(world.policy.roster, teams={"payments": team})))


def take_effect(world: World, policy: Policy) -> None:
    world.policy = policy
    world.loaded = replace(world.loaded, policy=policy, at_version=lambda _: policy)


def at(world: World, *moment: int) -> None:
    """Jump to a moment (UTC) that is yet to come, and do what comes due."""
    there = datetime(*moment, tzinfo=UTC)  # type: ignore[arg-type, misc] # a moment
    world.jump((there - world.now) / timedelta(minutes=1))


def acknowledge(world: World, by: str, ticket: int = 1) -> None:
    world.app.desk.command(ticket, Acknowledge(by=by, via="in the console"))
    world.settle()


def summaries(world: World) -> list[tuple[str, Notice]]:
    return [(person, notice) for person, notice, _ in world.messages.sent if notice.informs]


def assigned_to(world: World, number: int = 0) -> object:
    return world.box.incidents()[number]["fields"]["assigned_to"]


def test_an_acknowledged_ticket_moves_to_the_one_coming_in_who_gets_one_summary(rung: World) -> None:
    duty(rung, Handover.MOVE)
    rung.jump(0)
    rung.alert()
    acknowledge(rung, "dana.reyes")
    at(rung, 2026, 3, 3, 7, 59)
    assert rung.page().ticket.owner == "dana.reyes"
    at(rung, 2026, 3, 3, 8, 0)
    assert rung.page().ticket.owner == "lee.park"
    assert rung.page().ticket.is_acknowledged
    assert assigned_to(rung) == rung.person("lee.park")["sys_id"]
    ((person, notice),) = summaries(rung)
    assert person == "lee.park"
    assert notice.headline == "L1 of Payments Support is yours: 1 open ticket, none not acknowledged"
    assert notice.ask.endswith("Payments fail: in progress, acknowledged by Dana Reyes, yours")
    assert notice.ask.startswith("SEV1 INC")
    assert notice.why == (
        "Your shift began Tue 2026-03-03 09:00 CET, after Dana Reyes. Their open tickets are now yours."
    )
    (note,) = [one for one in rung.box.incidents()[0]["work_notes"] if "taken over" in str(one)]
    assert "Passed from Dana Reyes to Lee Park, who has taken over L1 of Payments Support." in str(note)


def test_by_the_rule_that_they_stay_only_the_summary_is_sent(rung: World) -> None:
    duty(rung)
    rung.jump(0)
    rung.alert()
    acknowledge(rung, "dana.reyes")
    writes = len(rung.box.incidents()[0]["work_notes"])
    at(rung, 2026, 3, 3, 8, 1)
    assert rung.page().ticket.owner == "dana.reyes"
    assert len(rung.box.incidents()[0]["work_notes"]) == writes
    ((person, notice),) = summaries(rung)
    assert (person, notice.ask.endswith(", Dana Reyes")) == ("lee.park", True)
    assert ReasonCode.SHIFT_STAYED in rung.reasons()


def test_by_the_rule_for_unacknowledged_ones_the_one_coming_in_is_asked_in_the_time_that_is_left(rung: World) -> None:
    duty(rung, Handover.UNACKNOWLEDGED)
    at(rung, 2026, 3, 3, 7, 57)
    rung.alert(instance="a")
    due = rung.page().ticket.deadline
    rung.alert(instance="b")
    acknowledge(rung, "dana.reyes", 2)
    at(rung, 2026, 3, 3, 8, 0)
    first, second = rung.page(1).ticket, rung.page(2).ticket
    assert (first.owner, second.owner) == ("lee.park", "dana.reyes")
    assert first.deadline == due
    asked = [(person, notice.headline) for person, notice, _ in rung.messages.sent if not notice.informs]
    assert asked[-1] == ("lee.park", "SEV1 Payments: Payments fail. 2 minutes to acknowledge")
    assert len(summaries(rung)) == 1
    at(rung, 2026, 3, 3, 8, 3)
    assert rung.page(1).ticket.owner == "sam.okafor"


def test_a_change_is_made_once_though_two_clocks_look_at_once(rung: World) -> None:
    duty(rung, Handover.MOVE)
    rung.jump(0)
    rung.alert()
    acknowledge(rung, "dana.reyes")
    rung.now = datetime(2026, 3, 3, 8, 30, tzinfo=UTC)
    clocks = [Handovers(rung.database, Policies(lambda: rung.loaded), lambda: rung.now) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(Handovers.look, clocks)) == 1
    rung.jump(1)
    assert rung.reasons().count(ReasonCode.SHIFT_MOVED) == 1
    assert len(summaries(rung)) == 1


def test_changes_that_came_while_nothing_ran_are_caught_up_by_whoever_has_the_duty_now(rung: World) -> None:
    duty(rung, Handover.MOVE, people=("dana.reyes", "sam.okafor", "lee.park"))
    rung.now = datetime(2026, 3, 3, 12, tzinfo=UTC)
    rung.jump(0)
    rung.alert()
    owner = rung.page().ticket.owner
    acknowledge(rung, owner)
    rung.now += timedelta(days=2)
    clock = Handovers(rung.database, Policies(lambda: rung.loaded), lambda: rung.now)  # started anew: it knows nothing
    assert clock.look() == 1
    rung.settle()
    now_on = rung.policy.roster.on_call("payments", "L1", rung.now)
    assert now_on not in ("", owner)
    assert rung.page().ticket.owner == now_on
    ((person, notice),) = summaries(rung)
    assert person == now_on
    assert rung.policy.roster.name(owner) in notice.why


def test_who_comes_back_after_hours_without_anybody_is_told_what_is_open(rung: World) -> None:
    office = (Hours(frozenset(range(5)), 9 * HOUR, 17 * HOUR),)
    duty(rung, Handover.MOVE, people=("dana.reyes",), hours=office, rotation="none", starts=None)
    rung.jump(0)
    rung.alert()
    acknowledge(rung, "dana.reyes")
    at(rung, 2026, 3, 2, 17, 0)
    assert summaries(rung) == []
    at(rung, 2026, 3, 3, 8, 0)
    ((person, notice),) = summaries(rung)
    assert (person, "after nobody" in notice.why) == ("dana.reyes", True)
    assert ReasonCode.SHIFT_MOVED not in rung.reasons()


def test_what_somebody_else_has_taken_stays_with_them(rung: World) -> None:
    duty(rung, Handover.MOVE)
    rung.jump(0)
    rung.alert()
    acknowledge(rung, "ines.moreau")
    at(rung, 2026, 3, 3, 8, 0)
    assert rung.page().ticket.owner == "ines.moreau"
    (stayed,) = [one.reason for one in rung.page().entries if one.reason.code is ReasonCode.SHIFT_STAYED]
    assert stayed.sentence.endswith("stays with Inès Moreau because it was not theirs who had the duty before.")


def test_nothing_is_sent_where_nothing_is_open(rung: World) -> None:
    duty(rung, Handover.MOVE)
    rung.jump(0)
    at(rung, 2026, 3, 3, 9, 0)
    assert rung.messages.sent == []


@pytest.mark.parametrize(
    ("before", "change", "word"),
    [
        ((2026, 3, 28, 12), (2026, 3, 29, 7, 0), "CEST"),  # clocks go forward: the shift is an hour shorter
        ((2026, 10, 24, 12), (2026, 10, 25, 8, 0), "CET"),  # and an hour longer where they go back
    ],
)
def test_a_shift_changes_at_the_same_time_on_the_wall_on_both_days_on_which_clocks_change(
    rung: World, before: tuple[int, ...], change: tuple[int, ...], word: str
) -> None:
    duty(rung, Handover.MOVE)
    at(rung, *before)
    rung.alert()
    first = rung.page().ticket.owner
    acknowledge(rung, first)
    told = len(summaries(rung))
    moment = datetime(*change, tzinfo=UTC)  # type: ignore[arg-type, misc] # a moment
    rung.jump((moment - rung.now) / timedelta(minutes=1) - 1)
    assert (rung.page().ticket.owner, len(summaries(rung))) == (first, told)
    rung.jump(1)
    assert rung.page().ticket.owner != first
    notice = summaries(rung)[-1][1]
    assert f" 09:00 {word}, " in notice.why
    assert len(summaries(rung)) == told + 1


class Feeds:
    """A server of calendars on this machine."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}
        feeds = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = feeds.pages.get(self.path)
                self.send_response(404 if body is None else 200)
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def says(self, person: str, *days: tuple[str, str]) -> None:
        """From the first day of each pair up to the second, not included, the person is on vacation."""
        events = "".join(
            f"BEGIN:VEVENT\r\nUID:{first}\r\nSUMMARY:Vacation\r\nDTSTART;VALUE=DATE:{first}\r\n"
            f"DTEND;VALUE=DATE:{last}\r\nEND:VEVENT\r\n"
            for first, last in days
        )
        self.pages[f"/{person}"] = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n".encode()


@pytest.fixture
def feeds(monkeypatch: pytest.MonkeyPatch) -> Iterator[Feeds]:
    made = Feeds()
    monkeypatch.setenv("DANA_CALENDAR", f"http://127.0.0.1:{made.server.server_port}/dana")
    yield made
    made.server.shutdown()
    made.server.server_close()


def subscribe(world: World) -> Policy:
    """Dana, who lives in Paris, has a calendar, and both she and Lee are named for L1, Dana first."""
    dana = replace(
        world.policy.roster.people["dana.reyes"],
        calendar=CalendarFeed(url="${DANA_CALENDAR}"),
        time_zone="Europe/Paris",
    )
    people = {**world.policy.roster.people, "dana.reyes": dana}
    take_effect(world, replace(world.policy, roster=replace(world.policy.roster, people=people)))
    duty(world, rotation="none", starts=None)
    return world.policy


def fetch(world: World, documents: Policy) -> None:
    """The clock role fetches what is due, and what it tells takes effect."""
    world.app.calendars.refresh()
    with world.database.begin() as connection:
        told = calendars.time_off(connection)
    read = replace(world.loaded, policy=documents, at_version=lambda _: documents)
    world.loaded = with_calendars(read, told)
    world.policy = world.loaded.policy


def due_again(world: World) -> None:
    with world.database.begin() as connection:
        connection.execute(text("UPDATE calendars SET attempt_at = clock_timestamp()"))


def test_whoever_is_off_by_their_own_calendar_is_passed_over_by_the_clock_where_they_are(
    rung: World, feeds: Feeds
) -> None:
    feeds.says("dana", ("20260303", "20260304"))
    fetch(rung, subscribe(rung))
    at(rung, 2026, 3, 2, 22, 59)
    rung.alert(instance="a")
    at(rung, 2026, 3, 2, 23, 0)  # midnight in Paris
    rung.alert(instance="b")
    at(rung, 2026, 3, 3, 23, 0)
    rung.alert(instance="c")
    assert [rung.page(number).entries[0].at for number in (1, 2, 3)]
    first = [person for person, notice, _ in rung.messages.sent if "5 minutes to acknowledge" in notice.headline]
    assert [first[0], "lee.park" in first, first[-1]] == ["dana.reyes", True, "dana.reyes"]
    assert rung.policy.roster.by_calendar.keys() == {"dana.reyes"}


def test_a_feed_that_cannot_be_fetched_leaves_what_it_told_before_and_is_told_of(rung: World, feeds: Feeds) -> None:
    feeds.says("dana", ("20260303", "20260304"))
    documents = subscribe(rung)
    fetch(rung, documents)
    before = rung.policy.roster.time_off
    for body in (None, b"<html>sign in</html>", b"BEGIN:VCALENDAR\r\n" + b"x" * 5_000_000):
        feeds.pages.pop("/dana", None) if body is None else feeds.pages.update({"/dana": body})
        due_again(rung)
        fetch(rung, documents)
        with rung.database.begin() as connection:
            (status,) = calendars.statuses(connection)
        assert rung.policy.roster.time_off == before
        assert (status.person, status.fetched_at is not None) == ("dana.reyes", True)
        assert status.error
        assert "127.0.0.1" not in status.error
    feeds.says("dana")
    due_again(rung)
    fetch(rung, documents)
    assert rung.policy.roster.by_calendar == {}


def test_a_calendar_is_fetched_once_though_several_clocks_run_and_again_when_it_is_another(
    rung: World, feeds: Feeds
) -> None:
    feeds.says("dana")
    documents = subscribe(rung)
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda _: rung.app.calendars.refresh(), range(4))) == 1
    assert rung.app.calendars.refresh() == 0
    dana = replace(documents.roster.people["dana.reyes"], calendar=CalendarFeed(url="${DANA_CALENDAR}", busy=Busy.ALL))
    people = {**documents.roster.people, "dana.reyes": dana}
    take_effect(rung, replace(documents, roster=replace(documents.roster, people=people)))
    assert rung.app.calendars.refresh() == 1
    take_effect(rung, replace(documents, roster=replace(documents.roster, people={})))
    rung.app.calendars.refresh()
    with rung.database.begin() as connection:
        assert calendars.statuses(connection) == []


def test_the_processes_take_in_what_a_calendar_tells_without_reading_the_documents_anew(
    postgres_url: str, feeds: Feeds
) -> None:
    engine = connect(postgres_url)
    roster = 'people: {dana: {name: Dana, calendar: {url: "${DANA_CALENDAR}"}}}\n'
    try:
        with engine.begin() as connection:
            stored.put(connection, "roster.yaml", roster, "")
        live = Live(engine)
        before = live()
        assert before.policy.roster.time_off == {}
        with engine.begin() as connection:
            calendars.have(connection, {"dana": "x"})
            calendars.fetched(connection, "dana", [Span(BEGIN, BEGIN + HOUR)])
        live._checked = float("-inf")
        after = live()
        assert after.policy.roster.by_calendar == {"dana": (Span(BEGIN, BEGIN + HOUR),)}
        assert after.at_version(0).roster is after.policy.roster
        assert after.platforms is before.platforms
        live._checked = float("-inf")
        assert live() is after
    finally:
        engine.dispose()


def test_check_sees_in_the_database_which_calendars_are_stale_and_what_the_others_tell(
    postgres_url: str, feeds: Feeds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNG_DATABASE_URL", postgres_url)
    (tmp_path / "policy.yaml").write_text(
        "services: {payments: {name: Payments, team: pay}}\n"
        "paths: {standard: {levels: [{name: L1, acknowledge_within: 5m}], last_resort: lee}}\n"
    )
    (tmp_path / "roster.yaml").write_text(
        "people:\n"
        '  dana: {name: Dana, notify: ["mailto://a@example.com"], calendar: {url: "${DANA_CALENDAR}"}}\n'
        '  lee: {name: Lee, notify: ["mailto://b@example.com"], calendar: {url: "${DANA_CALENDAR}"}}\n'
        "teams: {pay: {name: Pay, on_call: {L1: {people: [dana]}}}}\n"
    )
    now = datetime.now(UTC)
    engine = connect(postgres_url)
    with engine.begin() as connection:
        calendars.have(connection, {"dana": "x", "lee": "y"})
        calendars.fetched(connection, "dana", [Span(now + timedelta(days=1), now + timedelta(days=2))])
        calendars.failed(connection, "lee", "the calendar's server answered with status 410.", HOUR)
    engine.dispose()
    result = CliRunner().invoke(cli, ["check", str(tmp_path)], prog_name="rung")
    assert result.exit_code == 4
    told = result.stderr.splitlines()
    assert "tickets of payments that come to pay would reach nobody but the last resort for 1 d of " in told[0]
    assert "nobody is on call for payments for 1 d of the next 8 weeks" in told[1]
    assert "(off: Dana)" in told[1]
    assert told[2] == (
        "warning: roster.yaml:3: people.lee.calendar: their calendar has never been fetched: "
        "the calendar's server answered with status 410."
    )
