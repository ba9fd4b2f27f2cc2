"""The stories whose every point a worker dies at: what happens outside, and who works it off."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from core.model import Acknowledge, Severity, Stimulus
from core.policy import Policy
from core.policy.major import MajorRule
from sandbox.alerts import Alert, alertmanager
from tests.integration.world import BEGIN, World


def _nothing(here: World) -> None:
    del here


def _same(policy: Policy) -> Policy:
    return policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something happens, `command` is given to ticket 1 where there is one, and Rung works off what comes of it."""

    happens: Callable[[World], None] = _nothing
    command: Stimulus | None = None
    minutes: float = 0
    poll: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Acts under a policy."""

    acts: Sequence[Act]
    policy: Callable[[Policy], Policy] = _same


def fire(*names: str, source: str = "alertmanager", over: bool = False) -> Callable[[World], None]:
    """These alerts in one request, or that they are over."""

    def happens(here: World) -> None:
        labels = {"service": "payments-api", "severity": "critical"}
        ends = here.now if over else None
        told = [Alert({**labels, "alertname": one}, {"summary": one}, BEGIN, ends) for one in names]
        answer = here.post(source, json.dumps(alertmanager(told)).encode())
        assert answer.status_code == 202, answer.text

    return happens


def on_servicenow(do: str, who: str, **rest: object) -> Callable[[World], None]:
    """A person does something to the first incident, or creates one."""

    def happens(here: World) -> None:
        which = {} if do == "create" else {"number": here.box.incidents()[0]["number"]}
        here.box.act("servicenow", do, who=who, **which, **rest)

    return happens


def on_jira(do: str, who: str, **rest: object) -> Callable[[World], None]:
    """A person does something to the first issue."""

    def happens(here: World) -> None:
        here.box.act("jira", do, who=who, key=here.box.issues()[0]["key"], **rest)

    return happens


def unheard(happens: Callable[[World], None]) -> Callable[[World], None]:
    """The same, and its webhooks are lost: polling has to find it."""

    def lost(here: World) -> None:
        for platform in ("servicenow", "jira"):
            here.box.fault(platform, kind="webhook_never")
        happens(here)
        here.box.settle()
        here.box.heal()

    return lost


def _majors(policy: Policy) -> Policy:
    rule = MajorRule(like=("service",), at=2, contact="ines.moreau", title="Major incident on {service}: {title}")
    return replace(policy, major=rule)


def _patient(policy: Policy) -> Policy:
    """Nobody is called while both sides are edited."""
    calm = {one: timedelta(days=30) for one in Severity}
    paths = {
        name: replace(path, levels=tuple(replace(level, acknowledge_within=calm) for level in path.levels))
        for name, path in policy.paths.items()
    }
    return replace(policy, paths=paths)


STORIES: Mapping[str, Story] = {
    "an alert is escalated, taken, and over": Story(
        acts=(
            Act(happens=fire("Payments fail")),
            Act(minutes=5),
            Act(command=Acknowledge(by="lee.park", via="the board")),
            Act(happens=fire("Payments fail", over=True)),
        )
    ),
    "an incident is assigned, worked on and resolved by people": Story(
        acts=(
            Act(
                happens=on_servicenow(
                    "create", "ines.moreau", fields={"short_description": "Slow", "impact": "1", "urgency": "2"}
                )
            ),
            Act(happens=on_servicenow("update", "ines.moreau", fields={"urgency": "1"})),
            Act(happens=on_servicenow("assign", "lee.park", to="lee.park")),
            Act(happens=on_servicenow("state", "lee.park", state="in_progress")),
            Act(happens=on_servicenow("comment", "lee.park", text="It was the cache.", internal=True)),
        )
    ),
    "an issue is found by polling": Story(
        policy=_patient,
        acts=(
            Act(poll=True),
            Act(happens=fire("Refunds fail", source="jira-alerts")),
            Act(happens=unheard(on_jira("comment", "lee.park", text="Looking.")), minutes=5, poll=True),
            Act(happens=unheard(on_jira("transition", "lee.park", to="In Progress")), minutes=5, poll=True),
        ),
    ),
    "several alerts are one major incident": Story(
        policy=_majors,
        acts=(
            Act(happens=fire("Payments fail", "Refunds fail", "Cards fail")),
            Act(minutes=5),
            Act(happens=fire("Payments fail", "Refunds fail", "Cards fail", over=True)),
        ),
    ),
}
