"""Alembic's entry: runs the migrations on the connection that `core.store.migrating` hands in.

Each is a transaction of its own, in which is kept, too, which code the schema now serves.
"""

from collections.abc import Collection, Mapping
from typing import Any

from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo
from sqlalchemy.dialects.postgresql import insert

from core.store.schema import RECORDED, oldest_served
from core.store.tables import compatibility, metadata


def _applied(ctx: MigrationContext, step: MigrationInfo, heads: Collection[Any], run_args: Mapping[str, Any]) -> None:
    """A step was done, to which the same transaction adds what it means for older code."""
    del run_args
    revision = max(heads, default="")
    if revision >= RECORDED:
        row = {"id": 1, "oldest": oldest_served(revision)}
        kept = insert(compatibility).values(row)
        assert ctx.connection is not None  # noqa: S101 - one was handed in
        ctx.connection.execute(kept.on_conflict_do_update(index_elements=["id"], set_=row))
    context.config.attributes["applied"](str(step.up_revision_id))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transaction_per_migration=True,
    on_version_apply=_applied,
)
with context.begin_transaction():
    context.run_migrations()
