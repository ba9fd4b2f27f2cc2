"""`routing`: where a ticket goes."""

from __future__ import annotations

from rung.documents.fields import Strict, Text


class RoutingSchema(Strict):
    """Where a ticket goes."""

    default_team = Text(load_default="")
