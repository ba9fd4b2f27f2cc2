"""Who looks through the deliveries that wait, and how far that has come."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_UP = """
    CREATE TABLE triage (
        id smallint PRIMARY KEY,
        owner text NOT NULL,
        until timestamptz NOT NULL,
        looked bigint NOT NULL
    );
"""


def upgrade() -> None:
    """Make it."""
    op.execute(_UP)


def downgrade() -> None:
    """Remove it."""
    op.execute("DROP TABLE triage")
