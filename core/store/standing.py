"""How much waits, and for how long: what is asked of the database when the numbers are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from core.store import processes

_WAITING = text("""
    SELECT 'delivery' AS work, '' AS platform, count(*) AS many, min(attempt_at) AS since
    FROM deliveries WHERE status = 'received'
    UNION ALL
    SELECT CASE WHEN verb = 'notify' THEN 'notice' ELSE 'write_back' END, platform, count(*),
        min(COALESCE(told_at, created_at))
    FROM actions WHERE status IN ('pending', 'sent') GROUP BY 1, 2
    UNION ALL
    SELECT 'signal', '', count(*), min(attempt_at) FROM signals WHERE status = 'waiting'
    UNION ALL
    SELECT 'timer', '', count(*), min(due_at) FROM timers WHERE due_at <= :now AND error = ''
""")
# A row that ended keeps the moment at which the lease of its last attempt would have run out: near enough to its end.
_ENDED = text("""
    SELECT CASE WHEN verb = 'notify' THEN 'dead_notice' ELSE 'dead_write_back' END AS what,
        COALESCE(NULLIF(platform, ''), 'notify') AS place, count(*) AS many,
        count(*) FILTER (WHERE attempt_at > clock_timestamp() - :lately) AS lately
    FROM actions WHERE status = 'dead' GROUP BY 1, 2
    UNION ALL
    SELECT status || '_delivery', source, count(*),
        count(*) FILTER (WHERE attempt_at > clock_timestamp() - :lately)
    FROM deliveries WHERE status IN ('unmapped', 'failed') GROUP BY 1, 2
    UNION ALL
    SELECT 'dead_signal', 'tickets', count(*), count(*) FILTER (WHERE attempt_at > clock_timestamp() - :lately)
    FROM signals WHERE status = 'dead'
    UNION ALL
    SELECT 'failing_timer', 'tickets', count(*), count(*) FROM timers WHERE due_at <= :now AND error <> ''
""")
_OPEN = text("SELECT severity, count(*) AS many FROM tickets WHERE is_open GROUP BY 1")
# Where nobody could be asked from the beginning (an empty roster), nobody is waited for in vain.
_UNANSWERED = text("""
    SELECT severity, count(*) AS many FROM tickets
    WHERE is_open AND NOT gathered AND exhausted AND NOT acknowledged AND NOT shadow
    AND EXISTS (SELECT FROM actions WHERE actions.ticket_id = tickets.id AND actions.verb = 'notify')
    GROUP BY 1
""")
_BREAKERS = text("SELECT platform FROM breakers WHERE open_until IS NOT NULL")
LATELY = timedelta(hours=1)
"""What ended badly within this time ended so lately."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many pieces of one kind of work wait, and since when the oldest does (UTC), None where none does."""

    many: int
    since: datetime | None

    def __add__(self, other: Waiting) -> Waiting:
        """Both together."""
        return Waiting(self.many + other.many, min(filter(None, (self.since, other.since)), default=None))


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of the whole at one moment.

    `waiting` goes by the kind of work, `writes` are the write-backs among it by platform. `ended` goes by what went
    wrong for good; `lately` are those of it that did within the last hour, by what and where (a platform, a source).
    `open` goes by severity (1 to 4), and so does `unanswered`: open tickets for which everybody was asked in vain.
    `broken` are the platforms that are left alone for now. `rounds` says of each loop of any process how many seconds
    ago one last came round. Deliveries and signals wait by real time, everything else by
    the policy's.
    """

    waiting: Mapping[str, Waiting]
    writes: Mapping[str, Waiting]
    ended: Mapping[str, int]
    lately: Mapping[tuple[str, str], int]
    open: Mapping[int, int]
    unanswered: Mapping[int, int]
    broken: frozenset[str]
    rounds: Mapping[str, float]


def standing(connection: Connection, now: datetime, *, of_tickets: bool = True) -> Standing:
    """How it stands; `now` is the policy's time.

    All but what it says of tickets costs what waits or ended badly. Those are counted: not `of_tickets`, nothing is.
    """
    waits = [
        (row.work, row.platform, Waiting(row.many, row.since)) for row in connection.execute(_WAITING, {"now": now})
    ]
    waiting: dict[str, Waiting] = {}
    for work, _, found in waits:
        waiting[work] = waiting.get(work, Waiting(0, None)) + found
    ended = connection.execute(_ENDED, {"now": now, "lately": LATELY}).all()
    return Standing(
        waiting=waiting,
        writes={platform: found for work, platform, found in waits if work == "write_back"},
        ended={what: sum(row.many for row in ended if row.what == what) for what in {row.what for row in ended}},
        lately={(row.what, row.place): row.lately for row in ended if row.lately},
        open={row.severity: row.many for row in connection.execute(_OPEN)} if of_tickets else {},
        unanswered={row.severity: row.many for row in connection.execute(_UNANSWERED)} if of_tickets else {},
        broken=frozenset(row.platform for row in connection.execute(_BREAKERS)),
        rounds=_rounds(connection),
    )


def _rounds(connection: Connection) -> dict[str, float]:
    found = [(name, ago) for one in processes.every(connection) for name, ago in one.rounds.items()]
    return {name: min(ago.total_seconds() for other, ago in found if other == name) for name in dict(found)}
