"""Actions are taken up and noted in groups: what is wrong with one, or with one platform, holds up no other."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from core.model import Notice, Person
from core.ports import Platform
from core.store.codec import UnreadableError
from core.work.delivery import Deliverer
from core.work.hands import Hands
from sandbox.alerts import Alert, alertmanager
from tests.integration.world import World, world


@pytest.fixture
def here(postgres_url: str, tmp_path: Path) -> Iterator[World]:
    with world(postgres_url, tmp_path) as made:
        yield made


def opened(here: World, *names: str, source: str = "alertmanager") -> None:
    """A ticket for each, whose record and message wait on the ledger."""
    for name in names:
        body = json.dumps(alertmanager([Alert({"alertname": name})])).encode()
        assert here.post(source, body).status_code == 202
    here.app.intake.drain()


def statuses(here: World, verb: str) -> dict[int, str]:
    """How far the actions of that verb have come, by ticket."""
    return {row.ticket_id: row.status.value for row in here.app.desk.actions() if row.verb.value == verb}


class Watched:
    """A platform that counts how many write to it at once, and lets none through before it is told to."""

    def __init__(self, real: Platform) -> None:
        self.real, self.lock, self.open = real, threading.Lock(), threading.Event()
        self.now = self.most = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def write(self, write: Any) -> Any:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        try:
            assert self.open.wait(10)
            return self.real.write(write)
        finally:
            with self.lock:
                self.now -= 1


def over(here: World, watched: Watched, threads: int = 4) -> Deliverer:
    """What carries actions out, with ServiceNow watched."""
    real = here.app.parts.platforms()
    known: Mapping[str, Platform] = {**real, "servicenow": watched}  # type: ignore[dict-item] # it passes all else on
    return replace(here.app.deliverer, platforms=lambda: known, threads=threads)


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_one_platform_that_does_not_answer_holds_up_no_other_also_not_what_comes_later(here: World) -> None:
    watched = Watched(here.app.parts.platforms()["servicenow"])
    opened(here, "A", "B", "C", "D", "E")
    worker = threading.Thread(target=over(here, watched).drain_writes)
    worker.start()
    wait_until(lambda: watched.now == 4)
    opened(here, "F", source="jira-alerts")
    wait_until(lambda: statuses(here, "create_record")[6] == "done")
    assert set(statuses(here, "create_record").values()) == {"sent", "pending", "done"}
    watched.open.set()
    worker.join(10)
    assert set(statuses(here, "create_record").values()) == {"done"}
    assert watched.most == 4


def test_no_more_is_taken_up_for_a_platform_than_there_are_threads_for_it(here: World) -> None:
    watched = Watched(here.app.parts.platforms()["servicenow"])
    opened(here, "A", "B", "C")
    worker = threading.Thread(target=over(here, watched, threads=2).drain_writes)
    worker.start()
    wait_until(lambda: watched.now == 2)
    assert sorted(statuses(here, "create_record").values()) == ["pending", "sent", "sent"]
    watched.open.set()
    worker.join(10)
    assert watched.most == 2


def test_an_end_that_cannot_be_noted_touches_no_other(here: World) -> None:
    class Spoiler:
        """While the second ticket's message goes out, something makes that ticket unreadable."""

        def notify(self, person: Person, notice: Notice, acknowledge_link: str) -> None:
            del person, acknowledge_link
            if "B" in notice.headline:
                with here.database.begin() as connection:
                    connection.execute(text('UPDATE tickets SET body = body || \'{"state": "melted"}\' WHERE id = 2'))

    opened(here, "A", "B", "C")
    with pytest.raises(UnreadableError):
        replace(here.app.deliverer, notifier=Spoiler()).drain_notices()
    assert statuses(here, "notify") == {1: "done", 2: "sent", 3: "done"}


def test_what_several_need_is_asked_once(here: World) -> None:
    statements: list[str] = []
    event.listen(here.database, "before_cursor_execute", lambda *given: statements.append(given[2]))
    opened(here, "A", "B", "C", "D")
    statements.clear()
    assert here.app.deliverer.drain_notices() == 4
    before = [one for one in statements if "FROM tickets" in one and "FOR " not in one]
    assert len(before) == 1, "the tickets are read once before, for all"
    assert sum("WITH RECURSIVE" in one for one in statements) <= 5, "at worst each ends by itself on a slow machine"


def test_where_the_system_has_no_thread_to_give_the_round_ends_and_says_so(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_left(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    opened(here, "one")
    monkeypatch.setattr(Hands, "give", none_left)
    with pytest.raises(RuntimeError, match="can't start new thread"):
        here.app.deliverer.drain()
