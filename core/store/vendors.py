"""How vendors kept their contracts, from the clocks on the tickets."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, text

from core.desk import VendorFigures

_FIGURES = text("""
    SELECT
        substr(clock ->> 'name', length('vendor:') + 1) AS vendor,
        count(*) AS tickets,
        count(*) FILTER (WHERE clock ? 'met_at' AND NOT clock ? 'breached_at') AS in_time,
        count(*) FILTER (WHERE clock ? 'breached_at') AS late,
        count(*) FILTER (WHERE NOT clock ? 'met_at') AS waiting,
        percentile_cont(0.5) WITHIN GROUP (
            ORDER BY extract(epoch FROM (clock ->> 'met_at')::timestamptz - (clock ->> 'started_at')::timestamptz)
        ) FILTER (WHERE clock ? 'met_at') AS half_within
    FROM tickets, jsonb_array_elements(body -> 'clocks') AS clock
    WHERE body ? 'vendor_cases' AND clock ->> 'name' LIKE 'vendor:%'
    AND (CAST(:since AS timestamptz) IS NULL OR opened_at >= :since)
    GROUP BY 1 ORDER BY 1
""")


def figures(connection: Connection, since: datetime | None) -> list[VendorFigures]:
    """Every vendor who was asked for tickets opened since then; times are by the wall, not by the contract's hours."""
    return [
        VendorFigures(row.vendor, row.tickets, row.in_time, row.late, row.waiting, row.half_within)
        for row in connection.execute(_FIGURES, {"since": since})
    ]
