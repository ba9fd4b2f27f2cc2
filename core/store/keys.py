"""Foreign keys as they stand in an index."""

from __future__ import annotations

import hashlib

_LONGEST = 500


def indexed(key: str) -> str:
    """A key or a likeness as it stands in an index: PostgreSQL takes no more than some 2,700 bytes there."""
    if len(key) <= _LONGEST:
        return key
    return "sha256-" + hashlib.sha256(key.encode()).hexdigest()
