"""Which records do not stand as Rung wrote them."""

from __future__ import annotations

from sqlalchemy import Connection, text

from core.drifts import DriftRow
from core.model import Ticket
from core.store.codec import from_json

_DRIFTING = text("""
    SELECT body FROM tickets WHERE is_open AND body @? '$.records[*].drifts.*' ORDER BY id DESC LIMIT :limit
""")


def drifts(connection: Connection, limit: int) -> list[DriftRow]:
    """The fields of open tickets' records that drift, of the newest tickets first."""
    rows = connection.execute(_DRIFTING, {"limit": limit})
    found = []
    for ticket in (from_json(row.body, Ticket) for row in rows):
        for record in ticket.records:
            found += [
                DriftRow(
                    ticket=ticket.id,
                    platform=record.ref.platform,
                    key=record.ref.key,
                    link=record.ref.link,
                    field=name,
                    stands=one.stands,
                    wanted=one.wanted,
                    since=one.since,
                    tries=one.tries,
                    given_up=one.given_up,
                )
                for name, one in sorted(record.drifts.items())
                if one.stood_since is None
            ]
    return found
