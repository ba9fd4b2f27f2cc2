"""Copies of other platforms' comments: added once, changed and deleted with the comments that they are of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from connectors.failures import PlatformError
from connectors.jira.api import JiraApi, Json
from connectors.jira.comments import LONGEST, Note
from connectors.texts import Dialect, converted, escaped
from core.model import Doing
from core.ports import CommentWrite

_REFUSED = frozenset({400, 403})
"""How Jira says that our account may not delete, or change, a comment."""
_ROOM = 200


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it: the comment's id, whether it stood there already, and what could not be done."""

    id: str = ""
    found: bool = False
    warnings: tuple[str, ...] = ()


class Copies:
    """Those on one instance."""

    def __init__(self, api: JiraApi, name: str) -> None:
        self._api = api
        self._name = name

    def do(self, write: CommentWrite, key: str, me: Callable[[], Json]) -> Done:
        """Add, change or delete the copy; each may be repeated. A copy whose id is not known is found by its mark."""
        remark = write.remark
        if remark.doing is Doing.ADD:
            found = self._find(write, key, me) if write.look_first else ""
            return Done(found, found=True) if found else Done(self._add(write, key))
        known = write.copy or self._find(write, key, me)
        if remark.doing is Doing.WITHDRAW:
            return self._withdraw(write, key, known)
        one = note(write)  # what is for colleagues now may have been for customers before
        if known and self._api.edit_comment(key, known, one.body, one.hiding):
            return Done(known)
        return Done(self._add(write, key))

    def _add(self, write: CommentWrite, key: str) -> str:
        one = note(write)
        return self._api.comment(key, one.body, one.properties)

    def _find(self, write: CommentWrite, key: str, me: Callable[[], Json]) -> str:
        found = note(write).stands_in(self._api.comments(key), me())
        return found if found.isdecimal() else ""

    def _withdraw(self, write: CommentWrite, key: str, known: str) -> Done:
        """Delete it, or, where our account may not, put the note that it was withdrawn in its place."""
        if not known:
            return Done(found=True)
        try:
            return Done(known, found=not self._api.delete_comment(key, known))
        except PlatformError as error:
            if error.status not in _REFUSED:
                raise
        said = Note(escaped(write.remark.note, Dialect.WIKI), write.remark.internal, write.remark.mark)
        self._api.edit_comment(key, known, said.body, said.hiding)
        advice = f"{self._name}: a withdrawn comment was emptied; to delete it our account needs Delete Own Comments."
        return Done(known, warnings=(advice,))


def note(write: CommentWrite) -> Note:
    """The copy as it is to stand there: the line that says whose it is, then what was said."""
    remark = write.remark
    head = escaped(remark.head, Dialect.WIKI)
    text = converted(remark.text, remark.markup, Dialect.WIKI, write.names)
    room = LONGEST - len(head) - _ROOM
    if len(text) > room:
        text = escaped(remark.text, Dialect.WIKI)[:room] + "…"
    return Note(f"_{head}_\n\n{text}" if _plain(head) else f"{head}\n\n{text}", remark.internal, remark.mark)


def _plain(head: str) -> bool:
    """Whether a line can stand in italics as it is."""
    return "\\" not in head and "_" not in head
