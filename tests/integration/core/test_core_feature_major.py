"""Major incidents, end to end: on the real database, against the stand-in platforms, with time that jumps."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import text

from core.model import Acknowledge, DeclareMajor, LinkMajor, ReasonCode, State, Ticket, TimerKind
from core.policy import MajorRule, Policy
from core.policy.surge import SurgeRule
from core.work.signals import Messenger
from sandbox.alerts import Alert, alertmanager
from tests.integration.world import BEGIN, World, world

RULE = MajorRule(
    like=("service",),
    at=5,
    bridge="https://meet.example.com/{uid}",
    contact="ines.moreau",
    title="Major incident on {service}: {title}",
)


@pytest.fixture
def here(postgres_url: str, tmp_path: Path) -> Iterator[World]:
    with world(postgres_url, tmp_path) as made:
        ruled(made, RULE)
        yield made


def ruled(here: World, rule: MajorRule) -> None:
    """Major incidents by that rule from now on."""
    here.policy = replace(here.policy, major=rule)
    here.loaded = replace(here.loaded, policy=here.policy, at_version=lambda _: here.policy)


def a_body(*names: str, over: bool = False, here: World | None = None) -> bytes:
    ends = here.now if here and over else None
    alerts = [
        Alert({"alertname": name, "service": "payments-api", "severity": "critical"}, {"summary": name}, BEGIN, ends)
        for name in names
    ]
    return json.dumps(alertmanager(alerts)).encode()


def names(many: int) -> list[str]:
    return [f"Alert {number}" for number in range(1, many + 1)]


def storm(here: World, many: int = 8) -> None:
    """So many alerts in one request."""
    assert here.post("alertmanager", a_body(*names(many))).status_code == 202
    here.settle()


def every(here: World) -> list[Ticket]:
    with here.database.begin() as connection:
        ids = connection.execute(text("SELECT id FROM tickets ORDER BY id")).scalars().all()
    return [here.page(one).ticket for one in ids]


def parents(here: World) -> list[Ticket]:
    return [one for one in every(here) if one.major]


def children(here: World) -> list[Ticket]:
    return [one for one in every(here) if not one.major]


def incident(here: World, ticket: Ticket) -> dict[str, Any]:
    return here.box.incident(ticket.records[0].ref.key)


def resolve(here: World, ticket: Ticket) -> None:
    """Somebody resolves its record on the platform."""
    number = incident(here, ticket)["number"]
    why = {"close_code": "Solution provided", "close_notes": "The database is back."}
    here.box.act("servicenow", "state", who="lee.park", number=number, state="resolved", **why)
    here.settle()


def test_a_storm_of_eight_like_alerts_gives_one_page(here: World) -> None:
    storm(here)
    (parent,) = parents(here)
    assert here.messages.told == ["dana.reyes"]
    assert len(here.box.incidents()) == 9
    assert all(one.gathered and one.parent == parent.id for one in children(here))
    _, notice, _ = here.messages.sent[0]
    assert "Major incident on Payments" in notice.headline
    assert notice.bridge == f"https://meet.example.com/{parent.uid}"
    assert notice.contact == "Inès Moreau"


def test_eight_like_alerts_one_by_one_give_one_page_for_the_major_incident(here: World) -> None:
    for name in names(8):
        here.post("alertmanager", a_body(name))
        here.settle()
    (parent,) = parents(here)
    assert len(here.messages.told) == 5
    assert [one.headline for _, one, _ in here.messages.sent if "Major" in one.headline] == [
        here.messages.sent[-1][1].headline
    ]
    assert parent.like == 8
    here.jump(60)
    others = [notice.headline for _, notice, _ in here.messages.sent[5:]]
    assert all("Major incident" in one for one in others), "only the parent goes on up its path"


def test_each_record_names_the_major_incident_and_its_record_the_bridge(here: World) -> None:
    storm(here)
    (parent,) = parents(here)
    key = parent.records[0].ref.key
    assert f"https://meet.example.com/{parent.uid}" in str(incident(here, parent)["work_notes"])
    assert "Outside communication: Inès Moreau" in str(incident(here, parent)["work_notes"])
    for child in children(here):
        notes = str(incident(here, child)["work_notes"])
        assert f"https://meet.example.com/{parent.uid}" in notes
        assert key in notes


def test_what_it_gathered_is_resolved_on_the_platform_with_it(here: World) -> None:
    storm(here)
    (parent,) = parents(here)
    resolve(here, parent)
    assert {one.state for one in every(here)} == {State.RESOLVED}
    assert {one["fields"]["state"] for one in here.box.incidents()} == {"6"}


def test_what_is_released_escalates_by_itself_again(here: World) -> None:
    ruled(here, replace(RULE, resolves=False))
    storm(here)
    (parent,) = parents(here)
    resolve(here, parent)
    assert all(one.timer(TimerKind.ACKNOWLEDGE) and not one.gathered for one in children(here))
    assert here.messages.told.count("dana.reyes") == 9


def test_two_workers_at_once_make_one_major_incident(here: World) -> None:
    for name in names(24):
        here.post("alertmanager", a_body(name))
    workers = [threading.Thread(target=here.app.intake.drain) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    here.settle()
    assert len(parents(here)) == 1
    assert all(one.gathered for one in children(here))
    assert here.messages.told == ["dana.reyes"]
    assert parents(here)[0].like == 24


def test_what_tickets_tell_each_other_outlives_the_worker(here: World) -> None:
    """The worker dies with a signal in its hands, after the alerts were applied."""
    here.post("alertmanager", a_body(*names(8)))
    delivery, attempts = here.app.intake._claim()[0]
    here.app.intake._take_all([(delivery, attempts)], set())
    with here.database.begin() as connection:
        taken = "UPDATE signals SET attempts = attempts + 1, attempt_at = clock_timestamp() + interval '1 hour'"
        waiting = connection.execute(text(taken + " WHERE status = 'waiting'")).rowcount
    assert waiting
    here.settle()
    assert not all(one.gathered for one in children(here))
    assert here.messages.told == ["dana.reyes"], "those that are about to be gathered are not called for meanwhile"
    with here.database.begin() as connection:
        connection.execute(text("UPDATE signals SET attempt_at = clock_timestamp()"))
    here.settle()
    assert all(one.gathered for one in children(here))
    assert here.messages.told == ["dana.reyes"]


def test_a_signal_that_cannot_be_applied_is_kept_and_holds_up_no_other(here: World) -> None:
    storm(here, 4)
    with here.database.begin() as connection:
        broken = "INSERT INTO signals (ticket_id, kind, body) VALUES (1, 'like_count', '{\"count\": \"many\"}')"
        connection.execute(text(broken))
    here.post("alertmanager", a_body("Alert 5"))
    here.settle()
    assert here.page(1).ticket.gathered
    with here.database.begin() as connection:
        assert connection.execute(text("SELECT status FROM signals")).scalars().all() == ["dead"]
    assert here.app.desk.board().lost == 1
    with here.database.begin() as connection:
        connection.execute(text("UPDATE signals SET body = '{\"count\": 7}'"))
    assert here.app.desk.retell() == 1
    here.settle()
    assert here.page(1).ticket.like == 7
    assert here.app.desk.board().lost == 0


class Dying:
    """Policies over which the worker ends."""

    def newest(self) -> Policy:
        raise KeyboardInterrupt

    def version(self, version: int) -> Policy:
        raise KeyboardInterrupt


def test_what_ends_workers_takes_no_other_signal_with_it(here: World) -> None:
    storm(here, 4)
    told = (
        "INSERT INTO signals (ticket_id, kind, body, attempts) VALUES (:ticket, 'like_count', '{\"count\": 7}', :had)"
    )
    with here.database.begin() as connection:
        connection.execute(text(told), [{"ticket": 1, "had": 5}, {"ticket": 2, "had": 2}])
    with pytest.raises(KeyboardInterrupt):
        Messenger(here.database, Dying(), lambda: here.now).drain()
    with here.database.begin() as connection:
        assert connection.execute(text("SELECT attempts FROM signals ORDER BY ticket_id")).scalars().all() == [6, 2]


def test_the_board_shows_a_storm_as_one_line(here: World) -> None:
    storm(here)
    board = here.app.desk.board()
    (row,) = board.rows
    assert (row.id, row.major, row.children) == (parents(here)[0].id, True, 8)
    assert board.total == 1
    page = here.page(row.id)
    assert [one.id for one in page.children] == [one.id for one in children(here)]
    other = here.page(page.children[0].id)
    assert other.parent
    assert other.parent.id == row.id
    html = requests.get(f"{here.url}/tickets/{row.id}", timeout=10).text
    assert "Join the bridge" in html
    assert "Gathered here" in html
    assert "8 open tickets gathered" in requests.get(f"{here.url}/", timeout=10).text


def test_a_person_links_a_ticket_and_takes_it_out(here: World) -> None:
    storm(here, 5)
    (parent,) = parents(here)
    here.alert(service="unheard-of")
    other = every(here)[-1]
    said = ("dana.reyes", "in the console", "The same database")
    here.app.desk.command(other.id, LinkMajor(*said, major=parent.id))
    here.settle()
    assert here.page(other.id).ticket.gathered
    assert ReasonCode.CHILD_JOINED in here.reasons(parent.id)
    here.app.desk.command(other.id, LinkMajor(*said, major=0))
    here.settle()
    assert here.page(other.id).ticket.timer(TimerKind.ACKNOWLEDGE)


def test_a_person_declares_a_major_incident_and_like_alerts_join_it(here: World) -> None:
    storm(here, 1)
    here.app.desk.command(1, DeclareMajor("dana.reyes", "in the console", "Nobody can pay"))
    here.settle()
    here.post("alertmanager", a_body("Alert 2"))
    here.settle()
    assert here.page(2).ticket.parent == 1
    assert "declared it a major incident" in str(here.box.incidents()[0]["work_notes"])


def test_an_acknowledged_major_incident_calls_nobody_and_alerts_that_clear_leave_it_to_whoever_took_it(
    here: World,
) -> None:
    storm(here)
    (parent,) = parents(here)
    here.app.desk.command(parent.id, Acknowledge("lee.park", "in the console"))
    here.jump(120)
    assert here.messages.told == ["dana.reyes"]
    here.now += timedelta(minutes=1)
    here.post("alertmanager", a_body(*names(8), over=True, here=here))
    here.settle()
    assert here.page(parent.id).ticket.state is State.IN_PROGRESS
    assert not any(one.state.is_open for one in children(here))


SURGE = SurgeRule(at=4, window=timedelta(minutes=15), until=2, call=("sam.okafor", "payments/L2"), widen=3)


def odd(here: World, many: int) -> None:
    """So many mild alerts that have nothing in common."""
    for number in range(many):
        here.alert(alertname=f"Odd {number}", service=f"odd-{number}", severity="info")


def test_a_surge_calls_up_more_people_and_lets_what_is_mild_wait_longer(here: World) -> None:
    ruled(here, MajorRule(surge=SURGE))
    odd(here, 3)
    before = [notice for _, notice, _ in here.messages.sent if notice.informs]
    assert not before
    assert here.app.desk.board().surge is None
    here.alert(alertname="Odd 4", service="odd-4", severity="info")
    called = [person for person, notice, _ in here.messages.sent if notice.informs]
    assert sorted(called) == ["lee.park", "sam.okafor"]
    assert ReasonCode.SURGE_BEGAN in here.reasons(4)
    assert ReasonCode.SURGE_WIDENED in here.reasons(4)
    first, fourth = here.page(1).ticket.timers, here.page(4).ticket.timers
    waits = [next(one.due_at for one in timers if one.kind is TimerKind.ACKNOWLEDGE) for timers in (first, fourth)]
    assert (waits[1] - here.now) == 3 * (waits[0] - here.now)
    assert "Surge" in requests.get(f"{here.url}/", timeout=10).text


def test_a_surge_is_told_once_and_ends_by_itself(here: World) -> None:
    ruled(here, MajorRule(surge=SURGE))
    odd(here, 6)
    assert [notice.headline for _, notice, _ in here.messages.sent if notice.informs] == [
        "There are more tickets than usual"
    ] * 2
    here.jump(10)
    assert here.app.desk.board().surge
    here.jump(10)
    assert here.app.desk.board().surge is None
    assert ReasonCode.SURGE_ENDED in here.reasons(4)
    assert [notice.headline for _, notice, _ in here.messages.sent if notice.informs][2:] == ["The surge is over"] * 2


def test_what_a_major_incident_gathers_is_no_surge(here: World) -> None:
    ruled(here, replace(RULE, at=2, surge=replace(SURGE, at=5)))
    storm(here, 8)
    assert here.app.desk.board().surge is None
