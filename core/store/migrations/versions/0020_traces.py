"""The place in a trace that what is handed on carries."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_TABLES = ("deliveries", "actions", "signals")


def upgrade() -> None:
    """Make room for it."""
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} ADD COLUMN trace text")


def downgrade() -> None:
    """Remove it."""
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} DROP COLUMN trace")
