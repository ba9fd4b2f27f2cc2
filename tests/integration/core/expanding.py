"""What a step of the migrations may do while older code runs, told by what it did to a real database.

A step that says no `serves` must leave everything as older code knows it, and must not hold up those who write.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text

from core.store import schema
from core.store.tables import metadata

Columns = dict[tuple[str, str], tuple[str, bool, bool]]

_COLUMNS = text("""
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
           a.atthasdef OR a.attidentity <> ''
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
""")
_RULES = text("""
    SELECT t.relname, pg_get_constraintdef(n.oid), n.convalidated
    FROM pg_constraint n JOIN pg_class t ON t.oid = n.conrelid
    WHERE t.relnamespace = 'public'::regnamespace AND n.contype <> 'n'
    UNION ALL
    SELECT t.relname, pg_get_indexdef(i.indexrelid), true
    FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
    WHERE t.relnamespace = 'public'::regnamespace AND i.indisunique
""")
_FILES = text("SELECT relname, relfilenode FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
_LOCKS = text("""
    SELECT DISTINCT c.relname, l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND l.granted
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND (:pid = 0 AND l.pid <> pg_backend_pid() OR l.pid = :pid)
""")
_HELD = {"ShareLock": "an index of {} is not built CONCURRENTLY", "RowExclusiveLock": "rows of {} are written"}
_OURS = {"alembic_version", "compatibility"}
"""What every step writes."""


@dataclass(frozen=True)
class Catalogue:
    """What there is: columns with type, whether they must hold something and whether they do so by themselves; keys,
    checks and unique indexes of each table with whether they were checked; the file of each table.
    """

    columns: Columns
    rules: frozenset[tuple[str, str, bool]]
    files: dict[str, int]

    @property
    def tables(self) -> set[str]:
        return set(self.files)


def look(connection: Connection) -> Catalogue:
    """What there is now."""
    columns = {(row[0], row[1]): (row[2], row[3], row[4]) for row in connection.execute(_COLUMNS)}
    rules = frozenset((row[0], row[1], row[2]) for row in connection.execute(_RULES))
    return Catalogue(columns, rules, {row[0]: row[1] for row in connection.execute(_FILES)})


def locks(connection: Connection, pid: int = 0) -> set[tuple[str, str]]:
    """The tables that a process has locked, and how; every process but this connection's by default."""
    return {(row[0], row[1]) for row in connection.execute(_LOCKS, {"pid": pid})}


def breaches(before: Catalogue, after: Catalogue, held: set[tuple[str, str]]) -> list[str]:
    """Why what was done is no expanding step, a sentence for each reason."""
    known = before.tables - _OURS
    return [
        *_columns(before, after, known),
        *_rules(before, after, known),
        *(f"{name} is rewritten" for name in known & after.tables if before.files[name] != after.files[name]),
        *(
            f"an index of {name} is not built CONCURRENTLY"
            for name, mode in held
            if name in known and mode == "ShareLock"
        ),
        *(f"rows of {name} are written" for name, mode in held if name in known and mode == "RowExclusiveLock"),
    ]


def _columns(before: Catalogue, after: Catalogue, known: set[str]) -> Iterator[str]:
    for (table, column), (kind, needed, filled) in before.columns.items():
        now = after.columns.get((table, column))
        if table not in known:
            continue
        if now is None:
            yield f"{table}.{column} is gone"
        elif now[0] != kind:
            yield f"{table}.{column} was {kind} and is {now[0]}"
        elif (now[1] and not needed) or (filled and not now[2]):
            yield f"{table}.{column} must be given now"
    for (table, column), (_, needed, filled) in after.columns.items():
        if table in known and (table, column) not in before.columns and needed and not filled:
            yield f"{table}.{column} is new and must be given"


def _rules(before: Catalogue, after: Catalogue, known: set[str]) -> Iterator[str]:
    for table, rule, checked in after.rules - before.rules:
        if table in known and checked and (table, rule, False) not in before.rules:
            yield f"{table} has a new rule: {rule}"
    for table, rule, _ in before.rules - after.rules:
        if table in known and not any(one[:2] == (table, rule) for one in after.rules):
            yield f"{table} has lost a rule: {rule}"


_EXPANDED = """
    ALTER TABLE "{table}" ADD COLUMN IF NOT EXISTS later_text text NOT NULL DEFAULT 'later',
        ADD COLUMN IF NOT EXISTS later_at timestamptz;
    CREATE INDEX IF NOT EXISTS "later_{table}" ON "{table}" (later_text);
"""
_LATER = "9001"


def expand(database: Engine) -> bool:
    """Do what any expanding step may do, to every table, as a newer Rung's `rung migrate`; False where it is done.

    Each table has a transaction of its own and waits no longer for its lock than a real step would; what was done is
    passed over when it is done again.
    """
    with database.connect() as connection:
        if connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == _LATER:
            return False
    for table in metadata.tables:
        with database.begin() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '3s'"))
            connection.execute(text(_EXPANDED.format(table=table)))
    with database.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS later (id bigint PRIMARY KEY REFERENCES tickets (id))"))
        connection.execute(text("UPDATE alembic_version SET version_num = :later"), {"later": _LATER})
        connection.execute(text("UPDATE compatibility SET oldest = :at"), {"at": schema.newest_revision()})
    return True
