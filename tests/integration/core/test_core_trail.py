"""What is logged of a webhook on its way to the platforms: every line bears the ids of the work that it is about."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError
from structlog.contextvars import get_contextvars, merge_contextvars
from structlog.testing import capture_logs

from core.model import Take
from tests.integration.world import World, world


@pytest.fixture
def here(postgres_url: str, tmp_path: Path) -> Iterator[World]:
    with world(postgres_url, tmp_path) as made:
        yield made


def lines(logs: list[Any], event: str) -> list[Any]:
    return [line for line in logs if line["event"] == event]


def test_a_webhook_can_be_followed_to_its_write_backs_by_ids(here: World) -> None:
    with capture_logs(processors=[merge_contextvars]) as logs:
        delivery = here.alert().json()["delivery"]
    applied = lines(logs, "delivery applied")[0]
    assert (applied["delivery"], applied["source"], applied["tickets"]) == (delivery, "alertmanager", [1])
    done = sorted(lines(logs, "action done"), key=lambda line: str(line["operation"]))
    assert {line["ticket"] for line in done} == {1}
    assert [line["verb"] for line in done] == ["create_record", "notify"]
    ledger = {action.operation_id for action in here.page().actions}
    assert {line["operation"] for line in done} == ledger
    assert done[0]["platform"] == "servicenow"
    assert "platform" not in done[1]
    assert get_contextvars() == {}


def test_what_fails_is_told_with_its_ids_too(here: World) -> None:
    here.box.fault("servicenow", kind="status", status=503, times=None)
    with capture_logs(processors=[merge_contextvars]) as logs:
        here.alert()
        bad = here.post("alertmanager", b'{"hello": "world"}').json()["delivery"]
        here.settle()
        here.poll_now()
    here.box.heal()
    (failed,) = lines(logs, "action failed")
    assert (failed["ticket"], failed["platform"], failed["verb"]) == (1, "servicenow", "create_record")
    (odd,) = lines(logs, "delivery not understood")
    assert (odd["delivery"], odd["source"]) == (bad, "alertmanager")
    (polled,) = lines(logs, "a platform could not be polled")
    assert (polled["platform"], polled["collection"]) == ("servicenow", "incident")


def test_a_defect_in_a_step_is_told_with_the_ticket(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    here.alert()

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("core.work.apply.step", broken)
    with capture_logs(processors=[merge_contextvars]) as logs:
        here.jump(6)
    (line,) = lines(logs, "a timer could not be applied")
    assert (line["ticket"], line["timer"]) == (1, "acknowledge")
    monkeypatch.undo()
    here.app.desk.command(1, Take("dana.reyes", "in the console"))


def test_an_error_of_the_database_holds_no_value(here: World) -> None:
    with pytest.raises(DataError) as error, here.database.begin() as connection:
        connection.execute(text("SELECT CAST(:said AS integer) + length(:secret)"), {"said": "x", "secret": "hush"})
    assert "hush" not in str(error.value)
