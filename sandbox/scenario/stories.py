"""The stories: an alert that nobody takes at first, an issue that a person opens, an alert taken from a letter."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.alerts import Alert
from sandbox.scenario.stage import Stage, StoryError
from sandbox.store import Json

Story = Callable[[Stage], None]

PAYMENTS = "Card payments fail for 12 % of customers"
BACKUP = "Nightly backup of the order database did not finish"
PORTAL = "Customer portal answers slowly"

_BACKDROP = (
    ("kafka lag grows on orders", "Data Platform", "warning"),
    ("Certificate of login.example.com expires in 6 days", "Identity", "info"),
    ("Checkout errors above 2 %", "Checkout", "error"),
    ("Search index is 40 minutes behind", "Customer Portal", "warning"),
)


def _alert(stage: Stage, title: str, service: str, severity: str) -> Alert:
    labels = {"alertname": title.split(maxsplit=1)[0].title(), "service": service, "severity": severity}
    return Alert(labels, {"summary": title}, starts=stage.now())


def _over(stage: Stage, alert: Alert) -> Alert:
    return Alert(alert.labels, alert.annotations, starts=alert.starts, ends=stage.now())


def payments_fail(stage: Stage) -> None:
    """An alert becomes an incident, is escalated, taken on ServiceNow, and resolved when the alert is over."""
    say = _voice(stage, "ServiceNow")
    alert = _alert(stage, PAYMENTS, "Payments", "critical")
    say(f"Alertmanager fires: {PAYMENTS}.")
    stage.alertmanager(alert)
    made = stage.until("the incident is there and assigned", lambda: _assigned_incident(stage, PAYMENTS, "Dana Reyes"))
    say(f"{made['number']} is created, priority {made['fields']['priority']}, assigned to Dana Reyes, who sleeps.")
    stage.until("the next level is assigned", lambda: _assigned_incident(stage, PAYMENTS, "Lee Park"), minutes=30)
    say(f"Nobody acknowledged: {made['number']} moves to Lee Park.")
    stage.pass_minutes(2)
    stage.admin.act("servicenow", "state", who="lee.park", number=made["number"], state="in_progress")
    say("Lee Park takes it in ServiceNow: the clock stops.")
    stage.pass_minutes(6)
    stage.alertmanager(_over(stage, alert))
    stage.until("the incident is resolved", lambda: _in_state(stage, PAYMENTS, "6"))
    say(f"The alert is over: {made['number']} is resolved with code and notes.")


def backup_failed(stage: Stage) -> None:
    """An issue that a person opens on Jira is assigned, escalated, taken there, and resolved by a person."""
    say = _voice(stage, "Jira")
    fields = {"summary": BACKUP, "priority": "Highest", "labels": ["backup"]}
    key = stage.admin.act("jira", "create", who="ines.moreau", project="OPS", fields=fields)["key"]
    say(f"Inès Moreau opens {key}: {BACKUP}.")
    stage.until("the issue is assigned", lambda: _assigned_issue(stage, key, "sam.okafor"))
    say(f"{key} is assigned to Sam Okafor.")
    stage.until("the next level is assigned", lambda: _assigned_issue(stage, key, "tomas.novak"), minutes=30)
    say(f"Nobody acknowledged: {key} moves to Tomáš Novák.")
    stage.pass_minutes(2)
    stage.admin.act("jira", "transition", who="tomas.novak", key=key, to="In Progress")
    say("Tomáš Novák takes it in Jira: the clock stops.")
    stage.pass_minutes(5)
    stage.admin.act("jira", "transition", who="tomas.novak", key=key, to="Done")
    say(f"Tomáš Novák resolves {key}.")


def portal_is_slow(stage: Stage) -> None:
    """An alert becomes an issue on Jira, is taken by the link in a letter, and resolved when the alert is over."""
    say = _voice(stage, "Jira")
    alert = _alert(stage, PORTAL, "Customer Portal", "error")
    say(f"Grafana fires: {PORTAL}.")
    stage.grafana(alert)
    made = stage.until("the issue is there and assigned", lambda: _titled_issue(stage, PORTAL, "sam.okafor"))
    say(f"{made['key']} is created, priority {made['priority']}, assigned to Sam Okafor.")
    link = stage.until("the letter arrives", lambda: stage.letter_link("sam.okafor@example.com", PORTAL))
    stage.pass_minutes(1)
    stage.follow(link)
    stage.until("the issue is in progress", lambda: _with_status(stage, PORTAL, "In Progress"))
    say(f"Sam Okafor acknowledges by the link in the letter: {made['key']} is in progress.")
    stage.pass_minutes(5)
    stage.grafana(_over(stage, alert))
    stage.until("the issue is done", lambda: _with_status(stage, PORTAL, "Done"))
    say(f"The alert is over: {made['key']} is done.")


STORIES: tuple[Story, ...] = (payments_fail, backup_failed, portal_is_slow)


def backdrop(stage: Stage) -> None:
    """A few more alerts, so that the board has something to show for longer."""
    for title, service, severity in _BACKDROP:
        stage.alertmanager(_alert(stage, title, service, severity))


@dataclass
class _Told:
    errors: list[str]


def play(stage: Stage) -> list[str]:
    """Play all stories at once; returns a sentence for each that did not end well."""
    told = _Told([])
    threads = [threading.Thread(target=_play_one, args=(stage, story, told), daemon=True) for story in STORIES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told.errors


def _play_one(stage: Stage, story: Story, told: _Told) -> None:
    try:
        story(stage)
    except (StoryError, ValueError, OSError, KeyError) as error:
        told.errors.append(f"{story.__name__.replace('_', ' ')}: {error}")


def _voice(stage: Stage, platform: str) -> Callable[[str], None]:
    return lambda sentence: stage.tell(platform, sentence)


def _assigned_incident(stage: Stage, title: str, name: str) -> Json | None:
    found = stage.incident_titled(title)
    return found if found and found["display"]["assigned_to"] == name else None


def _in_state(stage: Stage, title: str, state: str) -> Json | None:
    found = stage.incident_titled(title)
    return found if found and found["fields"]["state"] == state else None


def _assigned_issue(stage: Stage, key: str, user: str) -> Json | None:
    found = stage.admin.issue(key)
    return found if found["assignee"] == user else None


def _titled_issue(stage: Stage, title: str, user: str) -> Json | None:
    found = stage.issue_titled(title)
    return found if found and found["assignee"] == user else None


def _with_status(stage: Stage, title: str, status: str) -> Json | None:
    found = stage.issue_titled(title)
    return found if found and found["status"] == status else None
