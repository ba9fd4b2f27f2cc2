"""Indexes on tables that are in use."""

from __future__ import annotations

from alembic import op
from sqlalchemy import text


def add_index(name: str, on: str, *, unique: bool = False) -> None:
    """Build an index while everybody goes on writing: `add_index("tickets_team", "tickets (team, id) WHERE is_open")`.

    To be all that a step does: it commits what came before it in the step, and the step is done anew if it breaks off.
    What a build that broke off has left is removed first.
    """
    _patiently(
        f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
        f"CREATE {'UNIQUE ' if unique else ''}INDEX CONCURRENTLY {name} ON {on}",
    )


def remove_index(name: str) -> None:
    """Remove an index that nothing needs any more while everybody goes on writing; commits as `add_index` does."""
    _patiently(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")


def _patiently(*statements: str) -> None:
    """Do what waits for older transactions without having anybody wait behind it."""
    with op.get_context().autocommit_block():
        patience = op.get_bind().execute(text("SHOW lock_timeout")).scalar_one()
        op.execute("SET lock_timeout = 0")
        for statement in statements:
            op.execute(statement)
        op.execute(f"SET lock_timeout = '{patience}'")
