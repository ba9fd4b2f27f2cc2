"""Roles: what somebody may do with Rung itself. What they may decide about a ticket, the policy's authority says."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """How much of Rung is open to somebody; each role may do all that those before it may."""

    VIEWER = "viewer"
    """Looks: board, tickets, ledgers, mappings."""
    RESPONDER = "responder"
    """Decides about tickets, as far as the authority matrix lets them, and reads what sources sent."""
    MANAGER = "manager"
    """Has work done again, moves tickets to a newer policy, tries mappings."""
    ADMIN = "admin"
    """Changes how Rung works."""

    def covers(self, needed: Role) -> bool:
        """Whether whoever has this role may do what takes that one."""
        order = list(Role)
        return order.index(self) >= order.index(needed)
