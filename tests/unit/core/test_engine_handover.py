"""A shift change as one ticket sees it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from core.engine.forecast import forecast_event
from core.engine.handover import LISTED, summary
from core.model import Acknowledge, HoldAutomation, Notice, ReasonCode, Refusal, Report, ShiftChanged, Ticket, Verb
from core.policy import Handover, OnCall, Roster, Team
from tests.unit.core.conftest import NOON, REF, Story, a_policy, an_alert


def begun(rule: Handover) -> Story:
    roster = a_policy().roster
    duties = {**roster.teams["pay"].on_call, "L1": OnCall(people=("dana",), handover=rule)}
    team = Team(id="pay", name="Payments Support", groups={"snow": "Payments Support"}, on_call=duties)
    story = Story(policy=a_policy(roster=Roster(roster.people, {"pay": team})))
    return story.fires().is_created()


def passes(**changes: object) -> ShiftChanged:
    values: dict[str, object] = {"team": "pay", "level": "L1", "incoming": "lee", "at": NOON, "outgoing": ("dana",)}
    return ShiftChanged(**{**values, **changes})  # type: ignore[arg-type] # a test's own words


@pytest.mark.parametrize(
    ("rule", "acknowledged", "owner"),
    [
        (Handover.STAY, False, "dana"),
        (Handover.MOVE, False, "lee"),
        (Handover.MOVE, True, "lee"),
        (Handover.UNACKNOWLEDGED, False, "lee"),
        (Handover.UNACKNOWLEDGED, True, "dana"),
    ],
)
def test_the_rule_of_the_duty_says_what_moves(rule: Handover, acknowledged: bool, owner: str) -> None:
    story = begun(rule)
    if acknowledged:
        story.happens(Acknowledge(by="dana", via="in the console"))
    story.happens(passes(), 2)
    assert story.opened.owner == owner
    writes = [action.changes.assignee for action in story.written]
    assert writes == (["lee"] if owner == "lee" else [])
    assert story.opened.is_acknowledged == acknowledged


def test_an_unacknowledged_ticket_keeps_its_time_and_asks_the_one_coming_in() -> None:
    story = begun(Handover.MOVE)
    due = story.opened.deadline
    story.happens(passes(), 2)
    assert story.opened.deadline == due
    assert story.told == ["lee"]
    assert story.outcome.withdraw_notices


def test_whoever_was_asked_before_is_not_waited_for_any_more() -> None:
    told = begun(Handover.MOVE)
    asked = told.last(Verb.NOTIFY)
    last_way = replace(asked, notice=replace(asked.notice or _notice(), way=1))
    told.happens(passes(), 2).happens(Report(last_way, Refusal("no")))
    assert told.opened.level == 1
    assert told.waits_for_acknowledgement


def test_a_ticket_on_another_level_or_of_another_team_does_not_hear_of_it() -> None:
    story = begun(Handover.MOVE)
    before = story.opened
    for change in (passes(level="L3"), passes(team="desk")):
        assert story.happens(change).reasons == []
        assert story.opened == replace(before, updated_at=story.now)


def test_a_ticket_on_which_automation_is_on_hold_stays() -> None:
    story = begun(Handover.MOVE)
    story.happens(HoldAutomation(by="dana", via="in the console", reason="on it", until=NOON + timedelta(hours=1)))
    story.happens(passes())
    assert story.opened.owner == "dana"
    assert story.outcome.entries[-1].reason.sentence.endswith("because Dana Reyes has put automation on hold.")


def test_a_level_of_another_teams_expertise_hears_of_that_teams_shift() -> None:
    other = Team(id="net", name="Network", on_call={"L1": OnCall(people=("dana",), handover=Handover.MOVE)})
    policy = a_policy()
    roster = replace(policy.roster, teams={**policy.roster.teams, "net": other})
    path = policy.paths["standard"]
    levels = (replace(path.levels[0], team="net"), *path.levels[1:])
    story = Story(policy=replace(policy, roster=roster, paths={"standard": replace(path, levels=levels)}))
    story.fires().is_created()
    assert story.happens(passes()).opened.owner == "dana"
    assert story.happens(passes(team="net")).opened.owner == "lee"


def test_a_forecast_tells_to_whom_a_ticket_passes_at_a_shift_change_before_its_time_is_over() -> None:
    policy = a_policy()
    turns = OnCall(
        people=("dana", "ines"), rotation="daily", starts=datetime(2026, 3, 2, 12, 3), handover=Handover.UNACKNOWLEDGED
    )
    team = replace(policy.roster.teams["pay"], on_call={**policy.roster.teams["pay"].on_call, "L1": turns})
    policy = replace(policy, roster=replace(policy.roster, teams={"pay": team}))
    first, second, third, *_ = forecast_event(an_alert(), policy, NOON)
    assert [first.owner, second.owner, third.owner] == ["ines", "dana", "lee"]
    assert [moment.at - NOON for moment in (first, second, third)] == [timedelta(minutes=one) for one in (0, 3, 5)]
    assert second.told == ("dana",)


def test_a_ticket_that_is_over_still_brings_the_summary_of_the_others() -> None:
    story = begun(Handover.MOVE).clears(1)
    story.happens(passes(summary=_notice(), count=3))
    assert story.told == ["lee"]
    assert story.reasons == [ReasonCode.SHIFT_TOLD]


def test_a_summary_that_no_way_takes_escalates_nothing() -> None:
    story = begun(Handover.STAY).happens(passes(summary=_notice(), count=1))
    story.happens(Report(story.last(Verb.NOTIFY), Refusal("no such mailbox")))
    assert story.reasons == [ReasonCode.NOTICE_REFUSED, ReasonCode.NOTICE_EXHAUSTED]
    assert story.opened.level == 1


def test_a_long_summary_names_the_worst_and_counts_the_rest() -> None:
    story = begun(Handover.MOVE)
    many: list[Ticket] = [replace(story.opened, id=number, title=f"No {number}") for number in range(LISTED + 5)]
    worst = [(one, story.policy) for one in many[:LISTED]]
    notice = summary(passes(), worst, story.now, count=len(many), waiting=len(many))
    lines = notice.ask.splitlines()
    assert len(lines) == LISTED + 1
    assert lines[0] == f"SEV1 {REF.key} No 0: not acknowledged, 5 minutes left, yours"
    assert lines[-1] == "And 5 more."


def _notice() -> Notice:
    return Notice(person="lee", headline="h", ask="a", why="w", informs=True, offers_acknowledge=False)
