"""What the engine makes of comments when a ticket has several records."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.engine import Outcome, step
from core.model import (
    Action,
    Doing,
    Event,
    EventKind,
    ForeignComment,
    Party,
    ReasonCode,
    Receipt,
    Record,
    RecordRef,
    Refusal,
    Report,
    Severity,
    Ticket,
    TicketKind,
    Verb,
)
from core.policy import Level, Policy, SeverityRule
from core.policy import Path as EscalationPath
from core.policy.sync import Sync
from core.policy.talking import Attachments, Comments, Place

NOW = datetime(2026, 3, 2, 12, 5, tzinfo=UTC)
SNOW, JIRA, DESK = "snow", "jira", "desk"
INCIDENT = RecordRef(SNOW, "incident", "s1", "INC0012345")
ISSUE = RecordRef(JIRA, "OPS", "10", "OPS-1")
REQUEST = RecordRef(DESK, "SD", "20", "SD-1")
RULES = Comments(places={SNOW: Place(customers=True, name="ServiceNow"), DESK: Place(customers=True)})


def policy(rules: Comments = RULES) -> Policy:
    level = Level(name="L1", acknowledge_within={one: timedelta(hours=1) for one in Severity})
    return Policy(
        version=1,
        name="Test",
        severity=SeverityRule(matrix={}, default=Severity.SEV3),
        paths={"p": EscalationPath(name="p", levels=(level,), last_resorts=())},
        default_path="p",
        sync=Sync(comments=rules),
    )


def ticket(*refs: RecordRef) -> Ticket:
    about: dict[str, Any] = {"id": 1, "uid": "abcdefghij", "kind": TicketKind.INCIDENT, "source": SNOW, "title": "Down"}
    records = tuple(Record(ref) for ref in refs or (INCIDENT, ISSUE))
    return Ticket(**about, opened_at=NOW, updated_at=NOW, policy_version=1, records=records)


def said(text: str = "The bank is down", kind: EventKind = EventKind.COMMENTED, **about: Any) -> Event:
    ref: RecordRef = about.pop("ref", INCIDENT)
    minutes: int = about.pop("minutes", 0)
    at = NOW + timedelta(minutes=minutes)
    told: dict[str, Any] = {"id": "c1", "author": Party(login="dana", name="Dana Reyes"), "written": NOW, "at": at}
    comment = ForeignComment(text=text, **{**told, **about})
    return Event(source=ref.platform, kind=kind, key=ref.id, record=ref, comment=comment, occurred_at=at)


class Talk:
    """A ticket that things are said on, one after another."""

    def __init__(self, *refs: RecordRef, rules: Comments = RULES) -> None:
        self.ticket, self.policy, self.last = ticket(*refs), policy(rules), Outcome(None)

    def hear(self, stimulus: Any) -> list[Action]:
        self.last = step(self.ticket, stimulus, self.policy, NOW + timedelta(hours=1))
        assert self.last.ticket is not None
        self.ticket = self.last.ticket
        return [one for one in self.last.actions if one.verb is Verb.WRITE_COMMENT]

    @property
    def reasons(self) -> list[ReasonCode]:
        return [one.reason.code for one in self.last.entries]


def only(actions: list[Action]) -> Any:
    assert len(actions) == 1
    assert actions[0].remark is not None
    return actions[0].remark


def test_a_comment_goes_to_every_other_record_under_a_line_that_says_whose_it_is() -> None:
    talk = Talk(INCIDENT, ISSUE, REQUEST)
    made = talk.hear(said())
    assert [one.platform for one in made] == [JIRA, DESK]
    assert {one.remark.head for one in made if one.remark} == {
        "Dana Reyes, ServiceNow INC0012345, 2026-03-02 12:05 UTC:"
    }
    assert {one.lane for one in made} == {"1/jira", "1/desk"}
    assert len({one.operation_id for one in made}) == 2


def test_a_ticket_with_one_record_copies_nothing() -> None:
    talk = Talk(INCIDENT)
    assert talk.hear(said()) == []
    assert talk.reasons[0] is ReasonCode.COMMENTED
    assert talk.ticket.mirrored == ()


@pytest.mark.parametrize("again", [said(), said(minutes=3), said(text="The bank is down ")])
def test_the_same_comment_told_again_is_copied_once(again: Event) -> None:
    talk = Talk()
    talk.hear(said())
    assert talk.hear(again) == []


@pytest.mark.parametrize(
    ("internal", "ref", "target", "expected"),
    [
        (False, INCIDENT, DESK, False),
        (True, INCIDENT, DESK, True),
        (False, INCIDENT, JIRA, True),
        (False, ISSUE, INCIDENT.platform, True),
        (False, REQUEST, INCIDENT.platform, False),
        (True, REQUEST, INCIDENT.platform, True),
    ],
)
def test_internal_stays_internal(internal: bool, ref: RecordRef, target: str, expected: bool) -> None:
    talk = Talk(INCIDENT, ISSUE, REQUEST)
    made = talk.hear(said(internal=internal, ref=ref))
    assert [one.remark.internal for one in made if one.remark and one.platform == target] == [expected]


def test_a_project_where_everybody_reads_everything_takes_public_ones_alone() -> None:
    rules = replace(RULES, places={**RULES.places, JIRA: Place(takes=frozenset({"public"}))})
    talk = Talk(rules=rules)
    assert talk.hear(said(internal=True)) == []
    assert len(talk.hear(said(id="c2", text="For all"))) == 1


def test_an_edit_follows_and_an_older_one_that_comes_late_does_not() -> None:
    talk = Talk()
    mark = only(talk.hear(said())).mark
    newer = only(talk.hear(said("It is back", EventKind.COMMENT_EDITED, minutes=9)))
    assert (newer.doing, newer.mark, newer.text) == (Doing.EDIT, mark, "It is back")
    assert talk.hear(said("It is odd", EventKind.COMMENT_EDITED, minutes=4)) == []
    again = only(talk.hear(said("The bank is down", EventKind.COMMENT_EDITED, minutes=12)))
    assert again.text == "The bank is down"


def test_what_was_internal_once_reaches_no_customer_however_often_it_is_edited() -> None:
    talk = Talk(INCIDENT, REQUEST)
    talk.hear(said(internal=True))
    for minutes, text in enumerate(("Between us still", "And still"), 1):
        edited = said(text, EventKind.COMMENT_EDITED, minutes=minutes, internal=False)
        assert only(talk.hear(edited)).internal


def test_an_edit_that_comes_before_its_comment_is_copied_and_the_comment_then_is_not() -> None:
    talk = Talk()
    first = only(talk.hear(said("It is back", EventKind.COMMENT_EDITED, minutes=9)))
    assert (first.doing, first.text) == (Doing.ADD, "It is back")
    assert talk.hear(said()) == []


def test_a_deletion_takes_the_copies_away_without_repeating_the_text() -> None:
    talk = Talk()
    talk.hear(said("secret words"))
    gone = only(talk.hear(said("secret words", EventKind.COMMENT_DELETED)))
    assert (gone.doing, gone.text) == (Doing.WITHDRAW, "")
    assert "secret" not in gone.note
    assert all("secret" not in str(one.detail) for one in talk.last.entries)
    assert talk.hear(said("secret words", EventKind.COMMENT_DELETED)) == []
    assert talk.hear(said("more", EventKind.COMMENT_EDITED, minutes=20)) == []


def test_a_deletion_that_comes_before_its_comment_keeps_it_from_being_copied() -> None:
    talk = Talk()
    assert talk.hear(said("x", EventKind.COMMENT_DELETED)) == []
    assert talk.hear(said("x")) == []


def written(action: Action, comment: str = "77") -> Report:
    return Report(action, Receipt(record=ISSUE, version=5, comment=comment))


def test_a_copy_never_comes_back_whoever_is_said_to_have_written_it() -> None:
    talk = Talk()
    action = talk.hear(said())[0]
    assert action.remark is not None
    head, someone = action.remark.head, Party(account="bot", name="Automation")
    assert talk.hear(said(f"_{head}_\n\nThe bank is down", ref=ISSUE, id="77", author=someone)) == []
    talk.hear(written(action))
    assert talk.reasons == [ReasonCode.COMMENT_COPIED]
    assert talk.ticket.mirrored[0].copies[0].id == "77"
    assert talk.hear(said("Reworded", EventKind.COMMENT_EDITED, ref=ISSUE, id="77", author=someone, minutes=3)) == []
    assert ReasonCode.COPY_TOUCHED in talk.reasons
    assert talk.hear(said("Marked [rung abcdefghij-9]", ref=ISSUE, id="78", operation_id="abcdefghij-9")) == []


def test_a_refused_copy_is_told() -> None:
    talk = Talk()
    action = talk.hear(said())[0]
    talk.hear(Report(action, Refusal("jira refused it")))
    assert ReasonCode.WRITE_REFUSED in talk.reasons


def shown(*comments: ForeignComment) -> Event:
    return Event(source=JIRA, kind=EventKind.UPDATED, key="10", record=ISSUE, comments=comments, occurred_at=NOW)


def listed(id_: str, text: str, minutes: int = 0, changed: int = 0) -> ForeignComment:
    at = NOW + timedelta(minutes=minutes)
    return ForeignComment(
        id_, text, Party(name="Lee Park"), markup="wiki", written=at, at=at + timedelta(minutes=changed)
    )


def test_a_comment_whose_webhook_never_came_is_found_on_the_record_once() -> None:
    talk = Talk()
    everything = shown(listed("2", "second", 2), listed("1", "first", 1), listed("0", "before it began", -60))
    assert [one.remark.text for one in talk.hear(everything) if one.remark] == ["first", "second"]
    assert talk.hear(everything) == []
    assert [one.remark.doing for one in talk.hear(shown(listed("2", "changed", 2, 3))) if one.remark] == [Doing.EDIT]
    assert talk.hear(shown(listed("2", "changed", 2, 3))) == []


def entry(id_: str, text: str = "On it", seconds: int = 0) -> ForeignComment:
    at = NOW + timedelta(seconds=seconds)
    return ForeignComment(id_, text, Party(name="Dana"), True, markup="journal", written=at, at=at)


def journal(*entries: ForeignComment, comment: ForeignComment | None = None) -> Event:
    about: dict[str, Any] = {"source": SNOW, "key": "s1", "record": INCIDENT, "occurred_at": NOW}
    return Event(kind=EventKind.UPDATED, comment=comment, comments=entries, **about)


@pytest.mark.parametrize("read_first", [True, False])
def test_an_entry_of_a_journal_read_back_without_an_id_is_the_one_that_was_told(read_first: bool) -> None:
    talk, told, read = Talk(), journal(comment=entry("s1:4")), journal(entry("~x", seconds=1))
    order = (read, told) if read_first else (told, read)
    assert [len(talk.hear(one)) for one in order] == [1, 0]


def test_the_same_words_twice_are_two_comments_where_both_were_told() -> None:
    talk = Talk()
    assert len(talk.hear(journal(comment=entry("s1:4", "done")))) == 1
    assert len(talk.hear(journal(comment=entry("s1:5", "done", 20)))) == 1


def test_a_ticket_keeps_no_more_comments_than_it_can_bear() -> None:
    talk = Talk()
    for number in range(260):
        talk.hear(said(f"number {number}", id=f"c{number}"))
    assert len(talk.ticket.mirrored) == 200
    assert len(talk.ticket.comments) <= 400


@pytest.mark.parametrize(("rule", "copies"), [(Attachments.LINK, 1), (Attachments.NONE, 0)])
def test_a_file_is_told_on_the_other_records_as_the_policy_says(rule: Attachments, copies: int) -> None:
    talk = Talk()
    talk.policy = replace(talk.policy, sync=replace(talk.policy.sync, attachments=rule))
    assert len(talk.hear(said("error.log: https://x.example", file=True, internal=True))) == copies
    assert ReasonCode.ATTACHED in talk.reasons


def test_a_record_with_more_comments_than_are_remembered_repeats_none() -> None:
    talk = Talk()
    everything = shown(*(listed(str(number), f"No. {number}", number) for number in range(450)))
    assert talk.hear(everything)
    assert talk.hear(everything) == []
    assert talk.hear(everything) == []
