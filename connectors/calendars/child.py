"""The process in which a feed is read: it knows no secret, has little memory and little time, and is then gone.

Its input is a line of JSON (`Asked`), then the feed. Its output is JSON: the times, or what was wrong.
"""

from __future__ import annotations

import json
import resource
import sys
from datetime import datetime

MEMORY = 768 * 1024 * 1024
SECONDS = 20
"""Of processor time; a calendar of ordinary size takes less than one."""


def main() -> None:
    """Read one feed."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    from connectors.calendars.events import Asked, NoCalendarError, off

    said = json.loads(sys.stdin.buffer.readline())
    start, end = (datetime.fromisoformat(said.pop(name)) for name in ("start", "end"))
    asked = Asked(start=start, end=end, **{**said, "titles": tuple(said["titles"])})
    try:
        times = [[start.isoformat(), end.isoformat()] for start, end in off(sys.stdin.buffer.read(), asked)]
        answer: dict[str, object] = {"off": times}
    except NoCalendarError as error:
        answer = {"wrong": str(error)}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
