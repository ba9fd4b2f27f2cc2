"""A ticket at a vendor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorCase:
    """A vendor (the policy's id) was asked at a moment (UTC).

    `number` is their own number for it, "" until they have told it; `acknowledged_at` is when they took it.
    """

    vendor: str
    asked_at: datetime
    number: str = ""
    acknowledged_at: datetime | None = None
