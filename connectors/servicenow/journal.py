"""Journal texts: signing them, and finding out whether an earlier attempt already left one.

The order in which an earlier text is looked for:
1. `sys_journal_field`, where the integration user may read it (by default it may not);
2. the record's own journal fields as rendered for people;
3. nothing readable there: the values of the same write. They are written with the text in one request, so when all of
   them stand and the record was last changed by us, the text stands too.
What remains: a text written without any value, by a user who can read no journal, may be written twice after a timeout;
the receipt then says so.
"""

from __future__ import annotations

from collections.abc import Mapping

from connectors.failures import PlatformError
from connectors.servicenow.api import Row, TableApi, UnsafeValueError
from connectors.servicenow.record import JOURNALS, shown
from connectors.texts import Dialect, converted, escaped
from core.model import Changes, Comment, Doing
from core.ports import CommentWrite, RecordWrite

LONGEST = 30_000
"""Characters of a journal text that are sent."""


def tag(operation_id: str) -> str:
    """The last line of a work note: tells people and the next attempt which write it came with."""
    return f"[rung {operation_id}]"


def texts(parts: Mapping[str, list[str]], operation_id: str) -> dict[str, str]:
    """One text for each journal field. Work notes are signed; texts that the caller sees hold no word of ours."""
    joined = {field: "\n\n".join(told)[:LONGEST] for field, told in parts.items() if told}
    return {field: f"{text}\n{tag(operation_id)}" if field == "work_notes" else text for field, text in joined.items()}


def as_write(write: CommentWrite, *, as_html: bool) -> RecordWrite:
    """The entry for a comment's copy, or for what became of the comment."""
    entry = Comment(told(write, as_html=as_html), internal=write.remark.internal)
    return RecordWrite(
        operation_id=write.operation_id,
        record=write.record,
        changes=Changes(comments=(entry,)),
        look_first=write.look_first,
    )


def told(write: CommentWrite, *, as_html: bool) -> str:
    """A copy's text: whose it is and what was said; of one that was edited or withdrawn, that it was."""
    remark = write.remark
    head = escaped(remark.head if remark.doing is Doing.ADD else remark.note, Dialect.JOURNAL)
    if remark.doing is Doing.WITHDRAW:
        return head
    text = converted(remark.text, remark.markup, Dialect.JOURNAL_HTML if as_html else Dialect.JOURNAL, write.names)
    if len(text) > LONGEST - len(head) - 200:
        text = escaped(remark.text, Dialect.JOURNAL)[: LONGEST - len(head) - 200] + "…"
    return f"{head}\n\n{text}"


def stands(api: TableApi, row: Row, sys_id: str, journals: Mapping[str, str], operation_id: str) -> bool | None:
    """Whether the texts stand on the record; None when the journal cannot be read.

    All texts of a write go out in one request, so one of them is looked for: the work note's tag where there is one.
    """
    field = "work_notes" if "work_notes" in journals else next(iter(journals))
    mark = tag(operation_id) if field == "work_notes" else _first_line(journals[field])
    if _in_history(api, sys_id, field, mark):
        return True
    rendered = shown(row, field)
    return (mark in rendered) if rendered.strip() else None


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0][:120] if text.strip() else ""


def _in_history(api: TableApi, sys_id: str, field: str, mark: str) -> bool:
    """Whether `sys_journal_field` shows it; no proof of the opposite, since ACLs may hide its rows."""
    try:
        return bool(api.find_text("sys_journal_field", "value", mark, {"element_id": sys_id, "element": field}))
    except UnsafeValueError:
        return False
    except PlatformError as error:
        if not error.permanent:
            raise
        return False


READ = JOURNALS
"""The fields that must be read with the record for `stands`."""
