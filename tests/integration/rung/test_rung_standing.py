"""The numbers after a real life: what passed, what waits, what went wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from prometheus_client import REGISTRY
from sqlalchemy import create_engine, text

from rung.standing import Whole
from tests.integration.world import World


class Told:
    """What a scrape of the whole says."""

    def __init__(self, whole: Whole) -> None:
        self._samples = {
            (sample.name, *sorted(sample.labels.items())): sample.value
            for metric in whole.collect()
            for sample in metric.samples
        }

    def get_sample_value(self, name: str, labels: dict[str, str] | None = None) -> float | None:
        return self._samples.get((name, *sorted((labels or {}).items())))


def told(world: World) -> Told:
    return Told(Whole(world.database, lambda: world.now, lambda: ["servicenow", "jira"]))


def count(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0


def test_what_passed_and_what_is_open_is_told(postgres_url: str, tmp_path: Path) -> None:
    world = World(postgres_url, tmp_path)
    try:
        applied = count("rung_deliveries_total", source="alertmanager", status="applied")
        done = count("rung_actions_total", platform="servicenow", verb="create_record", result="done")
        steps = count("rung_step_seconds_count", stimulus="Report")
        world.alert()
        assert count("rung_deliveries_total", source="alertmanager", status="applied") == applied + 1
        assert count("rung_actions_total", platform="servicenow", verb="create_record", result="done") == done + 1
        assert count("rung_step_seconds_count", stimulus="Report") > steps
        registry = told(world)
        assert registry.get_sample_value("rung_database_up") == 1
        assert registry.get_sample_value("rung_open_tickets", {"severity": "SEV1"}) == 1
        assert registry.get_sample_value("rung_waiting", {"work": "write_back"}) == 0
        assert registry.get_sample_value("rung_breaker_open", {"platform": "servicenow"}) == 0
    finally:
        world.close()


def test_what_waits_tells_since_when_and_what_died_is_counted(postgres_url: str, tmp_path: Path) -> None:
    world = World(postgres_url, tmp_path)
    try:
        retried = count("rung_action_retries_total", platform="servicenow", reason="down")
        world.box.fault("servicenow", kind="status", status=503, times=None)
        world.alert()
        world.post("alertmanager", b'{"hello": "world"}')
        world.settle()
        registry = told(world)
        assert registry.get_sample_value("rung_waiting", {"work": "write_back"}) == 1
        assert registry.get_sample_value("rung_ended_badly", {"what": "unmapped_delivery"}) == 1
        assert count("rung_action_retries_total", platform="servicenow", reason="down") > retried
        world.now = world.now.replace(hour=world.now.hour + 1)
        later = told(world)
        age = later.get_sample_value("rung_oldest_waiting_seconds", {"work": "write_back"})
        assert age is not None
        assert age >= 3600
        world.box.heal()
    finally:
        world.close()


def test_an_acknowledgement_and_a_missed_target_are_counted(postgres_url: str, tmp_path: Path) -> None:
    world = World(postgres_url, tmp_path)
    try:
        before = count("rung_timer_lateness_seconds_count")
        world.alert()
        world.jump(6)
        assert count("rung_timer_lateness_seconds_count") > before
        taken = count("rung_acknowledge_seconds_count", severity="SEV1")
        link = world.messages.sent[-1][2]
        world.flask.test_client().post(link.partition("http://rung.example")[2])
        assert count("rung_acknowledge_seconds_count", severity="SEV1") == taken + 1
    finally:
        world.close()


def test_a_database_that_is_away_is_told_in_place_of_old_numbers() -> None:
    away = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none", connect_args={"connect_timeout": 1})
    registry = Told(Whole(away, lambda: datetime.now(UTC), list))
    assert registry.get_sample_value("rung_database_up") == 0
    assert registry.get_sample_value("rung_open_tickets", {"severity": "SEV1"}) is None


def test_who_is_not_reached_and_what_nobody_answers_is_told(postgres_url: str, tmp_path: Path) -> None:
    world = World(postgres_url, tmp_path)
    try:
        unreached, climbed = count("rung_people_unreached_total"), count("rung_escalations_total", severity="SEV1")
        world.messages.refuses = {("dana.reyes", 0), ("dana.reyes", 1)}
        world.alert()
        assert count("rung_people_unreached_total") == unreached + 1
        registry = told(world)
        assert registry.get_sample_value("rung_ended_badly", {"what": "dead_notice"}) == 2
        assert registry.get_sample_value("rung_ended_badly_lately", {"what": "dead_notice", "where": "notify"}) == 2
        assert registry.get_sample_value("rung_unanswered_tickets", {"severity": "SEV1"}) == 0
        world.jump(6)
        assert count("rung_escalations_total", severity="SEV1") == climbed + 2
        assert told(world).get_sample_value("rung_unanswered_tickets", {"severity": "SEV1"}) == 1
        with world.database.begin() as connection:
            connection.execute(text("UPDATE actions SET attempt_at = attempt_at - interval '61 minutes'"))
        later = told(world)
        assert later.get_sample_value("rung_ended_badly", {"what": "dead_notice"}) == 2
        assert later.get_sample_value("rung_ended_badly_lately", {"what": "dead_notice", "where": "notify"}) is None
    finally:
        world.close()


def test_a_timer_that_fails_is_told_as_such_and_not_as_late(postgres_url: str, tmp_path: Path) -> None:
    world = World(postgres_url, tmp_path)
    try:
        world.alert()
        world.now = world.now.replace(minute=10)
        assert told(world).get_sample_value("rung_oldest_waiting_seconds", {"work": "timer"}) == 300
        with world.database.begin() as connection:
            connection.execute(text("UPDATE timers SET error = 'ValueError: no'"))
        registry = told(world)
        assert registry.get_sample_value("rung_oldest_waiting_seconds", {"work": "timer"}) == 0
        assert registry.get_sample_value("rung_ended_badly", {"what": "failing_timer"}) == 1
    finally:
        world.close()


def test_what_waits_for_a_platform_is_told_of_that_one_alone(postgres_url: str, tmp_path: Path) -> None:
    world = World(postgres_url, tmp_path)
    try:
        world.box.fault("servicenow", kind="status", status=503, times=None)
        world.alert()
        world.now = world.now.replace(minute=20)
        registry = told(world)
        ages = [
            registry.get_sample_value("rung_platform_oldest_waiting_seconds", {"platform": one})
            for one in ("servicenow", "jira")
        ]
        assert ages == [1200, 0]
        assert registry.get_sample_value("rung_platform_waiting", {"platform": "servicenow"}) == 1
        world.box.heal()
    finally:
        world.close()
