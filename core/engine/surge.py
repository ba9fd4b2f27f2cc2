"""While a surge lasts, more people are called up, and what is not urgent may wait longer."""

from __future__ import annotations

from datetime import timedelta

from core.engine.draft import Draft
from core.engine.wording import listed, span
from core.model import EntryKind, Notice, Reason, ReasonCode, SurgeOver
from core.policy import Level
from core.policy.surge import SurgeRule

_RULE = "surge"


def allowed(draft: Draft, level: Level) -> timedelta:
    """How long the level's people have to acknowledge the ticket as it now is."""
    within, rule = level.acknowledge_within[draft.ticket.severity], draft.policy.major.surge
    return rule.widened(within, draft.ticket.severity) if rule and draft.around.surge else within


def tell_widened(draft: Draft, level: Level) -> None:
    """Say why somebody has longer than the level says."""
    within, longer = level.acknowledge_within[draft.ticket.severity], allowed(draft, level)
    if longer != within:
        facts = {"within": span(longer), "usual": span(within), "severity": draft.ticket.severity.value}
        draft.log(EntryKind.DECISION, _RULE, ReasonCode.SURGE_WIDENED, **facts)


def call_up(draft: Draft) -> None:
    """Have more people told, where the surge begins with this ticket."""
    surge, rule = draft.around.surge, draft.policy.major.surge
    if surge is None or rule is None or not surge.begins:
        return
    facts = {"count": str(surge.count), "window": span(rule.window), "called": _called(draft, rule)}
    reason = draft.log(EntryKind.DECISION, _RULE, ReasonCode.SURGE_BEGAN, **facts)
    _tell(draft, rule, reason, "There are more tickets than usual", "Please help: your colleagues need you.")


def over(draft: Draft, signal: SurgeOver) -> None:
    """The surge that began with this ticket is over, and whoever was called up is told so."""
    reason = draft.log(EntryKind.DECISION, _RULE, ReasonCode.SURGE_ENDED, after=span(draft.now - signal.since))
    rule = draft.policy.major.surge
    if rule is not None:
        _tell(draft, rule, reason, "The surge is over", "You are needed no longer than you like. Thank you.")


def _called(draft: Draft, rule: SurgeRule) -> str:
    names = [draft.policy.roster.name(one) for one in rule.people(draft.policy.roster, draft.now)]
    return f" {listed(names)} {'is' if len(names) == 1 else 'are'} called up." if names else ""


def _tell(draft: Draft, rule: SurgeRule, reason: Reason, headline: str, ask: str) -> None:
    for person in rule.people(draft.policy.roster, draft.now):
        notice = Notice(
            person=person, headline=headline, ask=ask, why=reason.sentence, offers_acknowledge=False, informs=True
        )
        draft.notify(notice, reason)
