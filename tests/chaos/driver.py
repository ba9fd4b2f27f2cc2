"""Those outside: monitoring that sends alerts until they are taken, and people who act on platforms and by letters."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

import requests

from sandbox.alerts import Alert, alertmanager
from sandbox.embedded import Sandbox
from sandbox.store import Json
from tests.chaos.ground import SECRET, Ground
from tests.chaos.plan import Case, Deed

_PATIENCE = 90.0
_PAUSE = 0.15
_THREADS = 8
_IMPACTS = {"critical": ("1", "1", "Highest"), "error": ("1", "2", "High"), "warning": ("2", "2", "Medium")}
_GROUPS = {
    "payments-api": "Payments Support",
    "portal-web": "Platform Operations",
    "idp-01": "Service Desk",
}
Answered = Counter[tuple[str, str, int]]
"""How often a source's body, by its digest, was answered with a status."""


class UnheardError(Exception):
    """Somebody outside tried for too long in vain; the message says who, and what."""


@dataclass
class Driver:
    """Does a turn's deeds. `answered` counts what Rung said to the senders of alerts."""

    ground: Ground
    twice: bool = True
    answered: Answered = field(default_factory=Counter)
    _opened: dict[int, datetime] = field(default_factory=dict)
    _late: list[tuple[Case, bytes]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def act(self, deeds: Sequence[Deed], *, late: bool = True) -> None:
        """Do all of them, several at once, and what was `late` from the turn before; raises `UnheardError`."""
        arriving: list[tuple[Case, bytes]] = []
        if late:
            arriving, self._late = self._late, []
        keys = self._keys()
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="driver") as pool:
            done = [pool.submit(self._do, deed, keys) for deed in deeds]
            done += [pool.submit(self._send, case, body) for case, body in arriving]
            for one in done:
                one.result()

    def _do(self, deed: Deed, keys: dict[str, str]) -> None:
        if deed.what in {"open", "repeat", "clear"} and deed.case.is_alert:
            self._report(deed)
        elif deed.what in {"letter", "race"}:
            self._follow(deed.case)
        else:
            _on_platform(self.ground.box, deed, keys.get(deed.case.mark, ""))

    def _report(self, deed: Deed) -> None:
        """Monitoring tells of an alert, perhaps twice at once, and once more in the next turn."""
        case, now = deed.case, self.ground.now
        began = self._opened.setdefault(case.number, now)
        labels = {"alertname": f"Down{case.number}", "service": case.service, "severity": case.severity}
        alert = Alert(labels, {"summary": case.title}, began, now if deed.what == "clear" else None)
        body = json.dumps(alertmanager([alert])).encode()
        if self.twice and deed.late:
            with self._lock:
                self._late.append((case, body))
        for _ in range(2 if self.twice and deed.twice else 1):
            self._send(case, body)

    def _send(self, case: Case, body: bytes) -> None:
        """Send until it is taken: a broken connection and a 5xx are answered by another try."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {SECRET}"}
        url, deadline = f"{self.ground.url}/webhooks/{case.source}", time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            status = _posted(url, body, headers)
            with self._lock:
                self.answered[case.source, hashlib.sha256(body).hexdigest(), status] += 1
            if 0 < status < 500:
                if status not in {200, 202}:
                    raise UnheardError(f"monitoring was answered {status} about {case.mark}")
                return
            time.sleep(_PAUSE)
        raise UnheardError(f"monitoring was not heard about {case.mark} for {_PATIENCE:.0f} s")

    def _follow(self, case: Case) -> None:
        """Whoever was asked last opens the link of the letter and presses the button."""
        link, deadline = self._link(case), time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            if followed(link):
                return
            time.sleep(_PAUSE)
        raise UnheardError(f"the link of the letter about {case.mark} was not answered for {_PATIENCE:.0f} s")

    def _link(self, case: Case) -> str:
        """The link of the newest thing that was asked: a letter that came once more does not make it newer."""
        asked: dict[tuple[str, str], str] = {}
        for letter in self.ground.box.mail():
            found = re.search(r"https?://\S+/acknowledge/\S+", letter["text"])
            if found and case.mark in letter["subject"]:
                text = letter["text"].replace(found[0], "")
                asked.setdefault((str(letter["to"]), text), found[0])
        if not asked:
            raise UnheardError(f"no letter asked anybody to take {case.mark}")
        return list(asked.values())[-1]

    def _keys(self) -> dict[str, str]:
        """The key of each case's record."""
        query = "SELECT t.body->>'title' AS title, r.key FROM records r JOIN tickets t ON t.id = r.ticket_id"
        rows = self.ground.ask(f"{query} WHERE r.key <> ''")
        return {found[0]: row["key"] for row in rows if (found := re.search(r"(?:case|race)-\d+", row["title"]))}


def followed(link: str) -> bool:
    """Whether the page of an acknowledge link came and its button was taken."""
    with requests.Session() as session:
        session.trust_env = False
        try:
            page = session.get(link, timeout=(2, 10))
            hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
            return session.post(link, data=hidden, headers={"Sec-Fetch-Site": "same-origin"}, timeout=(2, 10)).ok
        except requests.RequestException:
            return False


def _posted(url: str, body: bytes, headers: dict[str, str]) -> int:
    """The status of the answer; 0 for none."""
    try:
        with requests.Session() as session:
            session.trust_env = False
            return session.post(url, data=body, headers=headers, timeout=(2, 10)).status_code
    except requests.RequestException:
        return 0


def _on_platform(box: Sandbox, deed: Deed, key: str) -> None:
    """A person does something on the platform."""
    about: Json = {"who": deed.who or "lee.park"}
    if deed.case.platform == "servicenow":
        _on_servicenow(box, deed, {**about, **({"number": key} if deed.what != "open" else {})})
    else:
        _on_jira(box, deed, {**about, **({"key": key} if deed.what != "open" else {})})


def _on_servicenow(box: Sandbox, deed: Deed, about: Json) -> None:
    case = deed.case
    if deed.what == "open":
        impact, urgency, _ = _IMPACTS[case.severity]
        fields = {"short_description": case.title, "impact": impact, "urgency": urgency}
        box.act("servicenow", "create", **about, fields={**fields, "assignment_group": _GROUPS[case.service]})
    elif deed.what == "take":
        box.act("servicenow", "state", **about, state="in_progress")
    elif deed.what == "note":
        box.act("servicenow", "comment", **about, text=f"Looked at {case.mark}", internal=True)
    else:
        closing = {"state": "resolved", "close_code": "Solution provided", "close_notes": f"{case.mark} is over"}
        box.act("servicenow", "update", **about, fields=closing)


def _on_jira(box: Sandbox, deed: Deed, about: Json) -> None:
    case = deed.case
    if deed.what == "open":
        fields = {"summary": case.title, "priority": _IMPACTS[case.severity][2], "labels": [case.mark]}
        box.act("jira", "create", **about, project="OPS", fields=fields)
    elif deed.what == "note":
        box.act("jira", "comment", **about, text=f"Looked at {case.mark}")
    elif deed.what == "take":
        box.act("jira", "transition", **about, to="In Progress")
    else:
        box.act("jira", "transition", **about, to="Done")
