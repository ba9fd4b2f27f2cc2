"""How far each platform was polled, and what its webhooks have told."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_UP = """
    CREATE TABLE watermarks (
        platform text NOT NULL,
        collection text NOT NULL,
        began_at timestamptz NOT NULL,
        at timestamptz NOT NULL,
        cursor text NOT NULL DEFAULT '',
        passed bigint NOT NULL DEFAULT 0,
        swept bigint NOT NULL DEFAULT 0,
        claims bigint NOT NULL DEFAULT 0,
        failures integer NOT NULL DEFAULT 0,
        attempt_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        whole_at timestamptz,
        error text NOT NULL DEFAULT '',
        warning text NOT NULL DEFAULT '',
        found_records bigint NOT NULL DEFAULT 0,
        found_comments bigint NOT NULL DEFAULT 0,
        found_deletions bigint NOT NULL DEFAULT 0,
        found_at timestamptz,
        PRIMARY KEY (platform, collection)
    );
    CREATE TABLE heard (
        platform text NOT NULL,
        record_id text NOT NULL,
        told bigint,
        looked bigint,
        waits_since timestamptz,
        gone_since timestamptz,
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (platform, record_id)
    );
    CREATE INDEX heard_at ON heard (at);
    CREATE TABLE heard_comments (
        platform text NOT NULL,
        record_id text NOT NULL,
        comment_id text NOT NULL,
        digest text NOT NULL,
        written_at timestamptz,
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (platform, record_id, comment_id)
    );
    CREATE INDEX heard_comments_at ON heard_comments (at);
"""


def upgrade() -> None:
    """Make them."""
    op.execute(_UP)


def downgrade() -> None:
    """Remove them."""
    op.execute("DROP TABLE heard_comments, heard, watermarks")
