"""When the outward sign of life was last sent, and by whom it is sent next."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_UP = """
    CREATE TABLE lifesign (
        id smallint PRIMARY KEY,
        due_at timestamptz NOT NULL,
        sent_at timestamptz,
        tried_at timestamptz,
        error text NOT NULL DEFAULT ''
    );
"""


def upgrade() -> None:
    """Make it."""
    op.execute(_UP)


def downgrade() -> None:
    """Remove it."""
    op.execute("DROP TABLE lifesign")
