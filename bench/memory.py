"""How much memory each role takes: at rest, and at most while it works hard with very many tickets open."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg

from bench.alerts import Requests
from bench.figures import Figure
from bench.ground import GroundError, wait_until
from bench.intake import fill
from bench.scene import Scene

_MIB = 1024
_REST_SECONDS = 3.0
_PAGES = 20
_EVENTS = 1000
_TIMERS = 300
_FAR = 1 << 41


def measure(stage: Scene) -> list[Figure]:
    """Each role's memory (resident) at rest and at its most, in MiB."""
    return [
        *_weighed(stage, "web", _looked_at),
        *_weighed(stage, "worker", lambda _: _worked_off(stage)),
        *_weighed(stage, "clock", lambda _: _fired(stage)),
    ]


def _weighed(stage: Scene, role: str, work: Callable[[int], None]) -> Iterator[Figure]:
    with psycopg.connect(stage.url, autocommit=True) as connection:
        connection.execute("DELETE FROM processes")
        with stage.role(role) as settings:
            wait_until(lambda: _pid(connection) > 0, 60, f"the {role} did not come up")
            time.sleep(_REST_SECONDS)
            pid = _pid(connection)
            rest = _status(pid, "VmRSS")
            work(settings.port)
            most = _status(pid, "VmHWM")
    yield Figure(name=f"memory of the {role} role at rest", value=rest, unit="MiB")
    yield Figure(name=f"memory of the {role} role, at most", value=most, unit="MiB")


def _pid(connection: psycopg.Connection[tuple[object, ...]]) -> int:
    row = connection.execute("SELECT pid FROM processes").fetchone()
    return int(str(row[0])) if row else 0


def _status(pid: int, name: str) -> float:
    """A line of what Linux tells of a process (proc_pid_status(5)), in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / _MIB
    raise GroundError(f"the system does not tell {name} of a process")


def _looked_at(port: int) -> None:
    """The largest pages that there are, over and over."""
    for path in ("/?all", "/api/v1/tickets?limit=1000", "/api/v1/actions?limit=1000") * _PAGES:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", path)
        connection.getresponse().read()
        connection.close()


def _worked_off(stage: Scene) -> None:
    """Repeats and new tickets, all at once."""
    numbers = stage.crowd[-1]
    fill(stage.engine, Requests("/", first=numbers[0], keys=0), min(_EVENTS, len(numbers)))
    fill(stage.engine, Requests("/", first=_FAR), _EVENTS // 10)
    waiting = "SELECT count(*) FROM deliveries WHERE status = 'received'"
    with psycopg.connect(stage.url, autocommit=True) as connection:
        wait_until(lambda: connection.execute(waiting).fetchone() == (0,), 150, "deliveries still waited")


def _fired(stage: Scene) -> None:
    """Timers that are due all at once."""
    numbers = stage.about_to_be_due(_TIMERS, 100_000)
    waiting = "SELECT count(*) FROM timers WHERE kind = 'acknowledge' AND token = 1 AND ticket_id BETWEEN %s AND %s"
    with psycopg.connect(stage.url, autocommit=True) as connection:
        given = [numbers[0], numbers[-1]]
        wait_until(lambda: connection.execute(waiting, given).fetchone() == (0,), 150, "timers still waited")
