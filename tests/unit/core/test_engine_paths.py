"""Levels: whose expertise, who of them is asked, in which order they follow each other, and what a handoff tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from core.engine.handoff import give
from core.model import Acknowledge, HandoffFact, Impact, ReasonCode, Refusal, Report, Urgency, Verb
from core.policy import Ask, Condition, Entrance, LevelKind, OnCall, Owners, Path, PathRule, Policy, Span, Team
from tests.unit.core.conftest import NOON, Story, a_level, a_policy

Tell = Callable[..., Story]
BREACH = Condition(match={"category": ("security",)})


def a_path(*levels: object, **changes: object) -> Path:
    return Path(**{"name": "standard", "levels": levels, "last_resorts": ("ines",), **changes})  # type: ignore[arg-type]


def with_levels(*levels: object, policy: Policy | None = None, **changes: object) -> Policy:
    return replace(policy or a_policy(), paths={"standard": a_path(*levels, **changes)})


def with_duties(policy: Policy, **duties: OnCall) -> Policy:
    team = replace(policy.roster.teams["pay"], on_call=duties)
    return replace(policy, roster=replace(policy.roster, teams={**policy.roster.teams, "pay": team}))


def everybody_on(level: str = "L1") -> Policy:
    """One level with three people."""
    return with_duties(with_levels(a_level(level)), **{level: OnCall(people=("dana", "lee", "ines"))})


def refuse_all(tale: Story, person: str) -> None:
    """No way of reaching that person works."""
    for _ in range(2):
        asked = [one for one in tale.actions if one.notice and one.notice.person == person][-1]
        tale.happens(Report(asked, Refusal("refused")))
        if tale.policy.roster.people[person].ways[1:] == ():
            return


def test_the_next_in_turn_is_tried_before_the_next_level(story: Tell) -> None:
    level = replace(a_level("L1"), next_in_turn=1)
    policy = with_duties(
        with_levels(level, a_level("L3")), L1=OnCall(people=("dana", "lee")), L3=OnCall(people=("ines",))
    )
    now = story(policy=policy).fires().waits()
    assert (now.told, now.opened.level, now.reasons[0]) == (["lee"], 1, ReasonCode.NEXT_IN_TURN)
    assert now.opened.owner == "lee"
    now.waits()
    assert (now.told, now.opened.level) == (["ines"], 2)


def test_all_must_acknowledge_where_the_level_says_so(story: Tell) -> None:
    policy = everybody_on()
    path = a_path(replace(a_level("L1"), ask=Ask.ALL))
    now = story(policy=replace(policy, paths={"standard": path})).fires()
    assert now.told == ["dana", "lee", "ines"]
    now.happens(Acknowledge("lee", "here"), after=1)
    assert not now.opened.is_acknowledged
    assert now.waits_for_acknowledgement
    assert now.opened.owner == "lee"
    assert now.outcome.sentence == (
        "Lee Park acknowledged here, 1 minute after it was asked for; Dana Reyes and Ines Moreau must do so too."
    )
    now.happens(Acknowledge("lee", "here"))
    assert now.outcome.sentence == "Lee Park acknowledged here, but they already had; nothing changes."
    now.happens(Acknowledge("dana", "here")).happens(Acknowledge("ines", "here"))
    assert now.opened.is_acknowledged
    assert now.opened.acknowledged_by == "Dana Reyes, Lee Park and Ines Moreau"
    assert now.opened.owner == "lee"
    assert not now.waits_for_acknowledgement


def test_who_is_missing_of_all_is_named_when_the_time_is_over(story: Tell) -> None:
    policy = with_duties(
        with_levels(replace(a_level("L1"), ask=Ask.ALL), a_level("L3")),
        L1=OnCall(people=("dana", "lee")),
        L3=OnCall(people=("ines",)),
    )
    now = story(policy=policy).fires().happens(Acknowledge("dana", "here")).waits()
    assert now.outcome.sentence.startswith("Moved to L3 because Lee Park did not acknowledge within 5 minutes:")
    assert [one.person for one in now.opened.asked] == ["ines"]


def test_all_who_can_be_reached_are_enough(story: Tell) -> None:
    policy = with_duties(
        with_levels(replace(a_level("L1"), ask=Ask.ALL)), L1=OnCall(people=("dana", "lee")), L3=OnCall(people=("ines",))
    )
    now = story(policy=policy).fires().happens(Acknowledge("dana", "here"))
    refuse_all(now, "lee")
    assert now.opened.is_acknowledged
    assert now.reasons[-1] is ReasonCode.ACKNOWLEDGED_BY_REST


def test_a_level_can_ask_another_team(story: Tell) -> None:
    desk = Team(id="db", name="Databases", on_call={"L2": OnCall(people=("ines",))})
    policy = with_levels(a_level("L1"), replace(a_level("L2"), team="db"), a_level("L3"))
    policy = replace(policy, roster=replace(policy.roster, teams={**policy.roster.teams, "db": desk}))
    now = story(policy=policy).fires().is_created().waits()
    assert now.told == ["ines"]
    assert now.written[0].changes.team == "db"
    assert now.opened.team == "pay"
    now.waits()
    assert now.written[0].changes.team == "pay"


def test_the_named_owner_of_the_service_comes_before_who_is_on_call(story: Tell) -> None:
    policy = a_policy()
    service = replace(policy.services["payments"], owners={"L1": Owners(owner="lee", backup="ines")})
    policy = replace(policy, services={"payments": service})
    assert story(policy=policy).fires().told == ["lee"]
    away = replace(policy.roster, time_off={"lee": (Span(NOON - timedelta(1), NOON + timedelta(1)),)})
    now = story(policy=replace(policy, roster=away)).fires()
    assert now.told == ["ines"]
    assert ReasonCode.PASSED_OVER in now.reasons
    assert now.outcome.entries[-1].reason.sentence == (
        "L1 begins: Ines Moreau is the backup for Payments there and has 5 minutes to acknowledge."
    )


def test_later_rounds_loop_from_the_level_that_the_path_names(story: Tell) -> None:
    policy = with_levels(a_level("L1"), a_level("L3"), rounds=2, loop_from=2)
    now = story(policy=policy).fires().waits().waits()
    assert (now.opened.level, now.opened.round, now.told) == (2, 2, ["lee"])
    assert now.waits().opened.exhausted


def test_a_rule_lets_a_ticket_enter_higher_up_and_no_round_goes_below(story: Tell) -> None:
    enter = (Entrance(condition=BREACH, level=2, because="a breach goes to the specialists"),)
    policy = with_levels(a_level("L1"), a_level("L3"), rounds=2, enter=enter)
    now = story(policy=policy).fires(category="security")
    assert (now.opened.level, now.told) == (2, ["lee"])
    assert ReasonCode.PATH_ENTERED in now.reasons
    assert (now.waits().opened.level, now.opened.round) == (2, 2)


def test_a_rule_chooses_the_path(story: Tell) -> None:
    quiet = replace(a_path(a_level("L3")), name="quiet")
    rule = PathRule(name="breaches", path="quiet", condition=BREACH, because="security has its own path")
    policy = with_levels(a_level("L1"))
    policy = replace(policy, paths={**policy.paths, "quiet": quiet}, path_rules=(rule,))
    now = story(policy=policy).fires(category="security")
    assert (now.opened.path, now.told) == ("quiet", ["lee"])
    assert story(policy=policy).fires().opened.path == "standard"


def test_a_page_does_not_reach_directors_because_a_level_below_is_empty(story: Tell) -> None:
    director = replace(a_level("Directors"), kind=LevelKind.HIERARCHICAL)
    policy = with_duties(
        with_levels(a_level("L1"), a_level("L2"), director),
        L1=OnCall(people=("dana",)),
        Directors=OnCall(people=("lee",)),
    )
    now = story(policy=policy).fires().waits()
    assert (now.told, now.opened.level) == (["ines"], 2)
    assert now.reasons[:2] == [ReasonCode.LEVEL_SKIPPED, ReasonCode.STOOD_IN]
    assert now.waits_for_acknowledgement
    now.waits()
    assert (now.told, now.opened.level) == (["lee"], 3)


def test_directors_are_better_called_than_nobody(story: Tell) -> None:
    director = replace(a_level("Directors"), kind=LevelKind.HIERARCHICAL)
    policy = with_duties(with_levels(a_level("L1"), director, last_resorts=()), Directors=OnCall(people=("lee",)))
    assert story(policy=policy).fires().told == ["lee"]


def test_a_functional_level_after_an_empty_one_is_asked_at_once(story: Tell) -> None:
    now = story().fires().waits()
    assert (now.told, now.opened.level) == (["lee"], 3)


def test_a_person_without_a_way_is_passed_over_for_the_next_on_call(story: Tell) -> None:
    policy = everybody_on()
    dana = replace(policy.roster.people["dana"], ways=())
    policy = replace(policy, roster=replace(policy.roster, people={**policy.roster.people, "dana": dana}))
    now = story(policy=policy).fires()
    assert now.told == ["lee"]
    assert "Dana Reyes has no way to be told" in " ".join(one.reason.sentence for one in now.outcome.entries)


def test_a_person_whom_no_message_reaches_is_followed_by_the_next_on_call_and_then_the_level(story: Tell) -> None:
    policy = with_duties(
        with_levels(a_level("L1"), a_level("L3")), L1=OnCall(people=("dana", "lee")), L3=OnCall(people=("ines",))
    )
    now = story(policy=policy).fires()
    refuse_all(now, "dana")
    assert (now.told, now.opened.level) == (["lee"], 1)
    refuse_all(now, "lee")
    assert (now.told, now.opened.level) == (["ines"], 2)


def test_a_last_resort_who_is_away_is_passed_over_for_the_next(story: Tell) -> None:
    policy = with_levels(a_level("L1"), last_resorts=("ines", "lee"))
    off = {"ines": (Span(NOON - timedelta(1), NOON + timedelta(1)),)}
    policy = replace(policy, roster=replace(policy.roster, time_off=off))
    now = story(policy=policy).fires().waits()
    assert now.opened.exhausted
    assert now.told == ["lee"]
    refuse_all(now, "lee")
    assert now.told == ["ines"], "somebody who is away is better than nobody"


def test_that_no_last_resort_is_left_is_said(story: Tell) -> None:
    now = story(policy=with_levels(a_level("L1"))).fires().waits()
    refuse_all(now, "ines")
    assert now.reasons[-1] is ReasonCode.LAST_RESORT_LOST
    assert now.opened.exhausted


def test_a_handoff_tells_what_is_known_and_what_is_lacking(story: Tell) -> None:
    now = story(policy=replace(a_policy(), handoff=tuple(HandoffFact))).fires().is_created().waits()
    told = next(one.reason for one in now.outcome.entries if one.reason.code is ReasonCode.HANDED_OVER)
    assert told.sentence == (
        "Handed over to L3. Impact is high and urgency is high. See https://snow.example/a1. "
        "Next: somebody of L3 takes it. Not told: what was tried."
    )
    notice = now.last(Verb.NOTIFY).notice
    assert notice is not None
    assert "Not told: what was tried." in notice.tried
    assert told.sentence in now.written[0].changes.comments[0].text


def test_what_people_said_for_the_handoff_is_told_in_their_words(story: Tell) -> None:
    now = story(policy=replace(a_policy(), handoff=tuple(HandoffFact))).fires()
    said = replace(now.opened.handoff, tried="Restarted the\nqueue.", next_step="fail over")
    now.ticket = replace(now.opened, handoff=said)
    now.waits()
    assert "Tried: Restarted the queue. " in next(
        one.reason.sentence for one in now.outcome.entries if one.reason.code is ReasonCode.HANDED_OVER
    )


def test_the_first_level_is_no_handoff(story: Tell) -> None:
    now = story(policy=replace(a_policy(), handoff=tuple(HandoffFact))).fires()
    assert ReasonCode.HANDED_OVER not in now.reasons


def test_facts_for_a_handoff_are_kept_on_the_ticket() -> None:
    from core.engine.draft import Draft

    tale = Story().fires()
    draft = Draft(tale.opened, tale.policy, tale.now)
    give(draft, tried="restart")
    give(draft, impact="two shops closed")
    assert (draft.ticket.handoff.tried, draft.ticket.handoff.impact) == ("restart", "two shops closed")


def test_an_escalation_does_not_fire_at_midnight_but_when_its_time_is_over(story: Tell) -> None:
    evening = NOON.replace(hour=22, minute=30)
    now = story(now=evening).fires(impact=Impact.LOW, urgency=Urgency.LOW)
    timer = now.opened.timers[0]
    assert timer.due_at == evening + timedelta(hours=4)
    midnight = (evening.replace(hour=0, minute=0) + timedelta(days=1) - evening).total_seconds() / 60
    now.waits(after=midnight)
    assert now.reasons == [ReasonCode.TIMER_OUTDATED]
    assert now.opened.level == 1
