"""Who runs a command."""

from __future__ import annotations

import getpass
import os


def user_name() -> str:
    """Their name on this machine; the number of a user without one, as containers have them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"
