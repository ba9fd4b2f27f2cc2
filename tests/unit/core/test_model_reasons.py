"""Reasons are sentences, and every one is its own."""

from __future__ import annotations

from core.model import Changes, Comment, Reason, ReasonCode, State


def test_every_reason_is_a_sentence_of_its_own() -> None:
    assert all(code.value[0].isupper() or code.value[0] == "{" for code in ReasonCode)
    assert all(code.value.rstrip()[-1] in ".}" for code in ReasonCode)
    assert len({code.value for code in ReasonCode}) == len(ReasonCode.__members__)


def test_a_sentence_holds_its_facts() -> None:
    reason = Reason(ReasonCode.CLOSED_BY_TIME, {"within": "1 day"})
    assert reason.sentence == "Closed because it stayed resolved for 1 day."


def test_newer_changes_win_over_older_ones_but_no_comment_is_lost() -> None:
    older = Changes(assignee="dana", state=State.NEW, comments=(Comment("first"),))
    left = older.superseded_by(Changes(assignee="lee", comments=(Comment("second"),)))
    assert left == Changes(state=State.NEW, comments=(Comment("first"),))
    assert Changes(assignee="dana").superseded_by(Changes(assignee="")).is_empty
