"""What polling asks of the tickets: where their records are, and which are to be looked for."""

from __future__ import annotations

from sqlalchemy import Connection, text

from core.model import RecordRef

_COLLECTIONS = text("""
    SELECT DISTINCT one->'ref'->>'platform' AS platform, one->'ref'->>'collection' AS collection
    FROM tickets, jsonb_array_elements(body->'records') AS one
    WHERE is_open AND one->'ref'->>'id' <> '' AND one->'ref'->>'collection' <> ''
""")

_RECORDS = text("""
    SELECT tickets.id, one->'ref' AS ref FROM tickets, jsonb_array_elements(body->'records') AS one
    WHERE is_open AND tickets.id > :after AND one->'ref'->>'platform' = :platform
    AND one->'ref'->>'collection' = :collection AND one->'ref'->>'id' <> ''
    ORDER BY tickets.id LIMIT :limit
""")


def collections(connection: Connection) -> set[tuple[str, str]]:
    """The (platform, table or project) in which open tickets have records."""
    return {(row.platform, row.collection) for row in connection.execute(_COLLECTIONS)}


def records(
    connection: Connection, platform: str, collection: str, after: int, limit: int
) -> list[tuple[int, RecordRef]]:
    """Records of open tickets in a collection, by the tickets' numbers, from the one after `after` on."""
    given = {"platform": platform, "collection": collection, "after": after, "limit": limit}
    return [(row.id, RecordRef(**row.ref)) for row in connection.execute(_RECORDS, given)]
