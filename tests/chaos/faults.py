"""What can happen to Rung's processes and servers: a list of faults, each with its weight, drawn by seeded dice.

A fault is one more entry of `FAULTS`. What it does takes the ground and the dice; what it returns, if anything, is to
be done so many seconds later.
"""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import psutil
import psycopg
import redis
from sqlalchemy.exc import DBAPIError

from tests.chaos.family import ROLES
from tests.chaos.ground import Ground
from tests.chaos.world_faults import die_at_a_point, expand_schema, fill_disk, lose_names, step_clocks

Later = tuple[float, Callable[[], object]]
"""What is to be done after so many seconds, because of what was done now."""
Do = Callable[[Ground, random.Random], "Later | None"]


class MissedError(Exception):
    """There was nothing to do it to just now."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`weight` is how often it is drawn among the others; `kills` whether it ends a process for good."""

    name: str
    weight: int
    do: Do
    kills: bool = False


_EARLY = 0.1
"""How likely a process is killed that is only starting: more often, and on a busy machine none would ever work."""
_MOST_DOWN = 1
"""Of Rung's own processes so many may be starting or stopped when something else happens."""


def _kill(name: str, ground: Ground, dice: random.Random) -> None:
    one = ground.family.members[name].runs
    if one is None or not (ground.family.is_up(name) or dice.random() < _EARLY):
        raise MissedError
    ground.family.away(name, dice.choice([0, 0, 0, dice.uniform(0, 1)]))
    one.kill()


def _die(name: str, ground: Ground, dice: random.Random) -> Later:
    one = ground.family.members[name].runs
    later = die_at_a_point(name, ground, dice) if one is not None and ground.family.is_up(name) else None
    if later is None:
        raise MissedError
    return later


def _fill(ground: Ground, dice: random.Random) -> Later:
    later = fill_disk(ground, dice)
    if later is None:
        raise MissedError
    return later


def _expand(ground: Ground, dice: random.Random) -> None:
    try:
        if not expand_schema(ground, dice):
            raise MissedError
    except DBAPIError:  # the database is away, or nobody let the step have its lock
        raise MissedError from None


def _stop(name: str, longest: float, ground: Ground, dice: random.Random) -> Later:
    one = ground.family.members[name].runs
    if one is None or one.status() == psutil.STATUS_STOPPED:
        raise MissedError
    stopped = [one, *one.children(recursive=True)]
    for each in stopped:
        each.suspend()
    return dice.uniform(0.2, longest), lambda: _resume(stopped)


def _resume(stopped: Sequence[psutil.Process]) -> None:
    for each in stopped:
        with contextlib.suppress(psutil.NoSuchProcess):
            each.resume()


def _kill_web_child(ground: Ground, dice: random.Random) -> None:
    """The process that serves the web role's requests, not the one that keeps it."""
    one = ground.family.members["web"].runs
    children = one.children() if one else []
    if not children or not (ground.family.is_up("web") or dice.random() < _EARLY):
        raise MissedError
    dice.choice(children).kill()


def _restart_postgres(ground: Ground, dice: random.Random) -> None:
    """As an administrator would: its fast shutdown, and a start."""
    member = ground.family.members["postgres"]
    if member.process is None or member.process.poll() is not None:
        raise MissedError
    ground.family.away("postgres", dice.uniform(0, 1.5))
    member.process.send_signal(member.child().stop_signal)


def _backends(ground: Ground) -> list[psutil.Process]:
    one = ground.family.members["postgres"].runs
    children = one.children() if one else []
    return [child for child in children if "[local]" in " ".join(child.cmdline())]


def _kill_backend(ground: Ground, dice: random.Random) -> None:
    """PostgreSQL then ends all connections, and recovers."""
    found = _backends(ground)
    if not found:
        raise MissedError
    dice.choice(found).kill()


def _cut_connections(ground: Ground, dice: random.Random) -> None:
    """As a pooler or a firewall between would: some connections, or all."""
    share = dice.choice([0.2, 1.0])
    with psycopg.connect(ground.database_url, autocommit=True, connect_timeout=3) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND random() < %s",
            [share],
        )


def _flush_redis(ground: Ground, dice: random.Random) -> None:
    del dice
    with redis.Redis.from_url(ground.family.redis.url(), socket_timeout=2) as one:
        one.flushall()


def _redis_gone(longest: float, ground: Ground, dice: random.Random) -> None:
    one = ground.family.members["redis"].runs
    if one is None:
        raise MissedError
    ground.family.away("redis", dice.uniform(0, longest))
    one.kill()


