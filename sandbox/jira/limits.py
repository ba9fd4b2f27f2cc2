"""Jira Cloud's limit on writes to one issue: 20 in 2 seconds, 100 in 30 (integration facts, vendor's documentation)."""

import threading
import time
from collections import defaultdict, deque

from sandbox.calls import RefusedError

WINDOWS = ((2.0, 20), (30.0, 100))


class WriteLimit:
    """Counts writes per issue, in real seconds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._writes: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=WINDOWS[-1][1]))

    def count(self, issue_id: str) -> None:
        """Count a write. Raises RefusedError 429 with Retry-After and RateLimit-Reason when there were too many."""
        now = time.monotonic()
        with self._lock:
            writes = self._writes[issue_id]
            for seconds, most in WINDOWS:
                recent = [moment for moment in writes if moment > now - seconds]
                if len(recent) >= most:
                    self._refuse(max(1, round(seconds - (now - recent[0]) + 0.5)))
            writes.append(now)

    def clear(self) -> None:
        """Forget all writes."""
        with self._lock:
            self._writes.clear()

    def _refuse(self, seconds: int) -> None:
        headers = {
            "Retry-After": str(seconds),
            "RateLimit-Reason": "jira-per-issue-on-write",
            "X-RateLimit-Remaining": "0",
        }
        raise RefusedError(429, {"errorMessages": ["Rate limit exceeded."], "errors": {}}, headers)
