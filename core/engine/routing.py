"""Routing: which team a ticket belongs to."""

from __future__ import annotations

from core.engine.draft import Draft
from core.model import Event, ReasonCode


def route(draft: Draft, event: Event) -> None:
    """Give the ticket a team: the service's, else the one whose group has it on the platform, else the default team."""
    policy, roster = draft.policy, draft.policy.roster
    service = policy.services.get(draft.ticket.service)
    if service:
        draft.update(team=service.team)
        facts = {"team": roster.team_name(service.team), "service": service.name}
        draft.decide("routing", ReasonCode.ROUTED_BY_SERVICE, **facts)
        return
    platform, group = (event.record.platform if event.record else ""), event.assignment_group or ""
    team = roster.team_of_group(group, platform)
    if team:
        draft.update(team=team)
        facts = {"team": roster.team_name(team), "platform": platform, "group": group}
        draft.decide("routing", ReasonCode.ROUTED_BY_GROUP, **facts)
        return
    _route_by_default(draft, event)


def _route_by_default(draft: Draft, event: Event) -> None:
    why = f"no service is called {event.service}" if event.service else "the source named no service"
    team = draft.policy.default_team
    if not team:
        draft.decide("routing", ReasonCode.ROUTED_NOWHERE, why=why)
        return
    draft.update(team=team)
    facts = {"team": draft.policy.roster.team_name(team), "why": why}
    draft.decide("routing", ReasonCode.ROUTED_BY_DEFAULT, **facts)
