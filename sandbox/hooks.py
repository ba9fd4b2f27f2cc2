"""Webhooks going out: who is told, with which credentials, how often it is tried, and what came of it."""

import base64
import hashlib
import heapq
import hmac
import itertools
import json
import random
import threading
import time
import uuid
from collections import deque
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase

import requests

from sandbox.clock import Clock
from sandbox.faults import Fault, Faults
from sandbox.store import Json

TIMEOUT = (5.0, 20.0)
"""Seconds to connect and to wait for the answer, as Atlassian's webhooks do (integration facts, third party)."""
RETRIED = frozenset({0, 408, 409, 425, 429})
"""Statuses after which Jira Cloud tries again, beside 5xx; 0 stands for a timeout or a broken connection."""
RETRIES = 5
RETRY_SECONDS = (300.0, 900.0)
HELD_SECONDS = 2.0
"""A webhook held back to arrive out of order waits this long (real seconds) for the one that overtakes it."""


@dataclass(slots=True)
class Delivery:
    """One webhook to one target. `state`: waiting, sent, failed, lost, never. `attempts`: {at, status, error} each."""

    id: str
    event: str
    url: str
    body: Json
    state: str = "waiting"
    attempts: list[Json] = field(default_factory=list)
    target: Json = field(default_factory=dict)
    raw: bytes = b""


def signature(secret: str, raw: bytes) -> str:
    """What Jira puts in `X-Hub-Signature`: the method and the hexadecimal HMAC over the raw body."""
    return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def auth_headers(auth: Json | None) -> dict[str, str]:
    """Headers for credentials of the kind `basic` (username, password), `bearer` (token) or `header` (name, value)."""
    if not auth:
        return {}
    if auth["kind"] == "basic":
        pair = f"{auth['username']}:{auth['password']}".encode()
        return {"Authorization": "Basic " + base64.b64encode(pair).decode()}
    if auth["kind"] == "bearer":
        return {"Authorization": f"Bearer {auth['token']}"}
    return {str(auth["name"]): str(auth["value"])}


class Hooks:
    """Sends one stand-in's webhooks from one thread, in order unless a fault says otherwise."""

    def __init__(self, clock: Clock, faults: Faults, *, retries: bool, marked: bool) -> None:
        """`retries`: try again as Jira Cloud does; `marked`: send Atlassian's delivery headers."""
        self.targets: list[Json] = []
        self._clock, self._faults = clock, faults
        self._retries, self._marked = retries, marked
        self._wake = threading.Condition()
        self._due: list[tuple[float, int, Delivery]] = []
        self._order = itertools.count()
        self._held: Delivery | None = None
        self._busy = False
        self._closing = False
        self._deliveries: deque[Delivery] = deque(maxlen=20_000)
        self._session = requests.Session()
        self._session.trust_env = False
        self._thread = threading.Thread(target=self._run, name="sandbox-webhooks", daemon=True)
        self._thread.start()

    def fire(self, event: str, body: Json, by: str) -> None:
        """Tell every target that wants this event; `by` is the user whose change it was."""
        raw = json.dumps(body).encode()
        for target in list(self.targets):
            wanted = target.get("events") or ["*"]
            if target.get("exclude_user") == by or not any(fnmatchcase(event, pattern) for pattern in wanted):
                continue
            one = Delivery(str(uuid.uuid4()), event, str(target["url"]), json.loads(raw), target=target, raw=raw)
            self._deliveries.append(one)
            self._plan(one, self._faults.take_for_hook(event))

    def all(self) -> list[Json]:
        """Every webhook, oldest first, with its attempts; without the target's credentials."""
        return [{k: v for k, v in asdict(d).items() if k not in {"target", "raw"}} for d in list(self._deliveries)]

    def settle(self, seconds: float) -> bool:
        """Wait until nothing is due now (a retry planned for later is not waited for). False if that took too long."""
        end = time.monotonic() + seconds
        with self._wake:
            while self._busy or any(due <= time.monotonic() + HELD_SECONDS for due, _, _ in self._due):
                if not self._wake.wait(timeout=max(0.0, min(0.05, end - time.monotonic()))) and time.monotonic() >= end:
                    return False
        return True

    def clear(self) -> None:
        """Forget deliveries, also those still to be sent."""
        with self._wake:
            self._due.clear()
            self._held = None
            self._deliveries.clear()

    def close(self) -> None:
        """Stop sending."""
        with self._wake:
            self._closing = True
            self._wake.notify_all()
        self._thread.join(timeout=2)
        self._session.close()

    def _plan(self, delivery: Delivery, fault: Fault | None) -> None:
        kind = fault.kind if fault else ""
        if kind in {"webhook_lose", "webhook_never"}:
            delivery.state = "lost" if kind == "webhook_lose" else "never"
            return
        if fault and kind == "webhook_out_of_order":
            self._push(delivery, HELD_SECONDS)
            self._held = delivery
            return
        self._push(delivery, fault.seconds if fault and kind == "webhook_delay" else 0.0)
        if kind == "webhook_twice":
            self._push(delivery, 0.0)
        held, self._held = self._held, None
        if held is not None:
            self._hasten(held)

    def _push(self, delivery: Delivery, seconds: float) -> None:
        with self._wake:
            heapq.heappush(self._due, (time.monotonic() + seconds, next(self._order), delivery))
            self._wake.notify_all()

    def _hasten(self, delivery: Delivery) -> None:
        with self._wake:
            self._due = [entry for entry in self._due if entry[2] is not delivery]
            heapq.heapify(self._due)
        self._push(delivery, 0.0)

    def _run(self) -> None:
        while True:
            with self._wake:
                self._busy = False
                self._wake.notify_all()
                while not self._closing and not (self._due and self._due[0][0] <= time.monotonic()):
                    wait = self._due[0][0] - time.monotonic() if self._due else None
                    self._wake.wait(timeout=wait)
                if self._closing:
                    return
                delivery = heapq.heappop(self._due)[2]
                self._busy = True
            self._send(delivery)

    def _send(self, delivery: Delivery) -> None:
        status, error = 0, ""
        try:
            answer = self._session.post(
                delivery.url, data=delivery.raw, headers=self._headers(delivery), timeout=TIMEOUT, allow_redirects=False
            )
            status = answer.status_code
        except requests.RequestException as broken:
            error = type(broken).__name__
        delivery.attempts.append({"at": self._clock.now(), "status": status, "error": error})
        delivery.state = "sent" if 200 <= status < 300 else "failed"
        if self._retries and (status in RETRIED or status >= 500) and len(delivery.attempts) <= RETRIES:
            delivery.state = "waiting"
            self._push(delivery, random.uniform(*RETRY_SECONDS) / self._clock.speed)

    def _headers(self, delivery: Delivery) -> dict[str, str]:
        headers = {"Content-Type": "application/json", **auth_headers(delivery.target.get("auth"))}
        if delivery.target.get("secret"):
            headers["X-Hub-Signature"] = signature(str(delivery.target["secret"]), delivery.raw)
        if self._marked:
            headers["User-Agent"] = "Atlassian Webhook HTTP Client"
            headers["X-Atlassian-Webhook-Identifier"] = delivery.id
            if delivery.attempts:
                headers["X-Atlassian-Webhook-Retry"] = str(len(delivery.attempts))
        return headers
