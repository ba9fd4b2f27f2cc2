"""A ticket at a vendor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

VENDOR = "vendor"
"""The family of the clocks of vendors, and the beginning of the id by which one is asked like a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorCase:
    """A vendor (the policy's id) was asked at a moment (UTC).

    `number` is their own number for it, "" until they have told it; `acknowledged_at` is when they took it.
    """

    vendor: str
    asked_at: datetime
    number: str = ""
    acknowledged_at: datetime | None = None

    @property
    def key(self) -> str:
        """The id by which the vendor is asked."""
        return f"{VENDOR}:{self.vendor}"
