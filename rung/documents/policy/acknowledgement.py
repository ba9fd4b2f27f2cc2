"""`acknowledgement`: how long one is good for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from core.policy import Acknowledgement
from rung.documents.fields import Strict
from rung.documents.policy.lengths import Within


class AcknowledgementSchema(Strict):
    """How long an acknowledgement is good for."""

    expires_after = Within(load_default=dict)
    re_arm_on_worse = fields.Boolean(load_default=True)


def acknowledgement(data: Mapping[str, Any]) -> Acknowledgement:
    """The rule of a section that was checked."""
    return Acknowledgement(expires_after=data["expires_after"], re_arm_on_worse=data["re_arm_on_worse"])
