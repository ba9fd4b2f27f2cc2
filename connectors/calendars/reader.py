"""The reader: fetches somebody's feed and has it read in a process of its own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from connectors.calendars.events import Asked
from connectors.calendars.fetch import fetch, read_file
from core.model import Busy, CalendarFeed, Person
from core.ports import DeliveryError

Resolve = Callable[[str], str]
"""Looks up a reference by its name; raises `LookupError` when it is not set."""

_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_ROOT = Path(__file__).resolve().parents[2]
_SECONDS = 30


class FeedReader:
    """`core.ports.Calendars`. Errors never tell a feed's address: whoever has it can read the calendar."""

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve

    def off(self, person: Person, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """When the person is off by their calendar; raises `DeliveryError`."""
        feed = person.calendar or CalendarFeed()
        body = read_file(feed.file) if feed.file else fetch(self._address(feed.url))
        everything = feed.busy is Busy.ALL
        return read_apart(
            body, Asked(start=start, end=end, email=person.email, everything=everything, titles=feed.titles)
        )

    def _address(self, url: str) -> str:
        name = _REFERENCE.fullmatch(url)
        if name is None:
            return url
        try:
            return self._resolve(name[1]).strip()
        except LookupError:
            raise DeliveryError(f"${{{name[1]}}} is not set; set it to the calendar's address.") from None


def read_apart(body: bytes, asked: Asked) -> list[tuple[datetime, datetime]]:
    """Have the feed read by a process that gets no secret and is ended when it takes too long."""
    said = {**asdict(asked), "start": asked.start.isoformat(), "end": asked.end.isoformat()}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "connectors.calendars.child"],
            input=json.dumps(said).encode() + b"\n" + body,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            env={"PYTHONPATH": str(_ROOT)},
        )
    except subprocess.TimeoutExpired:
        raise DeliveryError("the calendar takes too long to be read.") from None
    except OSError as error:
        raise DeliveryError(f"no process could be started to read the calendar: {error.strerror}.") from None
    if done.returncode != 0:
        raise DeliveryError("the calendar cannot be read: it takes too much time or memory, or is broken.")
    answer = json.loads(done.stdout)
    if "wrong" in answer:
        raise DeliveryError(f"the calendar cannot be read: {answer['wrong']}")
    return [(datetime.fromisoformat(first), datetime.fromisoformat(last)) for first, last in answer["off"]]
