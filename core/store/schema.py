"""Where a database's schema stands, as seen from this code: what is to be done to it, and whether the two fit.

A schema that is newer than the code may still serve it: while Rung is upgraded, old and new processes run side by side
on the new schema. Each step of the migrations says so by what it is. One that only adds leaves everything as older code
knows it. One that takes away, renames or tightens names in `serves` the oldest schema whose code can still run on it,
and the database keeps that, for the older code to read.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, select, text

from core.store.tables import compatibility

MIGRATIONS = Path(__file__).parent / "migrations"
BASELINE = "0015"
"""The schema of the first release: nothing that was released runs on an earlier one."""
RECORDED = "0018"
"""The first schema that keeps which code it serves."""


@dataclass(frozen=True, slots=True)
class Step:
    """One migration: the schema that it leads to, what it does in a sentence, and the oldest schema whose code may run
    on that; "" where it changes nothing about this.
    """

    revision: str
    does: str
    serves: str = ""


@dataclass(frozen=True, slots=True)
class Schema:
    """The schema that a database is `at` ("" before the first), the one that this code `wants`, and, where the database
    is ahead, the `oldest` one whose code may run on it ("" where it does not say).
    """

    at: str
    wants: str
    oldest: str = ""

    @property
    def is_behind(self) -> bool:
        """Whether there are steps to do."""
        return self.at < self.wants

    @property
    def serves(self) -> bool:
        """Whether this code can run on it."""
        return self.at == self.wants or (self.at > self.wants and "" < self.oldest <= self.wants)

    @property
    def problem(self) -> str | None:
        """What is wrong and what to do, None where the two fit."""
        if self.serves:
            return None
        if self.is_behind:
            return f"The schema is at {self.at or 'nothing'}, not at {self.wants}: run `rung migrate`."
        serves = f" and serves Rung from {self.oldest} on" if self.oldest else ""
        return f"The schema is at {self.at}{serves}; this Rung was written for {self.wants}: run a newer one."


def look(connection: Connection) -> Schema:
    """How the database's schema stands to this code."""
    at, wants = revision(connection), newest_revision()
    return Schema(at, wants, _oldest(connection) if at > wants else "")


def revision(connection: Connection) -> str:
    """The schema's revision, "" before the first migration."""
    if not connection.execute(text("SELECT to_regclass('alembic_version')")).scalar_one():
        return ""
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none() or ""


@cache
def newest_revision() -> str:
    """The revision that this code was written for, by the migrations' names: every process asks when it starts."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


@cache
def steps() -> tuple[Step, ...]:
    """Every migration, the first one first."""
    from alembic.script import ScriptDirectory  # which takes long to load, and only migrating needs it

    found = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    return tuple(
        Step(one.revision, (one.doc or "").splitlines()[0], getattr(one.module, "serves", ""))
        for one in reversed(list(found))
    )


def oldest_served(at: str) -> str:
    """The oldest schema whose code can run on that one, by what the steps up to it say."""
    return max([BASELINE, *(one.serves for one in steps() if one.revision <= at)])


def _oldest(connection: Connection) -> str:
    if not connection.execute(text("SELECT to_regclass('compatibility')")).scalar_one():
        return ""
    return connection.execute(select(compatibility.c.oldest)).scalar_one_or_none() or ""
