"""A platform's own fields, with what its mapping does with each."""

from __future__ import annotations

from connectors.discovery import discover_admins
from core.desk import NotPossibleError
from core.maptrial import FieldRow
from rung.mapping.configured import Configured, known_as


def fields_of(made: Configured, platform: str, collection: str = "") -> list[FieldRow]:
    """The fields of a table, or of a project's issues, by name; "" is the one that the platform's settings name.

    Raises `NotFoundError`, `NotPossibleError`, and `core.ports.DeliveryError` for what goes wrong there.
    """
    known = made.configuration.platforms.platforms
    known_as(platform, "platform", known)
    one = known[platform]
    admins = discover_admins()
    if one.config.kind not in admins:
        raise NotPossibleError(f"Platforms of the kind {one.config.kind} cannot be asked for their fields.")
    bound = made.catalogue[one.mapping].bind(platform, platform, one.config.url, one.config.options)
    reads, writes = bound.reads(), bound.writes()
    found = admins[one.config.kind](one.config).fields(collection)
    return [FieldRow(field=field, read=field.name in reads, written=field.name in writes) for field in found]
