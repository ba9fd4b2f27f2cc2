"""When people are off by their own calendars, as last fetched."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_UP = """
CREATE TABLE calendars (
    person text PRIMARY KEY,
    source text NOT NULL,
    spans jsonb NOT NULL DEFAULT '[]',
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    fetched_at timestamptz,
    error text NOT NULL DEFAULT '',
    attempt_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
"""


def upgrade() -> None:
    """Make the table."""
    op.execute(_UP)


def downgrade() -> None:
    """Remove it; calendars are fetched anew."""
    op.execute("DROP TABLE calendars")
