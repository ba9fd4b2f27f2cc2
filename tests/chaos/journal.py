"""What the database itself notes of a run, in real time: each claim of an action, each acknowledgement.

Triggers write it, so that nothing of it depends on the code that is judged, and none of it can be lost with a process.
"""

from __future__ import annotations

import psycopg

_INSTALL = """
CREATE SCHEMA chaos;
CREATE TABLE chaos.claims (
    id bigserial PRIMARY KEY, action_id bigint, attempts int, look_first boolean, at timestamptz,
    seen pg_snapshot
);
CREATE TABLE chaos.acknowledged (
    id bigserial PRIMARY KEY, ticket_id bigint, at timestamptz, within xid8, last_action bigint
);
CREATE FUNCTION chaos.claimed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO chaos.claims (action_id, attempts, look_first, at, seen)
    VALUES (NEW.id, NEW.attempts, NEW.look_first, clock_timestamp(), pg_current_snapshot());
    RETURN NULL;
END $$;
CREATE FUNCTION chaos.acknowledged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO chaos.acknowledged (ticket_id, at, within, last_action)
    SELECT NEW.id, clock_timestamp(), pg_current_xact_id(), coalesce(max(id), 0)
    FROM public.actions WHERE ticket_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER chaos_claimed AFTER UPDATE OF status, attempts ON public.actions FOR EACH ROW
    WHEN (NEW.status = 'sent' AND (OLD.status <> 'sent' OR OLD.attempts <> NEW.attempts))
    EXECUTE FUNCTION chaos.claimed();
CREATE TRIGGER chaos_acknowledged AFTER UPDATE OF acknowledged ON public.tickets FOR EACH ROW
    WHEN (NEW.acknowledged AND NOT OLD.acknowledged)
    EXECUTE FUNCTION chaos.acknowledged();
"""


def install(url: str) -> None:
    """Have the database at that address keep the journal from now on."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_INSTALL)
