"""The table at the end of a fault run."""

from __future__ import annotations

from collections.abc import Iterator

from tests.chaos.judge import possible_repeats
from tests.chaos.run import Result

Line = tuple[str, str]


def table(result: Result) -> Iterator[Line]:
    """What the run was, what was done to it, and how each promise fared."""
    size, ours = result.size, result.ours
    yield "seed", str(size.seed)
    yield "cases, turns", f"{result.turns * size.each_turn}, {result.turns}"
    yield "seconds", ", ".join(f"{took:.0f} {name}" for name, took in result.took.items())
    yield "kills", f"{result.kills}, of {sum(result.happened.values())} faults; {result.starts} starts of processes"
    for name, count in sorted(result.happened.items()):
        yield f"  {name}", str(count)
    yield "deliveries answered 202", str(sum(ours.answered.values()))
    for name, count in sorted(ours.statuses.items()):
        yield f"  {name}", str(count)
    yield "messages told", f"{len(ours.letters)}, of which possible repeats {possible_repeats(ours)}"
    for one in result.counts:
        told = f"broken {len(one.broken)} times" if one.broken else "kept"
        yield one.promise, f"{told}, of {one.of}" if one.of else told
    if result.stopped:
        yield "not played to its end", result.stopped.splitlines()[0]
