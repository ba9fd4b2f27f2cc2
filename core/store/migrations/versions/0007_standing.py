"""Where a ticket stands among those that need somebody: the board's order."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it, as far as it can be told without looking at clocks, and order the board by it."""
    op.execute("ALTER TABLE tickets ADD COLUMN standing smallint NOT NULL DEFAULT 3")
    op.execute("UPDATE tickets SET standing = 1 WHERE is_open AND NOT acknowledged")
    op.execute("UPDATE tickets SET standing = 0 WHERE is_open AND exhausted")
    op.execute("DROP INDEX tickets_board")
    op.execute("CREATE INDEX tickets_board ON tickets (standing, deadline, severity, id) WHERE is_open")


def downgrade() -> None:
    """Order the board as before."""
    op.execute("DROP INDEX tickets_board")
    op.execute("ALTER TABLE tickets DROP COLUMN standing")
    op.execute(
        "CREATE INDEX tickets_board ON tickets (exhausted DESC, acknowledged, deadline, severity, id) WHERE is_open"
    )
