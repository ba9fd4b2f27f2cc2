"""What holds where one part of the policy meets another."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from core.model import (
    Acknowledge,
    Assign,
    EventKind,
    Gathered,
    Impact,
    Moment,
    Parent,
    ParentChanged,
    ParentTurn,
    Party,
    Rebase,
    Severity,
    State,
    TimerKind,
    Urgency,
)
from core.policy import (
    Acknowledgement,
    Channel,
    Communication,
    Direction,
    Path,
    Telling,
    Trigger,
    Wording,
)
from core.policy.template import Template
from tests.unit.core.conftest import Story, a_level, a_policy

LOW = {"impact": Impact.LOW, "urgency": Urgency.LOW}
PARENT = Parent(id=9, title="All payments fail")


def exhausted(**changes: object) -> Story:
    """A mild ticket that nobody on its path could be asked for: the last resort was told."""
    path = Path(name="standard", levels=(a_level("L2"),), last_resorts=("ines",))
    story = Story(a_policy(paths={"standard": path}, **changes)).fires(**LOW).is_created()
    assert story.opened.exhausted
    return story


def test_a_request_that_the_same_step_makes_needless_is_not_sent() -> None:
    story = exhausted().is_changed(after=5, impact=Impact.HIGH, urgency=Urgency.HIGH, state=State.IN_PROGRESS)
    assert story.opened.is_acknowledged
    assert story.opened.severity is Severity.SEV1
    assert not story.told


def test_the_last_resort_is_asked_once_where_a_new_policy_also_makes_it_worse() -> None:
    story = exhausted()
    levels = (a_level("L2"), a_level("L4"))
    worse = replace(story.policy.severity, matrix=dict.fromkeys(story.policy.severity.matrix, Severity.SEV1))
    paths = {"standard": Path(name="standard", levels=levels, last_resorts=("ines",))}
    story.policy = replace(story.policy, version=8, paths=paths, severity=worse)
    story.happens(Rebase("dana", "here"))
    assert story.opened.exhausted
    assert story.told == ["ines"]


def test_what_is_over_is_asked_of_nobody_though_it_became_worse_and_its_major_incident_ends() -> None:
    story = Story(a_policy(acknowledgement=Acknowledgement(re_arm_on_worse=True)))
    story.fires(**LOW).is_created().happens(Acknowledge("dana", "here"))
    story.happens(Gathered(PARENT))
    story.is_changed(impact=Impact.HIGH, urgency=Urgency.HIGH, state=State.IN_PROGRESS, assignee=None)
    story.is_changed(after=5, state=State.CANCELED, assignee=None)
    story.happens(ParentChanged(parent=PARENT, turn=ParentTurn.OVER, by="resolved"))
    assert not story.told
    assert not story.waits_for_acknowledgement


def test_whoever_is_given_a_gathered_ticket_is_told_so_whatever_becomes_of_it() -> None:
    story = Story().fires().happens(Gathered(PARENT)).happens(Assign("dana", "here", "so", person="lee"))
    notice = story.outcome.actions[-1].notice
    assert notice is not None
    assert notice.person == "lee"
    assert not notice.lapses


def test_a_room_that_is_asked_to_take_tickets_also_hears_of_one_that_opens_taken() -> None:
    words = Wording(first=Template("{title}"), text=Template("{owner}"), language="en")
    tell = Telling(name="all", moments=frozenset({Moment.OPENED}), channels=("room",))
    room = Channel(id="room", ways=("slack://room",), asks=True)
    story = Story(a_policy(communication=Communication(channels={"room": room}, tell=(tell,), wordings=(words,))))
    story.is_changed(kind=EventKind.CREATED, state=State.IN_PROGRESS, assignee=Party(email="dana@example.com"))
    assert story.opened.is_acknowledged
    notice = story.outcome.actions[-1].notice
    assert notice is not None
    assert notice.channel == "room"
    assert not notice.lapses


def test_a_new_policy_leaves_no_timers_of_triggers_and_cadences_that_it_does_not_have() -> None:
    hour = dict.fromkeys(Severity, timedelta(hours=1))
    trigger = Trigger(name="old", because="so", direction=Direction.NEXT, open_for=hour)
    room = Channel(id="room", ways=("slack://room",))
    told = Communication(channels={"room": room}, cadence={"internal": hour})
    story = Story(a_policy(triggers=(trigger,), communication=told)).fires()
    kinds = {timer.kind for timer in story.opened.timers}
    assert {TimerKind.TRIGGER, TimerKind.UPDATE} <= kinds
    story.policy = replace(story.policy, version=8, triggers=(), communication=Communication())
    story.happens(Rebase("dana", "here"))
    assert {timer.kind for timer in story.opened.timers} == {TimerKind.ACKNOWLEDGE}
