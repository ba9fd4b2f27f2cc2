"""Counting what nobody has a word for, and telling each once, whichever process meets it first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core.model import Entry, ReasonCode, Unknown, UnknownKind
from core.store import unknowns
from core.work.failures import told

log = structlog.get_logger()


_STRANGE = {ReasonCode.STRANGER: (UnknownKind.PERSON, "person"), ReasonCode.STRANGE_GROUP: (UnknownKind.GROUP, "group")}


def strangers(entries: Sequence[Entry]) -> list[Unknown]:
    """The people and groups that a step has told of as unknown."""
    told = [(one.reason.facts, *_STRANGE[one.reason.code]) for one in entries if one.reason.code in _STRANGE]
    return [
        Unknown(kind, facts["platform"], facts[name], facts["advice"][:1].upper() + facts["advice"][1:] + ".")
        for facts, kind, name in told
    ]


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
