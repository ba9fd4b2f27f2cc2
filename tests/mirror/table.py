"""The table at the end of a mirrored run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tests.mirror.run import Result


def table(result: Result) -> Iterator[tuple[str, str]]:
    """What the run was, what went wrong in it, what it cost and what came of it."""
    meter, edits = result.meter, len(result.edits)
    writes, reads = sum(meter.writes.values()), sum(meter.reads.values())
    yield "tickets, each on both sides", str(result.size.tickets)
    yield "seed", str(result.size.seed)
    yield "edits by people", str(edits)
    drawn = Counter(edit.what for edit in result.edits)
    yield "  of which", ", ".join(f"{count} {name}" for name, count in sorted(drawn.items()))
    yield "webhooks", ", ".join(f"{count} {name}" for name, count in sorted(meter.hooks.items()))
    yield "calls that failed", ", ".join(f"{count} {name}" for name, count in sorted(meter.faults.items())) or "none"
    for platform, (records, comments, deletions) in sorted(result.found.items()):
        yield f"found by polling {platform}", f"{records} changes, {comments} comments, {deletions} deletions"
    yield "writes by Rung", f"{writes}: {writes / edits:.2f} for each edit"
    yield "reads by Rung", f"{reads}: {reads / edits:.2f} for each edit"
    both, last = result.crossed
    yield "fields that both sides wrote", f"{both}, of which {last} ended with what was written last"
    yield "came to rest", f"after {result.rounds} rounds, {result.late_writes} writes after that"
    yield "seconds", ", ".join(f"{took:.0f} {name}" for name, took in result.took.items())
    kinds = Counter(finding.what.partition(" ")[0] for finding in result.findings)
    wrong = f": {', '.join(f'{count} {name}' for name, count in kinds.most_common())}" if kinds else ""
    yield "sides that differ", f"{len(result.findings)}{wrong}"
