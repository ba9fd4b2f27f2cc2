"""What the stories are played on: Rung's address, the stand-ins, the time, and a voice that tells what happens."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import requests

from sandbox import alerts
from sandbox.alerts import Alert
from sandbox.clock import Clock
from sandbox.embedded import Admin
from sandbox.store import Json

T = TypeVar("T")

_TIMEOUT = (5.0, 20.0)
_POLL_SECONDS = 0.15
_PATIENCE_SECONDS = 90.0
_TRIES = 9
"""With the pauses between them, most of a minute: Alertmanager goes on for longer still."""


class StoryError(Exception):
    """A story did not go on as it should. The message says what was waited for."""


@dataclass(frozen=True, slots=True)
class Stage:
    """`rung` is the address of Rung's web role; the secrets are those of its sources; `speed` is the clock's."""

    rung: str
    admin: Admin
    clock: Clock
    speed: float
    bearer: str = field(repr=False)
    grafana_secret: str = field(repr=False)
    tell: Callable[[str, str], None] = lambda _story, _sentence: None

    def now(self) -> datetime:
        """The time in the play."""
        return self.clock.moment()

    def pass_minutes(self, minutes: float) -> None:
        """Let time pass in the play."""
        time.sleep(minutes * 60 / self.speed)

    def until(self, what: str, look: Callable[[], T | None], minutes: float = 0) -> T:
        """Wait until something can be seen, for `minutes` of the play and a while of real time; raises `StoryError`."""
        deadline = time.monotonic() + _PATIENCE_SECONDS + minutes * 60 / self.speed
        while time.monotonic() < deadline:
            found = look()
            if found:
                return found
            time.sleep(_POLL_SECONDS)
        raise StoryError(f"waited in vain until {what}")

    def alertmanager(self, alert: Alert) -> None:
        """Alertmanager reports."""
        url, body = f"{self.rung}/webhooks/alertmanager", alerts.alertmanager([alert])
        answer = alerts.send(url, body, auth=self.bearer, tries=_TRIES)
        _accepted("Alertmanager", answer)

    def grafana(self, alert: Alert) -> None:
        """Grafana reports, signed together with the real time of sending."""
        raw = json.dumps(alerts.grafana([alert])).encode()
        headers = alerts.grafana_signature(self.grafana_secret, raw, str(int(time.time())))
        _accepted("Grafana", alerts.send(f"{self.rung}/webhooks/grafana", raw, headers, tries=_TRIES))

    def incident_titled(self, title: str) -> Json | None:
        """The ServiceNow record with this short description."""
        return next((one for one in self.admin.incidents() if one["fields"]["short_description"] == title), None)

    def issue_titled(self, title: str) -> Json | None:
        """The Jira issue with this summary."""
        return next((one for one in self.admin.issues() if one["summary"] == title), None)

    def letter_link(self, to: str, about: str) -> str | None:
        """The acknowledge link in the newest letter to that address about that title."""
        for letter in reversed(self.admin.mail()):
            if to in letter["to"] and about in letter["subject"]:
                found = re.search(r"https?://\S+/acknowledge/\S+", letter["text"])
                return found[0] if found else None
        return None

    def follow(self, link: str) -> None:
        """A person opens the link of a letter and presses the button, and tries again when the page does not come."""
        self.until("the link of the letter is answered", lambda: _followed(link))


def _followed(link: str) -> bool:
    """Whether the page came and the button was taken; raises `StoryError` when it was refused."""
    with requests.Session() as session:
        session.trust_env = False
        try:
            page = session.get(link, timeout=_TIMEOUT)
            hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
            answer = session.post(link, data=hidden, headers={"Sec-Fetch-Site": "same-origin"}, timeout=_TIMEOUT)
        except (requests.ConnectionError, requests.Timeout):
            return False
    if not answer.ok and answer.status_code < 500:
        raise StoryError(f"Rung answered the link of the letter with {answer.status_code}")
    return answer.ok


def _accepted(who: str, answer: requests.Response) -> None:
    if answer.status_code not in {200, 202}:
        raise StoryError(f"Rung answered {who} with {answer.status_code}: {answer.text[:200]}")
