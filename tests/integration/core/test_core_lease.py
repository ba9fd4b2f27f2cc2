"""A lease is kept while its worker lives, and runs out when it does not."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import text

from core.model import Delivery, Notice, Person
from core.ports import DeliveryError
from core.store import claims, deliveries
from sandbox.alerts import Alert, alertmanager
from tests.integration.world import World, world

SHORT = timedelta(seconds=0.6)


@pytest.fixture
def here(postgres_url: str, tmp_path: Path) -> Iterator[World]:
    with world(postgres_url, tmp_path) as made:
        yield made


class Slow:
    """A way of telling people that takes its time."""

    def __init__(self) -> None:
        self.begun, self.go_on, self.sent = Event(), Event(), 0

    def notify(self, person: Person, notice: Notice, acknowledge_link: str) -> None:
        self.begun.set()
        assert self.go_on.wait(10)
        self.sent += 1


def test_a_slow_message_is_not_sent_by_a_second_worker_beside_the_first(here: World) -> None:
    here.post("alertmanager", b'{"alerts": [{"status": "firing", "labels": {"alertname": "A"}, "fingerprint": "a"}]}')
    here.app.intake.drain()
    slow = Slow()
    first = replace(here.app.deliverer, notifier=slow, lease=SHORT)
    worker = Thread(target=first.drain_notices)
    worker.start()
    assert slow.begun.wait(5)
    time.sleep(3 * SHORT.total_seconds())
    assert here.app.deliverer.drain_notices() == 0
    slow.go_on.set()
    worker.join(10)
    assert slow.sent == 1
    (notice,) = [row for row in here.page().actions if row.verb.value == "notify"]
    assert (notice.status.value, notice.attempts) == ("done", 1)


def test_a_claim_that_another_worker_has_taken_over_is_not_renewed(here: World) -> None:
    here.post("alertmanager", b'{"alerts": [{"status": "firing", "labels": {"alertname": "A"}, "fingerprint": "a"}]}')
    nothing, hour = timedelta(0), timedelta(hours=1)
    with here.database.begin() as connection:
        ((delivery, attempts),) = deliveries.claim(connection, nothing)
    with here.database.begin() as connection:
        deliveries.claim(connection, nothing)
        deliveries.renew(connection, [(delivery.id, attempts)], hour)
        assert deliveries.are_waiting(connection)
    here.app.intake.drain()
    with here.database.begin() as connection:
        (mine,) = claims.claim(connection, nothing, limit=1)
    with here.database.begin() as connection:
        (theirs,) = claims.claim(connection, nothing, limit=1)
        assert theirs.id == mine.id
        claims.renew(connection, [mine], hour)
        (again,) = claims.claim(connection, nothing, limit=1)
        assert again.id == mine.id


def test_what_was_put_off_is_not_taken_up_earlier_for_what_is_still_under_way_beside_it(here: World) -> None:
    for name in ("a", "b"):
        here.post("alertmanager", json.dumps(alertmanager([Alert({"alertname": name})])).encode())

    def greet(delivery: Delivery) -> Callable[[], None]:
        def greeting() -> None:
            if delivery.id == 1:
                raise DeliveryError("not now", retry_after=600)
            time.sleep(2 * SHORT.total_seconds())

        return greeting

    replace(here.app.intake, greet=greet, lease=SHORT).drain()
    with here.database.begin() as connection:
        waits = "SELECT attempt_at > clock_timestamp() + interval '9 minutes' FROM deliveries WHERE id = 1"
        assert connection.execute(text(waits)).scalar_one()
