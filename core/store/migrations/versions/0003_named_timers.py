"""A name for timers: a ticket can have several of one kind."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the name, and have it tell timers apart."""
    op.execute("ALTER TABLE timers ADD COLUMN name text NOT NULL DEFAULT ''")
    op.execute("ALTER TABLE timers DROP CONSTRAINT timers_pkey, ADD PRIMARY KEY (ticket_id, kind, name)")


def downgrade() -> None:
    """Keep the timers that have no name, for the version before knows no others."""
    op.execute("DELETE FROM timers WHERE name <> ''")
    op.execute("ALTER TABLE timers DROP CONSTRAINT timers_pkey, ADD PRIMARY KEY (ticket_id, kind)")
    op.execute("ALTER TABLE timers DROP COLUMN name")
