"""`services`: the service catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from core.policy import Service
from rung.documents.fields import Strict, Text


class ServiceSchema(Strict):
    """A service."""

    name = Text(required=True)
    team = Text(required=True)
    aliases = fields.List(Text(), load_default=list)


def service(name: str, data: Mapping[str, Any]) -> Service:
    """The service of an entry that was checked."""
    return Service(id=name, name=data["name"], team=data["team"], aliases=tuple(data["aliases"]))
