"""What was asked of a stand-in: every call, and those nobody expected."""

import json
import threading
from collections import deque
from dataclasses import asdict, dataclass, field
from typing import Any

from sandbox.store import Json

KEPT = 20_000
SECRET_WORDS = ("password", "secret", "token", "apikey", "api_key", "authorization")


class UnexpectedCallError(Exception):
    """The stand-in does not know this route, parameter or table: answered 501, and listed."""


class RefusedError(Exception):
    """The platform's own refusal.

    `status` is the HTTP status, `body` the vendor's error body, `headers` come on top.
    """

    def __init__(self, status: int, body: Json | str, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"refused with {status}")
        self.status = status
        self.body = body
        self.headers = headers or {}


@dataclass(slots=True)
class Call:
    """One HTTP call: when (virtual epoch seconds), by whom, what, and how it was answered.

    `notes` tells what the real platform would silently accept (a dangling reference); `unexpected` what a test must
    not see.
    """

    at: float
    method: str
    path: str
    query: dict[str, list[str]]
    body: Any
    status: int = 0
    user: str = ""
    fault: str = ""
    notes: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)


class CallLog:
    """The last calls of one stand-in, safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: deque[Call] = deque(maxlen=KEPT)

    def add(self, call: Call) -> None:
        """Keep a finished call."""
        with self._lock:
            self._calls.append(call)

    def all(self) -> list[Json]:
        """Every kept call, oldest first."""
        with self._lock:
            return [asdict(call) for call in self._calls]

    def unexpected(self) -> list[Json]:
        """The calls that nobody expected, oldest first."""
        return [call for call in self.all() if call["unexpected"]]

    def clear(self) -> None:
        """Forget all calls."""
        with self._lock:
            self._calls.clear()


def readable_body(raw: bytes, content_type: str) -> Any:
    """A request's body as it may be kept: JSON where it is JSON, else text, without credentials."""
    if not raw:
        return None
    text = raw.decode("utf-8", "replace")
    if "x-www-form-urlencoded" in content_type:
        pairs = (part.partition("=") for part in text.split("&"))
        return {name: _kept(name, value) for name, _, value in pairs}
    try:
        return without_secrets(json.loads(text))
    except ValueError:
        return text[:2000]


def without_secrets(value: Any) -> Any:
    """The same JSON value with the values of keys that name a secret removed."""
    if isinstance(value, dict):
        return {name: _kept(name, without_secrets(inner)) for name, inner in value.items()}
    if isinstance(value, list):
        return [without_secrets(inner) for inner in value]
    return value


def _kept(name: str, value: Any) -> Any:
    secret = any(word in name.lower() for word in SECRET_WORDS) and isinstance(value, str)
    return "[removed]" if secret else value
