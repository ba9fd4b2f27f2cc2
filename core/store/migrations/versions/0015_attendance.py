"""When sources were last heard, and an index by which the latest deliveries are counted."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_UP = """
    CREATE TABLE attendance (
        source text PRIMARY KEY,
        heard_at timestamptz,
        watched_since timestamptz,
        silent_since timestamptz
    );
    CREATE TABLE listening (
        id smallint PRIMARY KEY,
        since timestamptz NOT NULL,
        seen_at timestamptz NOT NULL
    );
    CREATE INDEX deliveries_received ON deliveries USING brin (received_at);
"""


def upgrade() -> None:
    """Make them."""
    op.execute(_UP)


def downgrade() -> None:
    """Remove them."""
    op.execute("DROP INDEX deliveries_received")
    op.execute("DROP TABLE listening")
    op.execute("DROP TABLE attendance")
