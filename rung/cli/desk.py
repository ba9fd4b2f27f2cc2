"""Where commands work: over the servers that are named, or that run here."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from rung.settings import Settings, SettingsError

if TYPE_CHECKING:
    from core.desk import Desk
    from core.mapdesk import MappingDesk


def settings() -> Settings:
    """The settings with a database; raises `NothingRunsError`."""
    from rung.runfile import located

    return located(Settings.from_environment())


def settings_with_redis() -> Settings:
    """The settings with a database and a Redis; raises `SettingsError` too."""
    from rung.runfile import running

    found = settings()
    here = None if found.redis_url else running(found.home)
    url = found.redis_url or (here.redis_url if here else "")
    if not url:
        raise SettingsError("RUNG_REDIS_URL is not set: name the Redis that all roles share.")
    return replace(found, redis_url=url)


def desk() -> Desk:
    """The desk."""
    from rung import wiring

    return wiring.desk(settings_with_redis())


def mapping_desk() -> MappingDesk:
    """The desk for mappings, over the documents in force; raises `NothingRunsError`."""
    from rung import wiring

    return wiring.mapping_desk(settings())


def now() -> datetime:
    """The policy's present moment."""
    from rung import timesource

    return timesource.clock(settings())()
