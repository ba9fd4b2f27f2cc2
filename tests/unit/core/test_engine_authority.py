"""Who may decide what: levels, those named for them, everybody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.engine.outcome import Refused
from core.model import (
    Acknowledge,
    Assign,
    ChangeSeverity,
    Command,
    DeEscalate,
    EntryKind,
    EscalateTo,
    HoldAutomation,
    Impact,
    Note,
    ReasonCode,
    Right,
    SetOwner,
    Severity,
    Take,
    Urgency,
)
from core.policy import Authority, OnCall, Path, Policy, Roster, Team, holders, rights, standing
from tests.unit.core.conftest import NOON, Story, a_level, a_policy

L1 = {Right.ACKNOWLEDGE, Right.TAKE, Right.ASSIGN, Right.ESCALATE, Right.SEVERITY_UP, Right.OWNER}
L2 = {Right.DE_ESCALATE, Right.SEV1, Right.SEVERITY_DOWN}
HERE = "in the console"


def strict(**authority: object) -> Policy:
    """dana stands at L1, sam at L2, lee at L3; ines is the last resort, tomas is nowhere."""
    policy = a_policy()
    people = {**policy.roster.people}
    for name in ("sam", "tomas"):
        people[name] = replace(people["dana"], id=name, name=name.capitalize(), email=f"{name}@example.com")
    duties = {"L1": OnCall(people=("dana",)), "L2": OnCall(people=("sam",)), "L3": OnCall(people=("lee",))}
    team = Team(id="pay", name="Payments Support", on_call=duties)
    levels = [replace(a_level(name), may=frozenset(may)) for name, may in (("L1", L1), ("L2", L2), ("L3", set()))]
    levels[2] = replace(levels[2], may=frozenset({Right.HOLD}))
    return replace(
        policy,
        paths={"standard": Path(name="standard", levels=tuple(levels), last_resorts=("ines",))},
        roster=Roster(people, {"pay": team}),
        authority=Authority(**{"others": frozenset({Right.NOTE}), **authority}),  # type: ignore[arg-type] # a test's own words
    )


@pytest.fixture
def opened() -> Story:
    return Story(strict()).fires().is_created()


def test_a_level_may_all_that_those_below_it_may(opened: Story) -> None:
    policy, ticket = opened.policy, opened.opened
    mine = {person: rights(policy, ticket, person) for person in ("tomas", "dana", "sam", "lee")}
    assert mine["tomas"] < mine["dana"] < mine["sam"] < mine["lee"]
    assert mine["lee"] == L1 | L2 | {Right.HOLD, Right.NOTE}


def test_the_last_resort_stands_at_the_end_of_the_path(opened: Story) -> None:
    assert standing(opened.policy, opened.opened, "ines") == 3
    assert standing(opened.policy, opened.opened, "") == 0
    assert standing(opened.policy, opened.opened, "somebody") == 0


def test_whoever_has_a_turn_at_another_time_stands_at_the_level_too() -> None:
    policy = strict()
    team = policy.roster.teams["pay"]
    duty = OnCall(people=("sam", "tomas"), rotation="weekly", starts=NOON)
    team = replace(team, on_call={**team.on_call, "L2": duty})
    story = Story(replace(policy, roster=replace(policy.roster, teams={"pay": team}))).fires()
    assert standing(story.policy, story.opened, "tomas") == 2


def test_an_attempt_without_the_right_is_told_and_changes_nothing(opened: Story) -> None:
    before = opened.opened
    opened.happens(HoldAutomation("dana", HERE, "maintenance", until=NOON + timedelta(hours=1)))
    assert opened.outcome.refused is Refused.NOT_ALLOWED
    assert opened.opened == before
    assert not opened.outcome.actions
    (entry,) = opened.outcome.entries
    assert entry.kind is EntryKind.COMMAND
    assert entry.by == "Dana Reyes"
    assert entry.reason.sentence == (
        "Dana Reyes may not put its automation on hold or let it go on: that takes the right hold, which is held by L3."
    )


@pytest.mark.parametrize(
    ("who", "severity", "allowed"),
    [
        ("dana", Severity.SEV2, True),
        ("dana", Severity.SEV1, False),
        ("dana", Severity.SEV4, False),
        ("sam", Severity.SEV1, True),
        ("sam", Severity.SEV4, True),
    ],
)
def test_raising_lowering_and_sev1_are_rights_of_their_own(who: str, severity: Severity, allowed: bool) -> None:

    story = Story(strict()).fires(impact=Impact.MEDIUM, urgency=Urgency.MEDIUM)
    assert story.opened.severity is Severity.SEV3
    story.happens(ChangeSeverity(who, HERE, "because", severity=severity))
    assert (story.outcome.refused is None) == allowed


@pytest.mark.parametrize(
    "attempt",
    [
        Acknowledge("tomas", HERE),
        Take("tomas", HERE),
        Assign("tomas", HERE, "because", person="lee"),
        DeEscalate("dana", HERE, "because", level="L1"),
        EscalateTo("Tomas", HERE, "because", level="L3"),
    ],
)
def test_others_may_what_the_policy_gives_them_alone(opened: Story, attempt: Command) -> None:
    opened.happens(attempt)
    assert opened.outcome.refused is Refused.NOT_ALLOWED
    assert opened.reasons == [ReasonCode.NOT_ALLOWED]
    opened.happens(Note("a stranger", HERE, text="I saw it too"))
    assert opened.outcome.refused is None


def test_nobody_names_others_for_a_level_that_may_more_than_they_may(opened: Story) -> None:
    opened.happens(SetOwner("dana", HERE, "because", level="L3", person="tomas"))
    assert opened.outcome.refused is Refused.MAKES_NO_SENSE
    opened.happens(SetOwner("lee", HERE, "because", level="L3", person="tomas"))
    assert standing(opened.policy, opened.opened, "tomas") == 3


def test_it_is_told_who_has_a_right(opened: Story) -> None:
    policy, ticket = opened.policy, opened.opened
    assert holders(policy, ticket, Right.TAKE) == "L1 and every level above"
    assert holders(policy, ticket, Right.HOLD) == "L3"
    assert holders(policy, ticket, Right.SNOOZE) == "no level"


def test_a_policy_that_says_nothing_of_authority_lets_every_level_decide_everything() -> None:
    story = Story(a_policy()).fires()
    assert rights(story.policy, story.opened, "dana") == frozenset(Right)
    assert rights(story.policy, story.opened, "a stranger") == Authority().others
