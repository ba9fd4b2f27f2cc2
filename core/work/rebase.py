"""Moving a running ticket to the newest policy, and telling what that changes, also before it is done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection

from core.desk import Change, Rebased
from core.model import Rebase, Ticket
from core.policy import Policy
from core.work.apply import Policies, apply_to, preview


def rebase(
    connection: Connection, ticket: Ticket, command: Rebase, policies: Policies, now: datetime, *, dry_run: bool
) -> Rebased:
    """Move a ticket, or with `dry_run` only look what would come of it."""
    do = preview if dry_run else apply_to
    outcome = do(connection, ticket.id, command, policies, now)
    after = outcome.ticket if outcome and outcome.ticket else ticket
    old, new = policies.version(ticket.policy_version), policies.version(after.policy_version)
    return Rebased(
        ticket=ticket.id,
        title=ticket.title,
        moved=after.policy_version != ticket.policy_version,
        sentence=outcome.sentence if outcome else "",
        changes=tuple(_changes(ticket, after, old, new)),
    )


def _changes(before: Ticket, after: Ticket, old: Policy, new: Policy) -> Iterator[Change]:
    was, is_ = _shown(before, old), _shown(after, new)
    return (Change(what, was[what], is_[what]) for what in was if was[what] != is_[what])


def _shown(ticket: Ticket, policy: Policy) -> dict[str, str]:
    """What is compared, in the order in which it is told."""
    level = policy.path(ticket.path).level(ticket.level)
    return {
        "policy version": str(ticket.policy_version),
        "mode": "shadowed" if ticket.shadow else "real",
        "severity": ticket.severity.value,
        "path": ticket.path,
        "level": level.name if level else "",
        "round": str(ticket.round),
        "exhausted": "yes" if ticket.exhausted else "no",
        "owner": policy.roster.name(ticket.owner),
        "deadline": ticket.deadline.isoformat(timespec="seconds") if ticket.deadline else "",
    }
