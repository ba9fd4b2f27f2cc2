"""What to call somebody whom a platform names."""

from __future__ import annotations

from core.engine.draft import Draft
from core.model import Party


def known_person(draft: Draft, party: Party, platform: str) -> str:
    """What to call somebody on the ticket: the roster id, or the name that the platform gave."""
    record = draft.ticket.record_on(platform)
    assigned = record.people.get(party.account, "") if record else ""
    return assigned or draft.policy.roster.find(party, platform) or ("" if party.is_nobody else party.label)
