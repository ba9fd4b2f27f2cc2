"""Who may come in: programs' tokens and people's sessions. Of each secret only its SHA-256 digest is kept."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_UP = """
    CREATE TABLE tokens (
        id text PRIMARY KEY,
        name text NOT NULL,
        role text NOT NULL,
        person text NOT NULL DEFAULT '',
        any_person boolean NOT NULL DEFAULT false,
        digest text NOT NULL,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        expires_at timestamptz NOT NULL,
        used_at timestamptz,
        revoked_at timestamptz
    );
    CREATE TABLE sessions (
        id text PRIMARY KEY,
        digest text NOT NULL,
        subject text NOT NULL,
        email text NOT NULL,
        name text NOT NULL,
        role text NOT NULL,
        begun_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        expires_at timestamptz NOT NULL
    );
    CREATE INDEX sessions_expires ON sessions (expires_at);
"""


def upgrade() -> None:
    """Make them."""
    op.execute(_UP)


def downgrade() -> None:
    """Remove them."""
    op.execute("DROP TABLE sessions")
    op.execute("DROP TABLE tokens")
