"""Which processes run, and when platforms last took a write or failed."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_UP = """
    CREATE TABLE processes (
        id text PRIMARY KEY,
        role text NOT NULL,
        host text NOT NULL,
        pid integer NOT NULL,
        version text NOT NULL,
        began_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        rounds jsonb NOT NULL DEFAULT '{}'
    );
    ALTER TABLE breakers
        ADD COLUMN succeeded_at timestamptz,
        ADD COLUMN failed_at timestamptz,
        ADD COLUMN last_error text NOT NULL DEFAULT '';
"""
_DOWN = """
    ALTER TABLE breakers DROP COLUMN succeeded_at, DROP COLUMN failed_at, DROP COLUMN last_error;
    DROP TABLE processes;
"""


def upgrade() -> None:
    """Make them."""
    op.execute(_UP)


def downgrade() -> None:
    """Remove them."""
    op.execute(_DOWN)
