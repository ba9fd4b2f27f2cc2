"""The demonstration's stories, told while every process of `rung up` is killed: nothing changes on the platforms.

What this holds Rung to, and what it cannot: a webhook that Rung answered with 202 is never lost, and neither is a
write-back. Senders that meet nobody try again by their own rules, which the stories keep to: Alertmanager and Grafana
for minutes, Jira five times. ServiceNow's RESTMessageV2 does not try again, so a change that a person makes while the
web role or the database is down stays unheard of until the record changes again; people in these plays therefore act
when Rung listens (`accidents.Person`), and the next accident may come as soon as their webhook was answered.

Time runs twenty times as fast: the first level has fifteen real seconds, more than the ten after which a dead worker's
work is taken up by another. Echoes of our own writes may be lost with the web role; that they are not missed is part of
what is shown.
"""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from functools import partial

import requests

from sandbox.scenario import judge, play
from sandbox.scenario.stage import Stage
from sandbox.store import Json
from tests.e2e.accidents import ACCIDENTS, Accidents, Person, in_turn
from tests.e2e.conftest import MakeLand
from tests.e2e.land import Land
from tests.e2e.processes import tell, wait_for

SPEED = 20.0
SETTINGS = {"RUNG_LEASE_SECONDS": "10"}


def _stage(accidents: Accidents) -> Stage:
    return replace(accidents.land.stage(), admin=Person(accidents))


def _nothing_changed(land: Land, stage: Stage) -> None:
    """Every write-back was made exactly once, and Rung has nothing left to do, nothing dead, nothing lost."""
    tell(land.rung.said())
    wait_for("all tickets are resolved", lambda: len(_api(land, "tickets", state="resolved")) == 3, 60, land.rung.said)
    wait_for("every write-back is made", lambda: all(one.made >= one.expected for one in judge(stage)), 60)
    time.sleep(3)  # long enough for what was taken up twice to be written twice
    wrong = [one for one in judge(stage) if not one.is_right]
    assert wrong == [], f"{wrong}\n{land.rung.said()}"
    assert _statuses(land, "actions") <= {"done", "confirmed", "superseded"}, _api(land, "actions")
    assert {"applied"} <= _statuses(land, "deliveries") <= {"applied", "declined"}, _api(land, "deliveries")
    assert land.admin.unexpected() == []
    assert "Traceback" not in land.rung.said(), land.rung.said()


def _api(land: Land, what: str, **asked: str) -> list[Json]:
    """What Rung's own API lists of it; nothing while it does not answer."""
    try:
        answer = requests.get(f"{land.url}/api/v1/{what}", params={"limit": "1000", **asked}, timeout=10)
    except requests.RequestException:
        return []
    rows: list[Json] = answer.json()[what] if answer.ok else []
    return rows


def _statuses(land: Land, what: str) -> set[str]:
    return {one["status"] for one in _api(land, what)}


def test_each_process_is_killed_in_turn_as_the_stories_go_on(make_land: MakeLand) -> None:
    land = make_land(SPEED, **SETTINGS)
    accidents = Accidents(land)
    stage = replace(_stage(accidents), tell=in_turn(accidents, ACCIDENTS))
    assert play(stage) == [], land.rung.said()
    wait_for("every accident has happened", lambda: sorted(accidents.happened) == sorted(ACCIDENTS), 30)
    wait_for("Rung is ready again", land.is_ready, 30, land.rung.said)
    _nothing_changed(land, stage)


def test_rung_up_itself_is_killed_twice_and_started_again(make_land: MakeLand) -> None:
    land = make_land(SPEED, **SETTINGS)
    accidents = Accidents(land)
    stage = _stage(accidents)
    killing = [threading.Timer(after, partial(accidents.happen, "rung up")) for after in (4.0, 24.0)]
    for one in killing:
        one.start()
    assert play(stage) == [], land.rung.said()
    for one in killing:
        one.join()
    assert accidents.happened == ["rung up"] * 2
    _nothing_changed(land, stage)
