"""The desk that commands work at."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from rung.settings import Settings

if TYPE_CHECKING:
    from core.desk import Desk


def settings() -> Settings:
    """The settings, with the addresses of what runs here; raises `NothingRunsError`."""
    from rung.runfile import located

    return located(Settings.from_environment())


def desk() -> Desk:
    """The desk over the database that is named, or that runs here."""
    from rung import wiring

    return wiring.desk(settings())


def now() -> datetime:
    """The policy's present moment."""
    from rung import timesource

    return timesource.clock(settings())()
