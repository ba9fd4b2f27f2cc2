"""Faults that can be switched on: what a stand-in does wrong, where, and how often.

On calls: `status` (any status, with or without `retry_after`), `html` (a page instead of JSON), `accepted` (202, and
the request is dropped), `silence` (no answer until the client hangs up, at most `seconds`), `close` (the connection
is closed unread), `commit_then_drop` (the work is done, the answer never comes), `garbled` (the work is done, and half
of the answer comes, as if whole), `nonsense` (the work is done, and JSON of another form answers), `delay` (`seconds`,
then as usual).
On webhooks: `webhook_twice`, `webhook_delay`, `webhook_out_of_order`, `webhook_lose` (tried, as if lost on the way) and
`webhook_never` (none at all until the fault is removed).
On Jira Cloud's search: `index_delay` (changes are found `seconds` later, until the fault is removed).
"""

import itertools
import random
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from fnmatch import fnmatchcase

from sandbox.store import Json

CALL_KINDS = frozenset(
    {"status", "html", "accepted", "silence", "close", "commit_then_drop", "garbled", "nonsense", "delay"}
)
HOOK_KINDS = frozenset({"webhook_twice", "webhook_delay", "webhook_out_of_order", "webhook_lose", "webhook_never"})
SEARCH_KINDS = frozenset({"index_delay"})
KINDS = CALL_KINDS | HOOK_KINDS | SEARCH_KINDS
DEFAULTS: dict[str, Json] = {
    "webhook_never": {"times": None},
    "index_delay": {"times": None},
    "silence": {"seconds": 30.0},
    "html": {"status": 502},
}
"""Where a kind's own defaults differ."""


@dataclass(slots=True)
class Fault:
    """One fault.

    `times` None means until it is removed; the first `after` matches go unharmed; `seconds` are real ones. `share` is
    the part of the matches that it hits, by dice that `seed` begins.
    """

    kind: str
    method: str = "*"
    path: str = "*"
    event: str = "*"
    times: int | None = 1
    after: int = 0
    status: int = 500
    retry_after: str | None = None
    seconds: float = 1.0
    share: float = 1.0
    seed: int = 0
    id: int = 0


class Faults:
    """The faults of one stand-in, taken one at a time in the order in which they were switched on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ids = itertools.count(1)
        self._faults: list[Fault] = []
        self._dice: dict[int, random.Random] = {}

    def add(self, told: Json) -> Fault:
        """Switch a fault on. Raises ValueError for a kind or a field that does not exist."""
        unknown = set(told) - {field.name for field in fields(Fault)}
        if unknown or told.get("kind") not in KINDS:
            allowed = ", ".join(sorted(KINDS))
            raise ValueError(f"not a fault: {told!r}. Kinds: {allowed}. Fields: {[f.name for f in fields(Fault)]}")
        told = {**DEFAULTS.get(told["kind"], {}), **told}
        fault = Fault(**{**told, "id": next(self._ids)})
        if fault.retry_after is not None:
            fault.retry_after = str(fault.retry_after)
        with self._lock:
            self._faults.append(fault)
            self._dice[fault.id] = random.Random(fault.seed)
        return fault

    def remove(self, fault_id: int | None = None) -> None:
        """Switch one fault off, or all of them."""
        with self._lock:
            self._faults = [] if fault_id is None else [f for f in self._faults if f.id != fault_id]

    def all(self) -> list[Json]:
        """The faults that are still on."""
        with self._lock:
            return [asdict(fault) for fault in self._faults]

    def take_for_call(self, method: str, path: str) -> Fault | None:
        """The fault that hits this call, counted down; None if it goes unharmed."""
        return self._take(
            lambda f: f.kind in CALL_KINDS and fnmatchcase(method, f.method.upper()) and fnmatchcase(path, f.path)
        )

    def take_for_hook(self, event: str) -> Fault | None:
        """The fault that hits this webhook, counted down; None if it goes unharmed."""
        return self._take(lambda f: f.kind in HOOK_KINDS and fnmatchcase(event, f.event))

    def index_delay(self) -> float:
        """By how many seconds Jira Cloud's index lags behind."""
        with self._lock:
            return max((fault.seconds for fault in self._faults if fault.kind == "index_delay"), default=0.0)

    def _take(self, hits: Callable[[Fault], bool]) -> Fault | None:
        with self._lock:
            for fault in self._faults:
                if not hits(fault):
                    continue
                if fault.after > 0:
                    fault.after -= 1
                    return None
                if fault.share < 1 and self._dice[fault.id].random() >= fault.share:
                    continue
                self._count_down(fault)
                return fault
        return None

    def _count_down(self, fault: Fault) -> None:
        if fault.times is None:
            return
        fault.times -= 1
        if fault.times <= 0:
            self._faults.remove(fault)
