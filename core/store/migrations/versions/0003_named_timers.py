"""A name for timers: a ticket can have several of one kind."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


_FROM_BODIES = """
    INSERT INTO timers (ticket_id, kind, name, due_at, token)
    SELECT id, one->>'kind', one->>'name', (one->>'due_at')::timestamptz, (one->>'token')::integer
    FROM tickets, jsonb_array_elements(body->'timers') AS one
    WHERE one->>'name' <> ''
    ON CONFLICT DO NOTHING
"""


def upgrade() -> None:
    """Add the name, and have it tell timers apart; those that going back has removed come back from tickets' bodies."""
    op.execute("ALTER TABLE timers ADD COLUMN name text NOT NULL DEFAULT ''")
    op.execute("ALTER TABLE timers DROP CONSTRAINT timers_pkey, ADD PRIMARY KEY (ticket_id, kind, name)")
    op.execute(_FROM_BODIES)


def downgrade() -> None:
    """Keep the timers that have no name, for the version before knows no others."""
    op.execute("DELETE FROM timers WHERE name <> ''")
    op.execute("ALTER TABLE timers DROP CONSTRAINT timers_pkey, ADD PRIMARY KEY (ticket_id, kind)")
    op.execute("ALTER TABLE timers DROP COLUMN name")
