"""The store alone, over the embedded PostgreSQL with fsync on: deliveries stored, the ledger claimed and finished."""

from __future__ import annotations

import statistics
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psycopg
from sqlalchemy import Engine, text

from bench.alerts import Requests
from bench.figures import Figure
from bench.floor import TABLE
from bench.ground import Ground
from bench.timing import rate, took
from core.model import Action, ActionStatus, Reason, ReasonCode, Severity, Verb
from core.store import claims, decided
from core.store.database import connect
from core.work.inbox import SqlInbox

_LEASE = timedelta(seconds=60)
_THREADS = 8
_SECONDS = 1.0
_ROUNDS = 3
_CLAIMS = 100


class SilentBell:
    """Rings nobody."""

    def ring(self, work: str) -> None:
        """Nothing."""
        del work


def measure(ground: Ground) -> list[Figure]:
    """Commits, deliveries and actions per second."""
    url = ground.database()
    engine = connect(url, pool_size=_THREADS)
    try:
        floor = Figure(
            name="bare insert and commit", value=_bare(url), unit="rows/s", note="one psycopg connection, autocommit"
        )
        alone = Figure(name="deliveries stored", value=rate(_store(engine), seconds=_SECONDS), unit="deliveries/s")
        many = Figure(name=f"deliveries stored, {_THREADS} threads", value=_by_many(engine), unit="deliveries/s")
        return [floor, alone.over(floor), many.over(floor), *_ledger(engine, floor)]
    finally:
        engine.dispose()


def _bare(url: str) -> float:
    body = Requests("/").body(0)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(TABLE)
        return rate(lambda: connection.execute("INSERT INTO bench_floor (body) VALUES (%s)", [body]), seconds=_SECONDS)


def _store(engine: Engine) -> Callable[[], object]:
    inbox, body = SqlInbox(engine, lambda: datetime.now(UTC), SilentBell()), Requests("/").body(0)
    headers = {"content-type": "application/json", "user-agent": "Alertmanager/0.27.0"}
    return lambda: inbox.accept("kept", key=None, content_type="application/json", headers=headers, body=body)


def _by_many(engine: Engine) -> float:
    """Deliveries per second from several threads at once, as the web role's threads store them."""
    store, stop = _store(engine), threading.Event()

    def work(_: int) -> int:
        done = 0
        while not stop.is_set():
            store()
            done += 1
        return done

    with ThreadPoolExecutor(_THREADS) as pool:
        counts = [pool.submit(work, number) for number in range(_THREADS)]
        spent = took(lambda: stop.wait(_SECONDS))
        stop.set()
    return sum(count.result() for count in counts) / spent


def _ledger(engine: Engine, floor: Figure) -> list[Figure]:
    """Actions claimed and finished by one thread, while few and while many wait behind them."""
    figures = []
    for waiting in (500, 10_000):
        _fill(engine, waiting)
        value = statistics.median(_CLAIMS / took(lambda: _claim_and_finish(engine)) for _ in range(_ROUNDS))
        name = f"actions claimed and finished, {waiting:,} waiting"
        figures.append(Figure(name=name, value=value, unit="actions/s", note="two transactions each").over(floor))
    return figures


def _fill(engine: Engine, waiting: int) -> None:
    """As many actions of as many tickets, each in a lane of its own, and nothing else."""
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE tickets, actions CASCADE"))
        connection.execute(
            text("""
                INSERT INTO tickets (id, uid, state, is_open, severity, service, team, acknowledged, exhausted,
                    opened_at, updated_at, body)
                SELECT n, 'u' || n, 'new', true, 1, '', '', false, false, now(), now(), '{}'
                FROM generate_series(1, :waiting) AS n
            """),
            {"waiting": waiting},
        )
        decided.add(connection, [_action(number) for number in range(1, waiting + 1)], Severity.SEV1, _now())
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE tickets, actions"))


def _now() -> datetime:
    return datetime.now(UTC)


def _action(number: int) -> Action:
    reason = Reason(ReasonCode.OPENED_BY_ALERT, {"source": "kept", "title": "Payments fail"})
    lane = f"{number}/servicenow"
    return Action(
        operation_id=f"u{number}-1",
        ticket_id=number,
        verb=Verb.CREATE_RECORD,
        lane=lane,
        platform="servicenow",
        reason=reason,
    )


def _claim_and_finish(engine: Engine) -> None:
    for _ in range(_CLAIMS):
        with engine.begin() as connection:
            claimed = claims.claim(connection, _LEASE)
        assert claimed, "the ledger ran empty: fill it with more"
        with engine.begin() as connection:
            claims.finish(connection, claimed[0].id, ActionStatus.DONE)
