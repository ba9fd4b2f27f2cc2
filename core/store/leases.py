"""Leases on rows: whoever takes up several says by their ids and attempts which ones are its own."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Table, TextClause, text


def mine(claims: Iterable[tuple[int, int]]) -> dict[str, list[int]]:
    """Claims, each an id and for the how-many-th time it was taken up, as the values `ids` and `attempts`."""
    pairs = list(claims)
    return {"ids": [one for one, _ in pairs], "attempts": [attempts for _, attempts in pairs]}


def renewing(table: Table, status: str) -> TextClause:
    """A statement that has claims (`mine`) run on for another `lease`, as far as they are still ours: in that status.

    What is being finished at this moment is let be, and rows are locked in one order: two that hold several of them
    never wait for each other.
    """
    return text(f"""
        UPDATE {table.name} SET attempt_at = clock_timestamp() + :lease WHERE id IN (
            SELECT held.id FROM {table.name} AS held
            JOIN unnest(CAST(:ids AS bigint[]), CAST(:attempts AS integer[])) AS mine (id, attempts)
                ON held.id = mine.id AND held.attempts = mine.attempts
            WHERE held.status = '{status}' ORDER BY held.id FOR UPDATE OF held SKIP LOCKED
        )
    """)  # noqa: S608 - names of our own table and status
