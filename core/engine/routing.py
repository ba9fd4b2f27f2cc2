"""Routing: which team a ticket belongs to."""

from __future__ import annotations

from core.engine.draft import Draft
from core.model import Event, ReasonCode
from core.policy import RoutingRule


def route(draft: Draft, event: Event) -> None:
    """Give the ticket a team, and note what skill its work needs.

    The first rule that holds decides; where none names a team it is the service's, else the one whose group has it on
    the platform, else the default team.
    """
    rule = _rule(draft)
    if not (rule and _by_rule(draft, rule)):
        _as_it_comes(draft, event)


def _rule(draft: Draft) -> RoutingRule | None:
    rules = draft.policy.routing.rules
    if not rules:
        return None
    facts = draft.facts()
    return next((rule for rule in rules if rule.condition.holds(facts)), None)


def _by_rule(draft: Draft, rule: RoutingRule) -> bool:
    """Follow the rule; returns whether it names a team."""
    facts = {"name": rule.name, "why": rule.because or "it matches"}
    if rule.skill:
        draft.update(skill=rule.skill)
        draft.decide("routing", ReasonCode.SKILL_NEEDED, skill=rule.skill, **facts)
    if rule.team:
        draft.update(team=rule.team)
        draft.decide("routing", ReasonCode.ROUTED_BY_RULE, team=draft.policy.roster.team_name(rule.team), **facts)
    return bool(rule.team)


def _as_it_comes(draft: Draft, event: Event) -> None:
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
    _by_default(draft, event)


def _by_default(draft: Draft, event: Event) -> None:
    why = f"no service is called {event.service}" if event.service else "the source named no service"
    team = draft.policy.default_team
    if not team:
        draft.decide("routing", ReasonCode.ROUTED_NOWHERE, why=why)
        return
    draft.update(team=team)
    facts = {"team": draft.policy.roster.team_name(team), "why": why}
    draft.decide("routing", ReasonCode.ROUTED_BY_DEFAULT, **facts)
