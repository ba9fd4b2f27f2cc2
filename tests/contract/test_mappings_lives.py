"""What an alert goes through: one key for all of it, nothing begun anew by itself, no state that severity decides."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mappings_fixtures import BODIES, FOLDERS, bound, delivery, headers

from core.model import Event, EventKind, State
from core.ports import UnmappedError

SEVERITIES = {
    "alertmanager": ("severity", "critical", "info"),
    "checkmk": ("severity", "p1", "low"),
    "datadog": ("priority", "P1", "P5"),
    "dynatrace": ("ProblemSeverity", "AVAILABILITY", "INFO"),
    "grafana": ("severity", "critical", "info"),
    "graylog": ("priority", 3, 1),
    "icinga2": ("severity", "p1", "low"),
    "librenms": ("severity", "critical", "ok"),
    "nagios": ("severity", "p1", "low"),
    "newrelic": ("severity", "CRITICAL", "INFO"),
    "opsgenie": ("priority", "P1", "P5"),
    "pagerduty": ("urgency", "high", "low"),
    "prometheus": ("severity", "critical", "info"),
    "splunk": ("severity", "critical", "info"),
    "zabbix": ("event_nseverity", "5", "1"),
}
"""Where a source's bodies tell how bad it is: the key, wherever it stands, and its worst and mildest words."""
NEVER_OVER = {"graylog"}
"""Sources whose sender does not say that something is over in the form that it sends now."""
HERE = [folder for folder in FOLDERS if folder.name in SEVERITIES]


def events(folder: Path, change: tuple[str, Any] | None = None) -> Iterator[tuple[str, Event]]:
    """The alerts of a folder's fixtures, with another severity where one is told."""
    for body in (body for body in BODIES if body.parent.parent == folder):
        said = json.loads(body.read_text())
        raw = json.dumps(_with(said, *change) if change else said).encode()
        try:
            found = bound(folder).events(delivery(raw, headers(body))).events
        except UnmappedError as error:
            found = error.understood.events if error.understood else ()
        yield from ((body.stem, event) for event in found if event.kind is EventKind.ALERT)


def _with(value: Any, key: str, instead: Any) -> Any:
    if isinstance(value, list):
        return [_with(one, key, instead) for one in value]
    if isinstance(value, dict):
        return {name: instead if name == key else _with(one, key, instead) for name, one in value.items()}
    return value


@pytest.mark.parametrize("folder", HERE, ids=lambda folder: folder.name)
def test_the_end_of_an_alert_has_the_key_of_its_beginning(folder: Path) -> None:
    found = [event for _, event in events(folder)]
    begun = {event.key for event in found if event.state is State.NEW}
    over = {event.key for event in found if event.state is State.RESOLVED}
    assert begun
    assert bool(begun & over) is (folder.name not in NEVER_OVER)


@pytest.mark.parametrize("folder", HERE, ids=lambda folder: folder.name)
def test_an_acknowledgement_is_of_a_known_alert_and_begins_nothing_anew(folder: Path) -> None:
    found = [event for _, event in events(folder)]
    for event in (event for event in found if event.state is State.IN_PROGRESS):
        begun = [
            one.occurred_at for one in found if one.key == event.key and one.state is State.NEW and one.occurred_at
        ]
        assert begun
        assert event.occurred_at is None or event.occurred_at <= max(begun)


@pytest.mark.parametrize("folder", HERE, ids=lambda folder: folder.name)
def test_severity_does_not_decide_the_state(folder: Path) -> None:
    key, worst, mildest = SEVERITIES[folder.name]
    states = [[(name, event.state) for name, event in events(folder, (key, word))] for word in (worst, mildest)]
    assert states[0] == states[1]
    graded = [[event.impact for _, event in events(folder, (key, word))] for word in (worst, mildest)]
    assert graded[0] != graded[1]
