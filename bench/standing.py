"""Standing load: what it costs that very many tickets are open and their clocks run, though little is due or asked for.

The same is measured at every size: how the cost grows is the result. Where Rung works in this process, what is told is
processor time, its own and PostgreSQL's, since that is the same on a busy machine; pages come from the real web role,
and how late timers fire from the real clock role.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import timedelta

from bench import lateness, memory, pages
from bench.alerts import Requests
from bench.figures import Figure
from bench.ground import Ground
from bench.intake import fill
from bench.lives import PRESENT
from bench.scene import Scene, scene

SIZES = (1_000, 10_000, 100_000, 1_000_000)
MOST = 10_000
"""Up to so many open tickets unless more are asked for: a million take minutes to make."""
_REPEATS, _NEW, _DUE, _SWEEPS = 300, 100, 200, 20
_FAR = 1 << 40
"""The number of the first alert that no ticket knows: further on with every size."""


def measure(ground: Ground, most: int = MOST) -> list[Figure]:
    """Everything at every size up to the largest; at that one also how late timers are, and memory."""
    figures: list[Figure] = []
    with scene(ground) as stage:
        for size in [one for one in SIZES if one <= most] or [most]:
            made = size - stage.size
            rate = made / stage.grow(size)
            figures.append(Figure(name="open tickets made", value=rate, unit="tickets/s", size=size))
            figures += _worked(stage, size)
            figures += pages.measure(stage, size)
        figures += lateness.measure(stage)
        figures += memory.measure(stage)
    return figures


def _worked(stage: Scene, size: int) -> Iterator[Figure]:
    """What one piece of work costs in processor time."""
    for name, prepared, count in (
        ("a look at what is due, nothing is", _sweeps, _SWEEPS),
        ("a timer fired, next level", _due, _DUE),
        ("a repeat of an open ticket", _repeats, _REPEATS),
        ("a new ticket", _new, _NEW),
    ):
        value = stage.spends(prepared(stage), count)
        yield Figure(name=name, value=value, unit="ms", size=size, note="of processor time")


def _sweeps(stage: Scene) -> Callable[[], object]:
    stage.app.sweeper.sweep()
    return lambda: [stage.app.sweeper.sweep() for _ in range(_SWEEPS)]


def _due(stage: Scene) -> Callable[[], object]:
    stage.about_to_be_due(_DUE, _DUE)

    def fire() -> None:
        stage.clock.now = PRESENT + timedelta(seconds=1)
        fired = stage.app.sweeper.sweep()
        stage.clock.now = PRESENT
        assert fired >= _DUE, f"{fired} of {_DUE} timers fired"

    return fire


def _repeats(stage: Scene) -> Callable[[], object]:
    """Of tickets all over the crowd."""
    chosen = random.Random(7)
    for _ in range(_REPEATS):
        numbers = chosen.choice(stage.crowd)
        fill(stage.engine, Requests("/", first=chosen.choice(numbers)), 1)
    return stage.app.intake.drain


def _new(stage: Scene) -> Callable[[], object]:
    fill(stage.engine, Requests("/", first=_FAR + stage.next), _NEW)
    stage.size += _NEW
    return stage.app.intake.drain
