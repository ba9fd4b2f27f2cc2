"""Polling: what no webhook told is found, told once, and costs nothing where nothing is new."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from core.model import ReasonCode, State
from core.store import watermarks
from core.work import news, sweep
from tests.integration.world import World, world


@pytest.fixture(params=["cloud", "datacenter"])
def here(request: pytest.FixtureRequest, postgres_url: str, tmp_path: Path) -> Iterator[World]:
    with world(postgres_url, tmp_path, deployment=request.param, journal=True, reads_journal=True) as made:
        made.poll()
        yield made


def incident(here: World, **fields: str) -> str:
    told = {"short_description": "Payments fail", "impact": "1", "urgency": "1", **fields}
    number = here.box.act("servicenow", "create", who="dana.reyes", fields=told)["number"]
    here.settle()
    return str(number)


def issue(here: World, **fields: Any) -> str:
    told = {"summary": "Checkout is slow", "priority": "High", **fields}
    key = here.box.act("jira", "create", who="dana.reyes", project="OPS", fields=told)["key"]
    here.settle()
    return str(key)


def deaf(here: World) -> None:
    for platform in ("servicenow", "jira"):
        here.box.fault(platform, kind="webhook_never")


def later(here: World, minutes: float = 2) -> None:
    here.jump(minutes)
    here.poll()


def found(here: World) -> dict[str, tuple[int, int, int]]:
    with here.database.begin() as connection:
        rows = watermarks.statuses(connection, here.loaded.polls)
    return {row.platform: (row.found_records, row.found_comments, row.found_deletions) for row in rows}


def deliveries(here: World) -> int:
    return len(here.app.desk.deliveries(limit=1000))


def test_a_record_whose_webhook_never_came_opens_its_ticket(here: World) -> None:
    deaf(here)
    incident(here)
    issue(here)
    later(here)
    titles = {row.title for row in here.app.desk.tickets()}
    assert titles == {"Payments fail", "Checkout is slow"}
    assert found(here) == {"servicenow": (1, 0, 0), "jira": (1, 0, 0)}


def test_a_change_whose_webhook_never_came_reaches_the_ticket_with_who_made_it(here: World) -> None:
    number, key = incident(here), issue(here)
    deaf(here)
    here.box.act("servicenow", "update", who="lee.park", number=number, fields={"short_description": "All is down"})
    here.box.act("jira", "edit", who="lee.park", key=key, fields={"summary": "Checkout is dead"})
    later(here)
    assert here.page(1).ticket.title == "All is down"
    assert here.page(2).ticket.title == "Checkout is dead"
    for number_ in (1, 2):
        told = [entry for entry in here.page(number_).entries if entry.reason.code is ReasonCode.FACTS_CHANGED]
        assert "park" in told[-1].by.lower()


def test_a_comment_whose_webhook_never_came_is_entered_once(here: World) -> None:
    number, key = incident(here), issue(here)
    deaf(here)
    here.box.act("servicenow", "comment", who="lee.park", number=number, text="On it", internal=True)
    here.box.act("servicenow", "comment", who="lee.park", number=number, text="On it still", internal=True)
    here.box.act("jira", "comment", who="lee.park", key=key, text="On it")
    here.box.act("jira", "comment", who="lee.park", key=key, text="On it still")
    for _ in range(3):
        later(here)
    for ticket in (1, 2):
        assert here.reasons(ticket).count(ReasonCode.COMMENTED) == 2
    assert found(here) == {"servicenow": (0, 2, 0), "jira": (0, 2, 0)}


def test_what_webhooks_have_told_costs_no_delivery_and_counts_as_nothing(here: World) -> None:
    number, key = incident(here), issue(here)
    here.box.act("servicenow", "update", who="lee.park", number=number, fields={"short_description": "All is down"})
    here.box.act("servicenow", "comment", who="lee.park", number=number, text="On it", internal=True)
    here.box.act("jira", "edit", who="lee.park", key=key, fields={"summary": "Checkout is dead"})
    here.box.act("jira", "comment", who="lee.park", key=key, text="On it")
    here.settle()
    before = deliveries(here)
    for _ in range(3):
        later(here, 1)
    assert deliveries(here) == before
    assert found(here) == {"servicenow": (0, 0, 0), "jira": (0, 0, 0)}
    assert here.reasons(1).count(ReasonCode.COMMENTED) == 1


def test_a_webhook_that_is_only_late_is_waited_for(here: World) -> None:
    number = incident(here)
    here.box.fault("servicenow", kind="webhook_out_of_order")
    here.box.act("servicenow", "update", who="lee.park", number=number, fields={"short_description": "All is down"})
    here.poll()
    assert found(here)["servicenow"] == (0, 0, 0)
    assert here.page(1).ticket.title == "All is down"


def test_our_own_writes_are_no_news(here: World) -> None:
    for target in ("servicenow", "jira"):
        here.box.fault(target, kind="webhook_never")
    here.alert()
    here.alert(source="jira-alerts", instance="two")
    here.jump(6)
    before = deliveries(here)
    for _ in range(2):
        later(here)
    assert deliveries(here) == before


def test_many_records_of_one_second_are_all_found_page_by_page(here: World) -> None:
    deaf(here)
    for count in range(53):
        fields = {"short_description": f"Case {count}", "impact": "3", "urgency": "3"}
        here.box.act("servicenow", "create", who="dana.reyes", fields=fields)
    for count in range(53):
        here.box.act("jira", "create", who="dana.reyes", project="OPS", fields={"summary": f"Issue {count}"})
    later(here, 1)
    rows = here.app.desk.tickets(limit=1000)
    assert len({row.title for row in rows}) == len(rows) == 106


def test_records_that_may_not_be_seen_hide_none_behind_them(here: World) -> None:
    deaf(here)
    numbers = [incident(here, short_description=f"Case {count}") for count in range(55)]
    for number in sorted(numbers, key=lambda one: here.box.incident(one)["sys_id"])[:52]:
        here.box.act("servicenow", "hide", who="tomas.novak", number=number)
    later(here, 1)
    assert len(here.app.desk.tickets(limit=1000)) == 3


def test_a_deletion_whose_webhook_never_came_is_believed_after_a_second_look(here: World) -> None:
    number, key = incident(here), issue(here)
    deaf(here)
    here.box.act("servicenow", "delete", who="tomas.novak", number=number)
    here.box.act("jira", "delete", who="tomas.novak", key=key)
    later(here)
    assert here.page(1).ticket.state is State.NEW
    with here.database.begin() as connection:
        connection.execute(text("UPDATE heard SET gone_since = gone_since - interval '2 minutes'"))
    later(here)
    assert {here.page(1).ticket.state, here.page(2).ticket.state} == {State.CANCELED}
    assert found(here) == {"servicenow": (0, 0, 1), "jira": (0, 0, 1)}


def test_a_deletion_that_nothing_comes_of_does_not_keep_the_others_from_being_looked_for(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, _ = incident(here), incident(here)
    deaf(here)
    here.box.act("servicenow", "delete", who="tomas.novak", number=gone)
    monkeypatch.setattr(sweep, "hand_in", lambda *_: 0)  # it was handed in before, and failed
    later(here)
    with here.database.begin() as connection:
        connection.execute(text("UPDATE heard SET gone_since = gone_since - interval '2 minutes'"))
    later(here)
    with here.database.begin() as connection:
        assert connection.execute(text("SELECT swept FROM watermarks WHERE platform = 'servicenow'")).scalar_one() == 2


def test_records_that_are_all_missing_at_once_are_not_taken_as_deleted(here: World) -> None:
    numbers = [incident(here, short_description=f"Case {count}") for count in range(4)]
    deaf(here)
    for number in numbers:
        here.box.act("servicenow", "hide", who="tomas.novak", number=number)
    later(here)
    with here.database.begin() as connection:
        (row,) = [one for one in watermarks.statuses(connection, here.loaded.polls) if one.platform == "servicenow"]
    assert "may still read incident" in row.warning
    assert all(here.page(one).ticket.state is State.NEW for one in range(1, 5))


def test_a_platform_that_is_down_is_left_alone_and_caught_up_with(here: World) -> None:
    deaf(here)
    incident(here)
    with here.database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO breakers (platform, failures, open_since, open_until) VALUES "
                "('servicenow', 9, clock_timestamp(), clock_timestamp() + interval '1 hour')"
            )
        )
    asked = len(here.box.calls("servicenow"))
    later(here)
    assert len(here.box.calls("servicenow")) == asked
    with here.database.begin() as connection:
        connection.execute(text("DELETE FROM breakers"))
    here.jump(600)
    here.poll()
    assert [row.title for row in here.app.desk.tickets()] == ["Payments fail"]


def test_a_refusal_for_now_is_told_and_waited_out(here: World) -> None:
    here.box.fault("servicenow", kind="status", status=429, retry_after=90, method="GET", times=1)
    later(here)
    with here.database.begin() as connection:
        (row,) = [one for one in watermarks.statuses(connection, here.loaded.polls) if one.platform == "servicenow"]
        wait = connection.execute(
            text("SELECT attempt_at - clock_timestamp() FROM watermarks WHERE platform = 'servicenow'")
        ).scalar_one()
    assert "rate limit" in row.error
    assert wait > timedelta(seconds=170)


def test_two_clocks_poll_each_table_once(here: World) -> None:
    with here.database.begin() as connection:
        watermarks.at_once(connection)
        claimed = watermarks.claim(connection, timedelta(minutes=1))
        other = watermarks.claim(connection, timedelta(minutes=1))
        assert claimed is not None
        assert other is not None
        assert claimed.platform != other.platform
        assert watermarks.claim(connection, timedelta(minutes=1)) is None


def broken(*_: object) -> None:
    raise RuntimeError("never seen before")


def test_what_breaks_the_polling_of_one_platform_is_told_and_leaves_the_others_alone(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    deaf(here)
    incident(here)
    monkeypatch.setattr(here.app.reconciler.platforms()["jira"], "changes", broken)
    later(here)
    assert found(here)["servicenow"] == (1, 0, 0)
    with here.database.begin() as connection:
        errors = {row.platform: row.error for row in watermarks.statuses(connection, here.loaded.polls)}
    assert errors["servicenow"] == ""
    assert "never seen before" in errors["jira"]


def test_a_record_that_cannot_be_judged_does_not_keep_the_others_from_being_polled(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = incident(here)
    deaf(here)
    here.box.act("servicenow", "update", who="lee.park", number=number, fields={"short_description": "All is down"})
    issue(here)
    incident(here, short_description="The bank is down")
    monkeypatch.setattr(news, "preview", broken)
    later(here)
    assert {row.title for row in here.app.desk.tickets()} == {"All is down", "Checkout is slow", "The bank is down"}
