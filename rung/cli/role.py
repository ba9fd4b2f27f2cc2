"""What the commands for single roles share."""

from __future__ import annotations

from dataclasses import replace

from rung.settings import Settings, SettingsError


def settings_for_role() -> Settings:
    """The settings of a role: both servers named, or running here; logs go out from now on as they say."""
    from rung.logging import configure
    from rung.runfile import located, running

    settings = located(Settings.from_environment())
    found = running(settings.home)
    if not settings.redis_url and found:
        settings = replace(settings, redis_url=found.redis_url)
    if not settings.redis_url:
        raise SettingsError("RUNG_REDIS_URL is not set: name the Redis that all roles share.")
    configure(settings)
    return settings
