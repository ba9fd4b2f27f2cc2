"""How late timers fire: five hundred due in every second, before the real clock role, the crowd around them."""

from __future__ import annotations

import contextlib
import time

import psycopg

from bench.costs import Costs
from bench.figures import Figure
from bench.ground import GroundError, wait_until
from bench.lives import PRESENT
from bench.scene import Scene
from bench.timing import percentile

PER_SECOND = 500
SECONDS = 4
_LEAD = 2.0
_LONGEST = 45.0


def measure(stage: Scene) -> list[Figure]:
    """From a timer's moment to the commit of its step; and what the clock role spends on each."""
    numbers = stage.about_to_be_due(PER_SECOND * SECONDS, PER_SECOND)
    with stage.role("clock"), psycopg.connect(stage.url, autocommit=True) as connection:
        wait_until(lambda: _count(connection, "SELECT count(*) FROM processes") > 0, 60, "the clock did not come up")
        costs = Costs(_roles(stage))
        stage.set_time(PRESENT.timestamp() - _LEAD)
        due = time.time() + _LEAD
        waiting = "SELECT count(*) FROM timers WHERE kind = 'acknowledge' AND token = 1 AND ticket_id BETWEEN %s AND %s"
        with contextlib.suppress(GroundError):  # a machine that cannot keep up is told of, too
            wait_until(lambda: _count(connection, waiting, numbers[0], numbers[-1]) == 0, _LONGEST, "they still wait")
        left = _count(connection, waiting, numbers[0], numbers[-1])
        each, by = costs.each(max(len(numbers) - left, 1))
        told = connection.execute(
            """
            SELECT id, extract(epoch FROM CASE WHEN level > 1 THEN pg_xact_commit_timestamp(made) ELSE now() END) FROM (
                SELECT id, xmin AS made, (body->>'level')::int AS level FROM tickets WHERE id BETWEEN %s AND %s
            ) AS one
            """,
            [numbers[0], numbers[-1]],
        ).fetchall()
    late = [float(at) - due - (number - numbers[0]) / PER_SECOND for number, at in told]
    note = f"{PER_SECOND} due a second, {SECONDS} s long, {stage.size:,} tickets open"
    note += f"; {left} of {len(numbers)} still waited after {_LONGEST:.0f} s" if left else ""
    return [
        Figure(name="a timer's lateness, p50", value=percentile(late, 50) * 1000, unit="ms", note=note),
        Figure(name="a timer's lateness, p99", value=percentile(late, 99) * 1000, unit="ms"),
        Figure(name="a timer fired by the clock role", value=each, unit="ms", note=f"of processor time: {by}"),
    ]


def _roles(stage: Scene) -> dict[str, int]:
    with psycopg.connect(stage.url) as connection:
        rows = connection.execute("SELECT role, pid FROM processes").fetchall()
    return {"postgres": stage.server, **dict(rows)}


def _count(connection: psycopg.Connection[tuple[object, ...]], query: str, *given: object) -> int:
    row = connection.execute(query.encode(), given).fetchone()
    return int(str(row[0])) if row else 0
