"""How much polling has found since yesterday."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_UP = """
    ALTER TABLE watermarks
        ADD COLUMN found_day date NOT NULL DEFAULT '1970-01-01',
        ADD COLUMN found_today bigint NOT NULL DEFAULT 0,
        ADD COLUMN found_yesterday bigint NOT NULL DEFAULT 0;
"""


def upgrade() -> None:
    """Make the columns."""
    op.execute(_UP)


def downgrade() -> None:
    """Remove them."""
    op.execute("ALTER TABLE watermarks DROP COLUMN found_day, DROP COLUMN found_today, DROP COLUMN found_yesterday")
