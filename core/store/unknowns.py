"""What nobody has a word for: each word, person and group once, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select, text

from core.desk import UnknownRow
from core.model import Unknown, UnknownKind
from core.store.tables import unknowns

MOST = 200
"""So many names are kept of one place; more of them are counted together."""
OTHERS = "(others)"
LONGEST, LONGEST_ADVICE = 120, 500
"""Longer names, places and advices are cut."""

_COUNT = text("""
    WITH given AS (
        SELECT * FROM unnest(
            CAST(:kinds AS text[]), CAST(:places AS text[]), CAST(:names AS text[]), CAST(:advices AS text[]),
            CAST(:counts AS bigint[])
        ) AS given (kind, place, name, advice, count)
    ), known AS (
        SELECT given.*,
            EXISTS (SELECT FROM unknowns u WHERE (u.kind, u.place, u.name) = (given.kind, given.place, given.name))
                AS there,
            (SELECT count(*) FROM unknowns u WHERE (u.kind, u.place) = (given.kind, given.place))
                + row_number() OVER (PARTITION BY given.kind, given.place ORDER BY given.name) AS nth
        FROM given
    ), bounded AS (
        SELECT kind, place, CASE WHEN there OR nth <= :most THEN name ELSE :others END AS name, advice, count
        FROM known
    )
    INSERT INTO unknowns (kind, place, name, count, first_at, last_at, advice)
    SELECT kind, place, name, sum(count), CAST(:at AS timestamptz), CAST(:at AS timestamptz), max(advice)
    FROM bounded GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (kind, place, name) DO UPDATE SET
        count = unknowns.count + excluded.count, advice = excluded.advice,
        last_at = greatest(unknowns.last_at, excluded.last_at)
    RETURNING kind, place, name, advice, xmax = 0 AS is_new
""")
"""In the order of the key, so that two that count the same never wait for each other in a circle."""


def count(connection: Connection, met: Sequence[Unknown], at: datetime) -> list[Unknown]:
    """Count what was met, in one statement; returns what was never met before."""
    counts = Counter(_bounded(one) for one in met)
    given = {
        "kinds": [one.kind.value for one in counts],
        "places": [one.place for one in counts],
        "names": [one.name for one in counts],
        "advices": [one.advice for one in counts],
        "counts": list(counts.values()),
    }
    rows = connection.execute(_COUNT, {**given, "at": at, "most": MOST, "others": OTHERS})
    return [Unknown(UnknownKind(row.kind), row.place, row.name, row.advice) for row in rows if row.is_new]


def _bounded(one: Unknown) -> Unknown:
    return Unknown(one.kind, _kept(one.place), _kept(one.name), _kept(one.advice, LONGEST_ADVICE))


def _kept(foreign: str, longest: int = LONGEST) -> str:
    """A foreign text as PostgreSQL can keep it: without NUL and halves of characters, and not too long."""
    return foreign[:longest].replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def rows(connection: Connection, kind: UnknownKind | None, limit: int) -> list[UnknownRow]:
    """What is not known, the latest met first."""
    query = select(unknowns).order_by(unknowns.c.last_at.desc(), unknowns.c.id.desc()).limit(limit)
    query = query.where(unknowns.c.kind == kind.value) if kind else query
    found = (dict(row._mapping) for row in connection.execute(query))
    return [UnknownRow(**{**row, "kind": UnknownKind(row["kind"])}) for row in found]


def forget(connection: Connection, ids: Sequence[int] | None) -> int:
    """Forget those, or all where None; returns how many. What is met again is told again."""
    query = delete(unknowns)
    if ids is not None:
        query = query.where(unknowns.c.id.in_([one for one in ids if one < 2**63]))
    return connection.execute(query).rowcount
