"""Room in the pages of tickets, so that what a step changes is written beside what it replaces.

A ticket is rewritten with every step. Where its page has room for the new row, and no indexed value changes, PostgreSQL
leaves all indexes as they are (https://www.postgresql.org/docs/current/storage-hot.html). Holds for pages to come.
"""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Leave it."""
    op.execute("ALTER TABLE tickets SET (fillfactor = 70)")


def downgrade() -> None:
    """Fill them."""
    op.execute("ALTER TABLE tickets RESET (fillfactor)")
