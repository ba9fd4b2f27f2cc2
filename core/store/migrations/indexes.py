"""Indexes on tables that are in use."""

from __future__ import annotations

from alembic import op
from sqlalchemy import text


def add_index(name: str, on: str, *, unique: bool = False) -> None:
    """Build an index while everybody goes on writing: `add_index("tickets_team", "tickets (team, id) WHERE is_open")`.

    To be all that a step does: it commits what came before it in the step, and the step is done anew if it breaks off.
    What a build that broke off has left is removed first.
    """
    with op.get_context().autocommit_block():
        patience = op.get_bind().execute(text("SHOW lock_timeout")).scalar_one()
        op.execute("SET lock_timeout = 0")  # it waits for older transactions, and nobody waits behind it
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        op.execute(f"CREATE {'UNIQUE ' if unique else ''}INDEX CONCURRENTLY {name} ON {on}")
        op.execute(f"SET lock_timeout = '{patience}'")
