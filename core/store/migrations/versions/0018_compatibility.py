"""Which code the schema serves, for code that is older than the schema."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for it; what it is, is kept with every step from this one on."""
    op.execute("CREATE TABLE compatibility (id smallint PRIMARY KEY, oldest text NOT NULL)")


def downgrade() -> None:
    """Forget it."""
    op.execute("DROP TABLE compatibility")
