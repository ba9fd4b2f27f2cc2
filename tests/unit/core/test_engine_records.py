"""What people and we ourselves do to a record, as its platform tells it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from core.model import (
    EventKind,
    ForeignComment,
    Impact,
    Party,
    ReasonCode,
    Receipt,
    Refusal,
    Report,
    Severity,
    State,
    Urgency,
    Verb,
)
from tests.unit.core.conftest import NOON, REF, Story

Tell = Callable[..., Story]
LEE = Party(login="lee.park", email="lee@example.com", name="Lee Park")


def opened_there(story: Tell, **changes: object) -> Story:
    return story().is_changed(kind=EventKind.CREATED, version=0, **changes)


def test_a_record_opened_by_a_person_is_assigned_and_noted_but_not_created(story: Tell) -> None:
    now = opened_there(story)
    (write,) = now.written
    assert write.verb is Verb.WRITE_RECORD
    assert write.changes.said() == {"team": "pay", "assignee": "dana"}
    assert write.changes.comments
    assert now.told == ["dana"]


def test_a_record_first_seen_at_work_is_not_escalated(story: Tell) -> None:
    now = opened_there(story, state=State.IN_PROGRESS, assignee=LEE)
    assert now.opened.acknowledged_by == "Lee Park"
    assert now.told == []
    assert not now.waits_for_acknowledgement


def test_a_record_that_comes_with_an_assignee_keeps_it_on_the_first_level(story: Tell) -> None:
    now = opened_there(story, assignee=LEE)
    assert now.opened.owner == "lee"
    assert all(action.changes.assignee is None for action in now.written)
    assert now.waits_for_acknowledgement
    now.waits()
    assert now.written[0].changes.assignee == "lee"


def test_a_record_that_is_over_opens_no_ticket(story: Tell) -> None:
    assert opened_there(story, state=State.CLOSED).outcome.ticket is None


def test_our_own_creation_opens_no_ticket(story: Tell) -> None:
    assert opened_there(story, own=True).outcome.ticket is None


def test_a_person_moving_it_to_work_acknowledges(story: Tell) -> None:
    now = (
        story()
        .fires()
        .is_created()
        .is_changed(after=2, state=State.IN_PROGRESS, assignee=Party(email="dana@example.com"))
    )
    assert now.opened.acknowledged_by == "Dana Reyes"
    assert now.opened.state is State.IN_PROGRESS
    assert not now.waits_for_acknowledgement
    assert now.written == []


def test_a_person_assigning_it_acknowledges_and_the_field_stays_theirs(story: Tell) -> None:
    now = story().fires().is_created().is_changed(after=2, assignee=LEE)
    assert now.opened.owner == "lee"
    assert now.opened.is_acknowledged
    assert "assignee" in now.opened.theirs
    assert ReasonCode.ASSIGNED_BY_PERSON in now.reasons


def test_taking_the_assignment_away_is_no_acknowledgement(story: Tell) -> None:
    now = story().fires().is_created()
    now.is_changed(version=1, assignee=Party(email="dana@example.com"), own=True)
    now.is_changed(version=2, assignee=Party())
    assert not now.opened.is_acknowledged
    assert now.reasons == [ReasonCode.UNASSIGNED_BY_PERSON]


def test_an_edit_that_crosses_our_assignment_does_not_look_like_unassigning(story: Tell) -> None:
    now = opened_there(story)
    now.is_changed(version=1, description="more is known", assignee=Party())
    assert ReasonCode.UNASSIGNED_BY_PERSON not in now.reasons
    assert now.opened.owner == "dana"


def test_the_echo_of_our_write_changes_nothing_and_confirms_it(story: Tell) -> None:
    now = story().fires().is_created()
    before = now.opened
    now.is_changed(after=1, own=True, assignee=Party(email="dana@example.com"))
    assert now.reasons == [ReasonCode.ECHO]
    assert now.outcome.confirms == ("1/snow",)
    assert now.outcome.actions == ()
    assert not now.opened.is_acknowledged
    assert now.opened.timers == before.timers


def test_the_echo_of_the_creation_may_come_before_its_answer(story: Tell) -> None:
    now = (
        story()
        .fires()
        .is_changed(kind=EventKind.CREATED, own=True, version=0, assignee=Party(email="dana@example.com"))
    )
    record = now.opened.record_on("snow")
    assert record is not None
    assert record.ref == REF
    now.is_created()
    assert len(now.opened.records) == 1
    assert len([action for action in now.actions if action.verb is Verb.CREATE_RECORD]) == 1


def test_an_echo_without_an_author_is_told_by_its_values(story: Tell) -> None:
    now = story().fires().is_changed(actor=None, version=None, assignee=Party(email="dana@example.com"))
    assert now.reasons == [ReasonCode.ECHO]
    assert not now.opened.is_acknowledged


def test_an_older_version_does_not_override_a_newer_one(story: Tell) -> None:
    now = story().fires().is_created(version=5).is_changed(version=3, title="An old title")
    assert now.reasons == [ReasonCode.STALE]
    assert now.opened.title == "Payments fail"


def test_that_a_person_took_it_is_true_in_any_order(story: Tell) -> None:
    now = story().fires().is_created(version=5)
    now.is_changed(version=3, state=State.IN_PROGRESS, assignee=LEE, occurred_at=NOON + timedelta(minutes=1), after=2)
    assert now.opened.acknowledged_by == "Lee Park"


def test_a_taking_from_before_it_was_asked_for_does_not_count(story: Tell) -> None:
    now = story().fires().is_created(version=5)
    now.is_changed(version=3, state=State.IN_PROGRESS, assignee=LEE, occurred_at=NOON - timedelta(minutes=1), after=2)
    assert not now.opened.is_acknowledged


def test_a_person_raising_impact_and_urgency_raises_the_severity(story: Tell) -> None:
    now = opened_there(story, impact=Impact.LOW, urgency=Urgency.LOW)
    now.is_changed(after=1, impact=Impact.HIGH, urgency=Urgency.HIGH)
    assert now.opened.severity is Severity.SEV1
    assert ReasonCode.SEVERITY_CHANGED in now.reasons
    sentences = [entry.reason.sentence for entry in now.outcome.entries]
    assert "Lee Park changed impact, urgency on snow." in sentences


def test_a_persons_impact_is_not_overruled_by_the_next_repeat_of_the_alert(story: Tell) -> None:
    now = story().fires().is_created()
    now.is_changed(after=1, impact=Impact.LOW, urgency=Urgency.LOW).fires(after=1)
    assert now.opened.severity is Severity.SEV4
    assert now.reasons == [ReasonCode.REPEATED]


def test_a_person_resolving_it_ends_the_ticket_without_a_write(story: Tell) -> None:
    now = opened_there(story).is_changed(after=1, state=State.RESOLVED)
    assert now.opened.state is State.RESOLVED
    assert now.written == []
    assert now.reasons == [ReasonCode.RESOLVED_BY_PERSON]


def test_a_person_reopening_it_walks_the_path_anew_and_counts_as_taking_it(story: Tell) -> None:
    now = opened_there(story).is_changed(after=1, state=State.RESOLVED)
    now.is_changed(after=1, version=2, state=State.IN_PROGRESS)
    assert now.opened.state is State.IN_PROGRESS
    assert now.opened.is_acknowledged
    assert ReasonCode.REOPENED in now.reasons


def test_back_to_new_asks_for_an_acknowledgement_again(story: Tell) -> None:
    now = opened_there(story).is_changed(after=1, state=State.RESOLVED)
    now.is_changed(after=1, version=2, state=State.NEW)
    assert not now.opened.is_acknowledged
    assert now.waits_for_acknowledgement


def test_a_deleted_record_cancels_the_ticket(story: Tell) -> None:
    now = opened_there(story).is_changed(kind=EventKind.DELETED, state=None)
    assert now.opened.state is State.CANCELED
    assert now.opened.timers == ()


def test_a_comment_is_entered_once_however_often_it_is_told(story: Tell) -> None:
    comment = ForeignComment("c1", "Looking at it", LEE)
    now = opened_there(story).is_changed(kind=EventKind.COMMENTED, comment=comment)
    assert now.reasons == [ReasonCode.COMMENTED]
    assert now.outcome.entries[0].detail == {"text": "Looking at it"}
    now.is_changed(kind=EventKind.UPDATED, comment=comment)
    assert now.reasons == []


def test_our_own_comment_is_known_by_its_mark_even_without_an_author(story: Tell) -> None:
    comment = ForeignComment("c1", "Rung says", Party(), operation_id="k3f9q2abcd-1")
    now = opened_there(story).is_changed(kind=EventKind.COMMENTED, comment=comment, actor=None)
    assert now.reasons == []


def test_what_the_platform_could_not_do_is_said(story: Tell) -> None:
    now = story().fires()
    warning = "dana@example.com has no account there"
    now.happens(Report(now.last(Verb.CREATE_RECORD), Receipt(REF, 0, warnings=(warning,))))
    assert now.outcome.sentence == f"snow: {warning}"


DANA = Party(email="dana@example.com")


def test_a_comment_that_crosses_our_assignment_does_not_look_like_taking_it(story: Tell) -> None:
    now = opened_there(story)
    comment = ForeignComment("c1", "When will this work again?", LEE)
    now.is_changed(after=1, kind=EventKind.COMMENTED, comment=comment, version=3, assignee=DANA)
    assert not now.opened.is_acknowledged
    assert now.waits_for_acknowledgement
    assert now.outcome.confirms == ("1/snow",)


def test_a_comment_that_shows_an_assignment_since_replaced_does_not_look_like_taking_it(story: Tell) -> None:
    now = opened_there(story).waits()
    assert now.opened.owner == "lee"
    now.is_changed(after=1, version=3, assignee=DANA)
    assert not now.opened.is_acknowledged


def test_an_outdated_edit_that_shows_our_own_assignment_does_not_look_like_taking_it(story: Tell) -> None:
    now = opened_there(story)
    now.happens(Report(now.last(Verb.WRITE_RECORD), Receipt(REF, 5)))
    now.is_changed(after=2, version=3, assignee=DANA, occurred_at=NOON + timedelta(minutes=1))
    assert now.reasons == [ReasonCode.STALE]
    assert now.waits_for_acknowledgement


def test_an_outdated_edit_that_shows_who_had_it_before_does_not_look_like_taking_it(story: Tell) -> None:
    now = opened_there(story, assignee=LEE)
    now.happens(Report(now.last(Verb.WRITE_RECORD), Receipt(REF, 5)))
    now.is_changed(after=2, version=3, assignee=LEE, occurred_at=NOON + timedelta(minutes=1))
    assert not now.opened.is_acknowledged


def test_a_change_without_an_author_is_a_persons_only_in_what_we_did_not_write(story: Tell) -> None:
    now = opened_there(story).is_changed(after=1, actor=None, version=3, assignee=DANA, title="Payments fail again")
    assert not now.opened.is_acknowledged
    assert now.opened.title == "Payments fail again"


def test_a_comment_that_crosses_our_reopening_does_not_look_like_taking_it(story: Tell) -> None:
    now = story().fires().is_created().clears(after=5)
    now.happens(Report(now.last(Verb.WRITE_RECORD), Receipt(REF, 1)))
    now.fires(after=5)
    now.is_changed(after=1, version=3, state=State.NEW, assignee=DANA)
    assert not now.opened.is_acknowledged
    assert now.waits_for_acknowledgement


def test_who_had_it_on_an_earlier_level_may_still_take_it(story: Tell) -> None:
    now = opened_there(story)
    now.happens(Report(now.last(Verb.WRITE_RECORD), Receipt(REF, 1)))
    now.waits()
    now.happens(Report(now.last(Verb.WRITE_RECORD), Receipt(REF, 2)))
    now.is_changed(after=1, version=3, assignee=DANA)
    assert now.opened.acknowledged_by == "Dana Reyes"


def test_whom_we_could_not_assign_takes_it_by_being_assigned_by_hand(story: Tell) -> None:
    now = opened_there(story)
    now.happens(Report(now.last(Verb.WRITE_RECORD), Receipt(REF, 1, values={"assignee": ""})))
    now.is_changed(after=1, version=2, assignee=DANA)
    assert now.opened.acknowledged_by == "Dana Reyes"


def test_a_write_that_was_given_up_may_have_arrived_and_is_nobodys_taking(story: Tell) -> None:
    now = opened_there(story)
    now.happens(Report(now.last(Verb.WRITE_RECORD), Refusal("gave up after 12 attempts: no answer in time")))
    now.is_changed(after=1, version=2, assignee=DANA)
    assert not now.opened.is_acknowledged


def test_a_person_may_give_it_back_to_whom_we_had_chosen(story: Tell) -> None:
    now = opened_there(story)
    now.happens(Report(now.last(Verb.WRITE_RECORD), Receipt(REF, 1)))
    now.is_changed(after=1, version=2, assignee=Party()).is_changed(after=1, version=3, assignee=DANA)
    assert now.opened.acknowledged_by == "Dana Reyes"


HIDDEN = Party(account="5b10a", name="Dana R.")
BOB = Party(account="b1", name="Bob")


def test_whom_we_assigned_is_known_by_their_account_where_the_e_mail_is_hidden(story: Tell) -> None:
    now = opened_there(story)
    now.is_changed(version=2, own=True, assignee=HIDDEN)
    now.happens(Report(now.last(Verb.WRITE_RECORD), Receipt(REF, 2, account="5b10a")))
    now.is_changed(after=1, version=3, assignee=HIDDEN, actor=BOB)
    assert not now.opened.is_acknowledged
    now.is_changed(after=1, version=4, assignee=BOB, actor=BOB)
    assert now.opened.acknowledged_by == "Bob"


def test_a_stranger_may_be_whom_we_assigned_until_the_answer_tells(story: Tell) -> None:
    now = opened_there(story).is_changed(after=1, version=3, assignee=HIDDEN, actor=BOB)
    assert not now.opened.is_acknowledged
    now.happens(Report(now.last(Verb.WRITE_RECORD), Receipt(REF, 2, account="5b10a")))
    now.is_changed(after=1, version=4, assignee=BOB, actor=BOB)
    assert now.opened.is_acknowledged


def test_a_taken_ticket_that_loses_its_owner_is_asked_for_again(story: Tell) -> None:
    now = opened_there(story).is_changed(after=1, state=State.IN_PROGRESS, assignee=LEE)
    now.is_changed(after=1, version=2, state=State.IN_PROGRESS, assignee=Party())
    assert not now.opened.is_acknowledged
    assert now.waits_for_acknowledgement
    assert now.told == ["dana"]
    assert now.written[0].changes.assignee == "dana"
    assert ReasonCode.HANDED_BACK in now.reasons


def test_a_taken_ticket_that_is_moved_back_to_new_is_asked_for_again(story: Tell) -> None:
    now = opened_there(story).is_changed(after=1, state=State.IN_PROGRESS, assignee=LEE)
    now.is_changed(after=1, version=2, state=State.NEW, assignee=LEE)
    assert not now.opened.is_acknowledged
    assert now.waits_for_acknowledgement


def test_a_record_created_after_it_was_given_up_is_brought_to_where_the_ticket_stands(story: Tell) -> None:
    now = story().fires()
    create = now.last(Verb.CREATE_RECORD)
    now.happens(Report(create, Refusal("the user may not write incident")))
    now.clears(after=5).happens(Report(create, Receipt(REF, 0)), after=5)
    (write,) = now.written
    assert write.changes.state is State.RESOLVED
    assert write.changes.resolution
