"""What polling asks of the tickets: where their records are, and which are to be looked for.

Either question looks at a bounded number of open tickets, found by the index of their states: neither what is open nor
what was closed long ago makes one look dearer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from core.model import RecordRef, State

LOOKED_AT = 2000
"""Open tickets that are looked at in one go."""
_PART = 100

_OPEN = " UNION ALL ".join(
    f"(SELECT id FROM tickets WHERE state = '{state}' AND id > :after ORDER BY id {{order}} LIMIT :many)"  # noqa: S608
    for state in State
    if state.is_open
)
_PAGE = f"SELECT id FROM ({_OPEN}) AS open ORDER BY id {{order}} LIMIT :many"  # noqa: S608 - the model's own words
_NEXT, _NEWEST = text(_PAGE.format(order="")), text(_PAGE.format(order="DESC"))
_REFS = text("""
    SELECT tickets.id, one->'ref' AS ref FROM tickets, jsonb_array_elements(body->'records') AS one
    WHERE tickets.id = ANY(:ids) AND one->'ref'->>'id' <> '' AND one->'ref'->>'collection' <> '' ORDER BY tickets.id
""")


@dataclass(frozen=True, slots=True)
class Places:
    """The (platform, table or project) in which some open tickets have records.

    `last` is the last ticket that was looked at, 0 where no open one comes after it.
    """

    found: frozenset[tuple[str, str]]
    last: int


@dataclass(frozen=True, slots=True)
class Records:
    """Records of open tickets by the tickets' numbers, and the last ticket that was looked at, 0 at the end of all."""

    found: list[tuple[int, RecordRef]]
    last: int


def places(connection: Connection, after: int, many: int = LOOKED_AT) -> Places:
    """Where so many open tickets after that one have records."""
    ids = connection.execute(_NEXT, {"after": after, "many": many}).scalars().all()
    return Places(_places(connection, ids), ids[-1] if len(ids) == many else 0)


def newest_places(connection: Connection, many: int = LOOKED_AT) -> frozenset[tuple[str, str]]:
    """Where so many of the newest open tickets have records."""
    return _places(connection, connection.execute(_NEWEST, {"after": 0, "many": many}).scalars().all())


def records(
    connection: Connection, platform: str, collection: str, after: int, limit: int, many: int = LOOKED_AT
) -> Records:
    """The next records of open tickets in a collection, of the tickets after that one: at most `limit`, from among so
    many tickets.
    """
    ids = connection.execute(_NEXT, {"after": after, "many": many}).scalars().all()
    found: list[tuple[int, RecordRef]] = []
    for first in range(0, len(ids), _PART):
        theirs = _refs(connection, ids[first : first + _PART])
        found += [(number, ref) for number, ref in theirs if (ref.platform, ref.collection) == (platform, collection)]
        if len(found) >= limit:
            return Records(found[:limit], found[limit - 1][0])
    return Records(found, ids[-1] if len(ids) == many else 0)


def _places(connection: Connection, ids: Sequence[int]) -> frozenset[tuple[str, str]]:
    return frozenset((ref.platform, ref.collection) for _, ref in _refs(connection, ids))


def _refs(connection: Connection, ids: Sequence[int]) -> list[tuple[int, RecordRef]]:
    """Where those tickets' records are, by the tickets' numbers."""
    return [(row.id, RecordRef(**row.ref)) for row in connection.execute(_REFS, {"ids": list(ids)})]
