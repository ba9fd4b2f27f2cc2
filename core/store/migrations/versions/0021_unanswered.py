"""Tickets for which everybody was asked in vain are found without reading all that are open."""

from alembic import op

from core.store.migrations.indexes import add_index

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build the index."""
    add_index(
        "tickets_unanswered",
        "tickets (severity, id) WHERE is_open AND exhausted AND NOT acknowledged AND NOT gathered AND NOT shadow",
    )


def downgrade() -> None:
    """Remove it."""
    op.execute("DROP INDEX tickets_unanswered")
