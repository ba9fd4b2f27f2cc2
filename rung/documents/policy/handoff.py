"""`handoff`: what a move from one level to another must tell."""

from __future__ import annotations

from marshmallow import fields

from core.model import HandoffFact
from rung.documents.fields import Choice, Strict


class HandoffSchema(Strict):
    """What a handoff tells."""

    facts = fields.List(Choice([one.value for one in HandoffFact]), load_default=list)


def handoff(data: dict[str, list[str]]) -> tuple[HandoffFact, ...]:
    """The facts of a section that was checked, each once."""
    return tuple(dict.fromkeys(HandoffFact(one) for one in data["facts"]))
