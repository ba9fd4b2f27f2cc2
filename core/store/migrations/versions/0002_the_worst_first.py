"""An index in the order in which actions are claimed: taking up one must not read all that wait."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_UP = "CREATE INDEX actions_next ON actions (severity, id) WHERE status IN ('pending', 'sent')"


def upgrade() -> None:
    """Make the index."""
    op.execute(_UP)


def downgrade() -> None:
    """Remove it."""
    op.execute("DROP INDEX actions_next")
