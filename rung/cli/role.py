"""What the commands for single roles share."""

from __future__ import annotations

import structlog

from rung.cli.desk import settings_with_redis
from rung.settings import Settings
from rung.strays import strays


def settings_for_role(role: str) -> Settings:
    """The settings of a role; logs go out from now on as they say."""
    from rung.logging import configure

    settings = settings_with_redis()
    configure(settings, role)
    for sentence in strays().values():
        structlog.get_logger().warning("a variable is no setting", reason=sentence)
    return settings
