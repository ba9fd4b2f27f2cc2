"""Whom a notice is for, until when and why it is held back, when it went out, and the digest that it went out in."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_UP = """
ALTER TABLE actions
    ADD COLUMN recipient text NOT NULL DEFAULT '',
    ADD COLUMN held_until timestamptz,
    ADD COLUMN held_because text NOT NULL DEFAULT '',
    ADD COLUMN held_by text NOT NULL DEFAULT '',
    ADD COLUMN told_at timestamptz,
    ADD COLUMN digest_id bigint;
CREATE INDEX actions_told ON actions (recipient, told_at) WHERE told_at IS NOT NULL;
CREATE INDEX actions_held ON actions (held_until) WHERE status = 'held';
CREATE INDEX actions_digest ON actions (digest_id) WHERE digest_id IS NOT NULL;
"""
_DOWN = """
UPDATE actions SET status = 'pending' WHERE status IN ('held', 'gathered');
DELETE FROM actions WHERE lane LIKE 'digest/%';
ALTER TABLE actions
    DROP COLUMN recipient, DROP COLUMN held_until, DROP COLUMN held_because, DROP COLUMN held_by,
    DROP COLUMN told_at, DROP COLUMN digest_id;
"""


def upgrade() -> None:
    """Add the columns, and an index for each question that is asked of them."""
    op.execute(_UP)


def downgrade() -> None:
    """Send what is held back, and take the columns away."""
    op.execute(_DOWN)
