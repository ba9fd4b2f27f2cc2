"""Who has how much to do, and who had which turn: what a choice among several people goes by."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, case, delete, func, select

from core.model import Severity
from core.store import many
from core.store.tables import tickets, turns

Numbers = dict[str, int]
"""By person (roster id)."""

_TURNS = many.inserting(turns, ("person", "shadow"))
_WEIGHTS = {one.rank: 2 ** (4 - one.rank) for one in Severity}


def load(connection: Connection, people: Collection[str], but: int) -> tuple[Numbers, Numbers]:
    """Each one's open tickets but that one, weighed by severity (8, 4, 2, 1): of the real, and of the shadowed ones."""
    weight = func.sum(case(_WEIGHTS, value=tickets.c.severity, else_=0))
    mine = tickets.c.is_open & tickets.c.owner.in_(people) & (tickets.c.id != but)
    query = select(tickets.c.owner, tickets.c.shadow, weight).where(mine).group_by(tickets.c.owner, tickets.c.shadow)
    return _apart(connection.execute(query))


def latest_turns(connection: Connection, people: Collection[str]) -> tuple[Numbers, Numbers]:
    """The number of each one's latest turn, the higher the later; with real tickets, and with shadowed."""
    query = select(turns.c.person, turns.c.shadow, func.max(turns.c.id)).where(turns.c.person.in_(people))
    return _apart(connection.execute(query.group_by(turns.c.person, turns.c.shadow)))


def take_turns(connection: Connection, given: Sequence[tuple[str, bool]]) -> None:
    """People were given tickets, in this order: who, and whether it was a shadowed one. Only the latest turn of each is
    kept; one that somebody else is about to remove is let be, so that no two transactions wait for each other.
    """
    many.write(connection, _TURNS, [{"person": person, "shadow": shadow} for person, shadow in given])
    for person, shadow in sorted(set(given)):
        theirs = (turns.c.person == person) & (turns.c.shadow == shadow)
        latest = select(func.max(turns.c.id)).where(theirs).scalar_subquery()
        older = select(turns.c.id).where(theirs, turns.c.id < latest).with_for_update(skip_locked=True)
        connection.execute(delete(turns).where(turns.c.id.in_(older)))


def _apart(rows: Iterable[Any]) -> tuple[Numbers, Numbers]:
    real: Numbers = {}
    shadowed: Numbers = {}
    for person, shadow, number in rows:
        (shadowed if shadow else real)[person] = int(number)
    return real, shadowed
