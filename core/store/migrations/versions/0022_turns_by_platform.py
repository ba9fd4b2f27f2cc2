"""Actions are claimed by turns of each platform: what waits for one is not read for another. Confirmed ones are found.

Each part may be done anew. Older code sorts what waits, for as long as it runs beside this.
"""

from core.store.migrations.indexes import add_index, remove_index

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_WAITING = "status IN ('pending', 'sent')"


def upgrade() -> None:
    """Make the indexes, and remove the one whose place the first takes."""
    add_index("actions_turn", f"actions (platform, severity, id) WHERE {_WAITING}")
    add_index("actions_confirmed", "actions (confirmed, id) WHERE status = 'done'")
    remove_index("actions_next")


def downgrade() -> None:
    """Remove them, and make the older one."""
    add_index("actions_next", f"actions (severity, id) WHERE {_WAITING}")
    remove_index("actions_confirmed")
    remove_index("actions_turn")