FAULTS: tuple[Fault, ...] = (
    Fault("worker-1 killed", 6, partial(_kill, "worker-1"), kills=True),
    Fault("worker-2 killed", 6, partial(_kill, "worker-2"), kills=True),
    Fault("clock killed", 4, partial(_kill, "clock"), kills=True),
    Fault("web killed", 3, partial(_kill, "web"), kills=True),
    Fault("web's server killed", 3, _kill_web_child, kills=True),
    Fault("redis killed", 2, partial(_redis_gone, 1.0), kills=True),
    Fault("redis gone for long", 1, partial(_redis_gone, 15.0), kills=True),
    Fault("postgres killed", 1, partial(_kill, "postgres"), kills=True),
    Fault("a backend of postgres killed", 1, _kill_backend, kills=True),
    Fault("postgres restarted", 1, _restart_postgres),
    Fault("connections to postgres cut", 2, _cut_connections),
    Fault("redis flushed", 2, _flush_redis),
    Fault("redis stopped", 1, partial(_stop, "redis", 6.0)),
    *(Fault(f"{name} stopped", 1, partial(_stop, name, 14.0 if name != "web" else 4.0)) for name in ROLES),
)
"""Everything that is drawn from."""

MORE: tuple[Fault, ...] = (
    *(Fault(f"{name} killed between two statements", 4, partial(_die, name), kills=True) for name in ROLES),
    Fault("names not resolved", 1, lose_names),
    Fault("clocks stepped", 1, step_clocks),
    Fault("disk of postgres full", 1, _fill),
    Fault("migrated by a newer version", 1, _expand),
)
"""What is drawn besides where the roles were started by `instrumented.launch`."""

PLATFORM_FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "webhook_lose", "share": 0.08},
    {"kind": "webhook_twice", "share": 0.10},
    {"kind": "webhook_delay", "share": 0.08, "seconds": 6.0},
    {"kind": "webhook_out_of_order", "share": 0.10},
)
"""What goes wrong with the webhooks of both stand-ins, all the time."""

CALL_FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "status", "status": 429, "retry_after": 1, "share": 0.01},
    {"kind": "status", "status": 429, "share": 0.01},
    {"kind": "status", "status": 500, "share": 0.01},
    {"kind": "html", "status": 502, "share": 0.01},
    {"kind": "accepted", "share": 0.01},
    {"kind": "garbled", "share": 0.01},
    {"kind": "nonsense", "share": 0.01},
    {"kind": "close", "share": 0.01},
    {"kind": "commit_then_drop", "share": 0.01},
    {"kind": "silence", "share": 0.001},
    {"kind": "delay", "seconds": 2.0, "share": 0.01},
)
"""What goes wrong with what is asked of them besides, where more is drawn."""


@dataclass
class Unrest:
    """Has faults happen from its start until its end, `pause` seconds apart on average."""

    ground: Ground
    seed: int
    pause: float
    most_kills: int
    faults: Sequence[Fault] = FAULTS
    happened: Counter[str] = field(default_factory=Counter)
    _over: threading.Event = field(default_factory=threading.Event)
    _later: list[tuple[float, Callable[[], object]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Nothing happens yet."""
        self._thread = threading.Thread(target=self._run, name="unrest", daemon=True)

    @property
    def kills(self) -> int:
        """How many processes were killed so far."""
        return sum(self.happened[one.name] for one in self.faults if one.kills)

    def begin(self) -> None:
        """Have the webhooks go wrong, and faults happen."""
        for number, fault in enumerate([*PLATFORM_FAULTS, *(CALL_FAULTS if self.faults is not FAULTS else ())]):
            for side, platform in enumerate(("servicenow", "jira")):
                self.ground.box.fault(platform, **fault, times=None, seed=self.seed * 100 + number * 2 + side)
        self._thread.start()

    def end(self) -> None:
        """No more of it; what was to be done later is done now."""
        self._over.set()
        self._thread.join()
        self.ground.box.heal()
        self._undo(float("inf"))

    def _run(self) -> None:
        dice = random.Random(f"faults {self.seed}")
        weights = [one.weight for one in self.faults]
        while not self._over.wait(dice.uniform(0.2, 1.8) * self.pause):
            self._undo(time.monotonic())
            if self.kills < self.most_kills and not self.ground.holds.is_set() and self._works():
                self._happen(dice.choices(self.faults, weights=weights)[0], dice)

    def _works(self) -> bool:
        """Whether so much of it runs that something can go wrong: how fast a machine starts processes differs."""
        family = self.ground.family
        down = [name for name in ROLES if not family.is_up(name)]
        return len(down) <= _MOST_DOWN and family.members["postgres"].runs is not None

    def _happen(self, fault: Fault, dice: random.Random) -> None:
        try:
            later = fault.do(self.ground, dice)
        except (MissedError, psutil.Error, psycopg.Error, redis.RedisError):
            return  # what it was to befall is not there just now
        self.happened[fault.name] += 1
        if later is not None:
            self._later.append((time.monotonic() + later[0], later[1]))

    def _undo(self, by: float) -> None:
        for one in [one for one in self._later if one[0] <= by]:
            self._later.remove(one)
            one[1]()
