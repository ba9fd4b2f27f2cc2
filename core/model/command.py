"""What people tell Rung to do with a ticket, each with who says so and where."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """A person takes responsibility. `by` is a roster id or a name; `via` says where (a link, the API, the console)."""

    by: str
    via: str


Command = Acknowledge
