"""Names the places at which a process of Rung can die: before and after whatever leaves it, without a line in Rung.

A place is the function of Rung that acts and what it does: a statement ("Intake._claim: UPDATE deliveries"), a commit,
a request (before it leaves, when it has left, when its answer has come), a message, a command to Redis. The libraries
through which all of that goes are wrapped, so what is written anew in Rung is watched from its first day on.
"""

from __future__ import annotations

import functools
import re
import smtplib
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import redis.connection
import urllib3.connection

ROOT = Path(__file__).resolve().parents[2]
_ROOMS = tuple(f"{ROOT / room}/" for room in ("core/work", "core/store", "rung", "webhooks", "console", "connectors"))
_WORK = _ROOMS[0]
_STATEMENT = re.compile(
    r"^\W*(?P<verb>\w+)(?:[^;]*?\b(?:FROM|INTO|UPDATE|TABLE|SAVEPOINT)\s+\"?(?P<named>\w+))?", re.IGNORECASE | re.DOTALL
)
_UPDATE = re.compile(r"^\W*UPDATE\s+\"?(\w+)", re.IGNORECASE)

Reached = Callable[[str], None]
"""Is told each place, in the thread that is there. It may not return."""


class Watch:
    """What has been wrapped; `take_off` leaves all libraries as they were."""

    def __init__(self, reached: Reached) -> None:
        self._reached = reached
        self._before: list[tuple[type, str, Any]] = []
        self._inside = threading.local()

    def put_on(self) -> Watch:
        """Wrap everything through which something leaves the process."""
        for method in ("execute", "executemany", "copy"):
            self._wrap(psycopg.Cursor, method, before=_statement)
        self._wrap(psycopg.Connection, "commit", before=_always("before commit"), after=_always("after commit"))
        http = urllib3.connection.HTTPConnection
        self._wrap(http, "request", before=_request("before"), after=_request("sent"))
        self._wrap(http, "getresponse", after=_always("answer came"))
        self._wrap(smtplib.SMTP, "sendmail", before=_always("before mail"), after=_always("mail taken"))
        command = redis.connection.AbstractConnection
        self._wrap(command, "send_packed_command", before=_always("Redis command"))
        return self

    def take_off(self) -> None:
        """Unwrap it."""
        while self._before:
            owner, name, original = self._before.pop()
            setattr(owner, name, original)

    def at(self, what: str) -> None:
        """Here is a place, if Rung is at work and no outer one has been told of the same."""
        where = _where() if what else ""
        if where:
            self._reached(f"{where}: {what}")

    def _wrap(
        self,
        owner: type,
        name: str,
        before: Callable[..., str] | None = None,
        after: Callable[..., str] | None = None,
    ) -> None:
        original = getattr(owner, name)

        @functools.wraps(original)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            if getattr(self._inside, name, False):  # one goes through another of them: it is one place
                return original(*args, **kwargs)
            setattr(self._inside, name, True)
            try:
                if before:
                    self.at(before(*args, **kwargs))
                result = original(*args, **kwargs)
                if after:
                    self.at(after(*args, **kwargs))
                return result
            finally:
                setattr(self._inside, name, False)

        self._before.append((owner, name, original))
        setattr(owner, name, wrapped)


def _always(what: str) -> Callable[..., str]:
    def said(*_: object, **__: object) -> str:
        return what

    return said


def _statement(_: object, query: object, *__: object, **___: object) -> str:
    return _said(query)


def _request(when: str) -> Callable[..., str]:
    def said(_: object, method: str, *__: object, **___: object) -> str:
        return f"{when} {method}"

    return said


def _said(query: object) -> str:
    """A statement in two words: what it does, to which table; "" for those that only open a connection or try it."""
    text = query.decode(errors="replace") if isinstance(query, bytes) else query
    if not isinstance(text, str) or text.lstrip().startswith("SHOW"):
        return ""  # a connection's first words
    if updated := _UPDATE.match(text):
        return f"UPDATE {updated[1]}"
    found = _STATEMENT.match(text)
    return f"{found['verb'].upper()} {found['named'] or ''}".strip() if found else ""


def _where() -> str:
    """The innermost function of `core/work` that is running, or of another room where none is; "" for none of Rung."""
    frame, other = sys._getframe(1), ""
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(_WORK):
            return frame.f_code.co_qualname
        if not other and file.startswith(_ROOMS):
            other = f"{Path(file).parent.name}.{frame.f_code.co_qualname}"
        frame = frame.f_back  # type: ignore[assignment]  # None ends the walk
    return other
