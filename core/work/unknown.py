"""Counting what nobody has a word for, and telling each once, whichever process meets it first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core.model import Unknown
from core.store import unknowns
from core.work.failures import told

log = structlog.get_logger()


def count_unknown(database: Engine, unknown: Sequence[Unknown], at: datetime) -> None:
    """Count them in a transaction of their own, after the work in which they were met; never raises for the database.

    Rows that every delivery of a source counts up would otherwise hold up one worker until the other has done.
    """
    if not unknown:
        return
    try:
        with database.begin() as connection:
            new = unknowns.count(connection, unknown, at)
    except (DBAPIError, PoolTimeout) as error:
        log.warning("what is not known could not be counted", reason=told(error))
        return
    for one in new:
        log.warning("something is not known", kind=one.kind.value, place=one.place, name=one.name, advice=one.advice)
