"""Playing a run: the same plan with faults and without, each to its rest, and what came of both."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from tests.chaos import instrumented
from tests.chaos.account import Account, read
from tests.chaos.driver import Driver, UnheardError
from tests.chaos.faults import FAULTS, Fault, Unrest
from tests.chaos.ground import Ground, RestlessError
from tests.chaos.judge import Count, judge
from tests.chaos.plan import Plan

TURN, HEARD = timedelta(minutes=10), timedelta(seconds=45)
"""How much of the policy's time a turn takes, and how much passes before polling believes that a webhook is lost."""
_PATIENCE = 150.0
_HOOKS = 20.0

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a run is: faults are drawn for so many real seconds at most, so many new cases come in each turn.

    No turn is begun once there are `tickets` cases, or `kills` kills. `pause` are the seconds between two faults.
    """

    seed: int
    seconds: float
    tickets: int
    each_turn: int = 25
    kills: int = 1_000_000
    pause: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Result:
    """What came of a run. `stopped` says why it could not be played to its end."""

    size: Size
    turns: int
    happened: Counter[str]
    kills: int
    ours: Account
    other: Account
    counts: Sequence[Count]
    took: dict[str, float] = field(default_factory=dict)
    stopped: str = ""
    starts: int = 0

    @property
    def kept(self) -> bool:
        """Whether every promise was kept."""
        return not self.stopped and all(not one.broken for one in self.counts)


@dataclass
class _Played:
    turns: int
    account: Account
    happened: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    stopped: str = ""
    starts: int = 0


def play(size: Size, say: Say = lambda _: None, faults: Sequence[Fault] = FAULTS) -> Result:
    """Play the plan of that seed with faults, then as many turns of it without, and judge."""
    plan, began = Plan(size.seed, size.each_turn), time.monotonic()
    ours = _with_faults(plan, size, say, faults)
    between = time.monotonic()
    other = _Played(0, Account()) if ours.stopped else _without(plan, ours.turns, say)
    took = {"with faults": between - began, "without": time.monotonic() - between}
    return Result(
        size=size,
        turns=ours.turns,
        happened=ours.happened,
        kills=ours.kills,
        ours=ours.account,
        other=other.account,
        counts=judge(ours.account, other.account) if not ours.stopped else [],
        took=took,
        stopped=ours.stopped,
        starts=ours.starts,
    )


def _with_faults(plan: Plan, size: Size, say: Say, faults: Sequence[Fault]) -> _Played:
    with Ground(launch=instrumented.launch if faults is not FAULTS else None) as ground:
        unrest = Unrest(ground, size.seed, size.pause, size.kills, faults)
        driver, turn, end = Driver(ground), 0, time.monotonic() + size.seconds
        unrest.begin()
        stopped = ""
        try:
            while time.monotonic() < end and turn * size.each_turn < size.tickets and unrest.kills < size.kills:
                _turn(ground, driver, plan, turn)
                turn += 1
                say(f"turn {turn}: {turn * size.each_turn} cases, {unrest.kills} kills")
            unrest.end()
            _wind_up(ground, driver)
        except (RestlessError, UnheardError) as error:
            stopped = f"{error}\n{ground.family.said()}"
            unrest.end()
        starts = sum(one.starts for one in ground.family.members.values())
        ground.family.stop_roles()
        return _Played(turn, read(ground, driver.answered), unrest.happened, unrest.kills, stopped, starts)


def _without(plan: Plan, turns: int, say: Say) -> _Played:
    with Ground() as ground:
        driver = Driver(ground, twice=False)
        for turn in range(turns):
            _turn(ground, driver, plan, turn)
            say(f"turn {turn + 1} of {turns} without faults")
        _wind_up(ground, driver)
        ground.family.stop_roles()
        return _Played(turns, read(ground, driver.answered))


def _turn(ground: Ground, driver: Driver, plan: Plan, turn: int) -> None:
    """Everybody does what they do, all of it is worked off; what was lost is found; then time goes on."""
    driver.act(plan.turn(turn))
    _settle(ground)
    _find(ground)
    ground.jump(TURN - HEARD)
    driver.act(plan.racing(turn), late=False)
    ground.rest(_PATIENCE)


def _find(ground: Ground) -> None:
    ground.jump(HEARD)
    ground.poll(_PATIENCE)
    _settle(ground)


def _settle(ground: Ground) -> None:
    """Webhooks bring work, and work brings webhooks: until both are done."""
    for _ in range(3):
        ground.box.settle(_HOOKS)
        ground.rest(_PATIENCE)


def _wind_up(ground: Ground, driver: Driver) -> None:
    """The last that was late comes in, and everything comes to rest undisturbed."""
    driver.act([])
    for _ in range(2):
        _settle(ground)
        _find(ground)
