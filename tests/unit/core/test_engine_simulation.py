"""Recorded tickets under another policy."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.engine.simulation import Assumption, Band, Call, Case, Move, Tally, Was, band, play, stage
from core.engine.simulation.recorded import case_of
from core.model import Acknowledge, Entry, Impact, Severity, State, Ticket, Urgency
from core.policy import Level, Path
from tests.unit.core.conftest import NOON, Story, a_policy
from tests.unit.core.test_policy_severity import a_rule, ruled

LATER = NOON + timedelta(days=30)
NOBODY = Assumption("nobody")


def a_case(**changes: object) -> Case:
    values: dict[str, object] = {"id": "7", "opened_at": NOON, "title": "Payments fail", "service": "payments"}
    values |= {"impact": "high", "urgency": "high"}
    return Case(**{**values, **changes})  # type: ignore[arg-type] # a test's own words


def after(minutes: float, deed: str, **values: str) -> Move:
    return Move(at=NOON + timedelta(minutes=minutes), deed=deed, values=values)  # type: ignore[arg-type] # as above


def patient(minutes: int) -> Path:
    """A path whose first level has so long for everything."""
    within = dict.fromkeys(Severity, timedelta(minutes=minutes))
    levels = (Level(name="L1", acknowledge_within=within), Level(name="L3", acknowledge_within=within))
    return Path(name="standard", levels=levels, last_resorts=("ines",))


def test_nobody_acknowledges_and_the_path_is_walked_to_its_end() -> None:
    told = play(a_case(), stage(a_policy()), NOBODY, LATER)
    assert (told.severity, told.escalations, told.exhausted, told.acknowledged_after) == ("SEV1", 1, True, None)
    assert [call.person for call in told.calls] == ["dana", "lee", "ines"]


def test_it_is_acknowledged_when_it_was_by_whoever_has_it_then() -> None:
    case = a_case(moves=(after(7, "acknowledged"), after(60, "state", state="resolved")))
    short = play(case, stage(a_policy()), Assumption(), LATER)
    long = play(case, stage(a_policy(paths={"standard": patient(30)})), Assumption(), LATER)
    assert [call.person for call in short.calls] == ["dana", "lee"]
    assert [call.person for call in long.calls] == ["dana"]
    assert short.acknowledged_after == long.acknowledged_after == 7 * 60


def test_a_reaction_counts_from_when_somebody_is_asked_and_is_overtaken_by_the_next_level() -> None:
    quick = play(a_case(), stage(a_policy()), Assumption("reaction", timedelta(minutes=3)), LATER)
    slow = play(a_case(), stage(a_policy()), Assumption("reaction", timedelta(minutes=6)), LATER)
    assert quick.acknowledged_after == 180
    assert [call.person for call in slow.calls] == ["dana", "lee", "ines"]


def test_what_people_changed_changes_the_severity_here_too() -> None:
    case = a_case(impact="low", urgency="low", moves=(after(1, "facts", impact="high", urgency="high"),))
    assert play(case, stage(a_policy()), NOBODY, LATER).severity == "SEV1"


def test_a_ticket_that_is_over_calls_nobody_any_more() -> None:
    case = a_case(moves=(after(2, "state", state="resolved"),))
    assert [call.person for call in play(case, stage(a_policy()), NOBODY, LATER).calls] == ["dana"]


def test_a_ticket_goes_to_its_team_where_no_rule_routes_it() -> None:
    told = play(a_case(service="", team="pay"), stage(a_policy()), NOBODY, LATER)
    assert [call.person for call in told.calls][:2] == ["dana", "lee"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.builds(
            after,
            st.integers(0, 600),
            st.sampled_from(["acknowledged", "updated", "state"]),
            state=st.sampled_from(list(State)),
        ),
        max_size=6,
    ),
    st.sampled_from([Assumption(), NOBODY, Assumption("reaction", timedelta(minutes=4))]),
)
def test_every_case_can_be_played_and_gives_the_same_twice(moves: list[Move], assumption: Assumption) -> None:
    case, policy = a_case(moves=tuple(moves)), stage(a_policy())
    assert play(case, policy, assumption, LATER) == play(case, policy, assumption, LATER)


def told(story: Story) -> list[Entry]:
    return list(story.outcome.entries)


def test_a_recorded_ticket_becomes_its_case() -> None:
    story, entries = Story().fires(impact=Impact.LOW), []
    entries += told(story)
    entries += told(story.fires(after=2, impact=Impact.HIGH))
    entries += told(story.happens(Acknowledge("lee", "here"), after=3))
    entries += told(story.clears(after=10))
    ticket = story.ticket
    assert isinstance(ticket, Ticket)
    case = case_of(ticket, entries, a_policy().roster)
    assert (case.impact, case.urgency, case.service, case.team) == ("low", "high", "payments", "pay")
    assert [(move.deed, dict(move.values)) for move in case.moves][-2:] == [
        ("acknowledged", {}),
        ("state", {"state": "resolved"}),
    ]
    assert ("facts", {"impact": "high", "urgency": "high"}) in [(one.deed, dict(one.values)) for one in case.moves]
    assert case.was.acknowledged_after == 300


def test_impact_and_urgency_are_known_of_a_recorded_ticket_whose_severity_a_rule_decided() -> None:
    policy = ruled(a_rule("raise", match={"service": "payments"}))
    story, entries = Story(policy).fires(impact=Impact.LOW, urgency=Urgency.LOW), []
    entries += told(story)
    entries += told(story.fires(after=2, impact=Impact.MEDIUM, urgency=Urgency.LOW))
    case = case_of(story.opened, entries, policy.roster)
    assert (case.impact, case.urgency) == ("low", "low")
    assert ("facts", {"impact": "medium", "urgency": "low"}) in [(one.deed, dict(one.values)) for one in case.moves]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 3, 2, 8, 0, tzinfo=UTC), Band.BUSINESS),  # a Monday, 09:00 in Paris
        (datetime(2026, 3, 2, 17, 0, tzinfo=UTC), Band.EVENING),
        (datetime(2026, 3, 2, 22, 0, tzinfo=UTC), Band.SLEEPING),
        (datetime(2026, 3, 7, 9, 0, tzinfo=UTC), Band.EVENING),  # a Saturday
        (datetime(2026, 3, 29, 5, 0, tzinfo=UTC), Band.EVENING),  # 07:00 once summer time has begun
    ],
)
def test_calls_are_counted_by_the_clock_where_people_live(moment: datetime, expected: Band) -> None:
    assert band(moment, "Europe/Paris") is expected


def test_tallies_join_to_what_one_tally_would_have_counted() -> None:
    roster = a_policy().roster
    ones = [Was(escalations=n, acknowledged_after=60.0 * n, calls=(Call(NOON, "dana"),)) for n in range(1, 5)]
    whole, first, second = Tally(), Tally(), Tally()
    for number, one in enumerate(ones):
        whole.add(one, roster)
        (first if number % 2 else second).add(one, roster)
    second.join(first)
    assert replace(whole, waits=sorted(whole.waits)) == replace(second, waits=sorted(second.waits))
    assert (whole.called(), whole.called(Band.BUSINESS, "dana"), whole.wait(0.5)) == (4, 4, timedelta(minutes=3))
