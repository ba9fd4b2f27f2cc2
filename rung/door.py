"""The door for machines: that it is open, seen from outside, as long as the web role's process lives."""

from __future__ import annotations

import contextlib
import http.client
import time
from collections.abc import Callable

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from rung.presence import Pulse

_SECONDS = 15.0
_AGAIN_SECONDS = 1.0
_TIMEOUT = 5.0
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound


def keep_open(host: str, port: int, pulse: Pulse, say: Callable[[], None]) -> None:
    """Knock again and again, for ever, and where somebody answers let the pulse beat and `say` that the door is open.

    Whether this process lives tells nothing: all its threads may wait for something that does not come. So it is asked
    as a sender would ask. `say` keeps sources from being called silent for a time in which nobody could hear them.
    """
    while True:
        if is_open(host, port):
            pulse.beat()
            with contextlib.suppress(DBAPIError, PoolTimeout):  # the gap is seen once the database is back
                say()
            time.sleep(_SECONDS)
        else:
            time.sleep(_AGAIN_SECONDS)


def is_open(host: str, port: int) -> bool:
    """Whether the web role there answers."""
    connection = http.client.HTTPConnection(_ANYWHERE.get(host, host), port, timeout=_TIMEOUT)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
