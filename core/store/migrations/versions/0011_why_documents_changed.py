"""Why a document was changed, beside who changed it and when."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for it."""
    op.execute("ALTER TABLE documents ADD COLUMN note text NOT NULL DEFAULT ''")


def downgrade() -> None:
    """Forget it."""
    op.execute("ALTER TABLE documents DROP COLUMN note")
