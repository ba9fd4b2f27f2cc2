"""Triggers and acknowledgements that end, whole: with time that jumps, seen on the stand-in platforms."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from core.model import Acknowledge, ReasonCode, Severity
from sandbox.alerts import Alert, alertmanager
from tests.integration.policies import written
from tests.integration.world import World, world

PATHS = """
paths:
  standard:
    levels:
      - {name: L1, acknowledge_within: 5m}
      - {name: L2, acknowledge_within: 5m}
      - {name: Managers, acknowledge_within: 5m, kind: hierarchical}
    last_resort: ines.moreau
"""
Begin = Callable[[str], AbstractContextManager[World]]


@pytest.fixture
def begin(postgres_url: str, tmp_path: Path) -> Begin:
    return lambda policy: world(postgres_url, tmp_path, change=written(PATHS + policy), journal=True)


def is_taken(rung: World, **labels: str) -> str:
    """Dana takes it at once; returns the incident's number."""
    rung.alert(**labels)
    rung.app.desk.command(1, Acknowledge(by="dana.reyes", via="in the console"))
    rung.settle()
    return str(rung.box.incidents()[0]["number"])


def fires_anew(rung: World) -> None:
    """The same alert, which has begun again just now."""
    said = {"alertname": "PaymentsFail", "service": "payments-api", "severity": "critical"}
    body = alertmanager([Alert(said, {"summary": "Payments fail"}, rung.now, None)])
    rung.post("alertmanager", json.dumps(body).encode())
    rung.settle()


def assignee(rung: World) -> str:
    return str(rung.box.incidents()[0]["fields"]["assigned_to"])


def test_a_part_of_the_time_to_resolve_that_is_spent_moves_it_up(begin: Begin) -> None:
    policy = """
targets: [{name: all, resolve: 100m}]
triggers: [{name: late, spent: {resolve: 80%}, escalate: next, because: most of its time is over}]
"""
    with begin(policy) as rung:
        is_taken(rung)
        rung.jump(79)
        assert rung.page().ticket.level == 1
        rung.jump(1)
        assert rung.page().ticket.level == 2
        assert assignee(rung) == rung.person("lee.park")["sys_id"]
        assert rung.messages.told[-1] == "lee.park"


def test_silence_moves_it_up_and_a_comment_on_the_platform_puts_that_off(begin: Begin) -> None:
    policy = """
triggers: [{name: silence, silent_for: 30m, escalate: next, because: nothing was heard of it}]
"""
    with begin(policy) as rung:
        number = is_taken(rung)
        rung.jump(20)
        rung.box.act("servicenow", "comment", who="dana.reyes", number=number, text="Still looking")
        rung.settle()
        rung.jump(20)
        assert rung.page().ticket.level == 1
        rung.jump(11)
        assert rung.page().ticket.level == 2
        assert rung.messages.told[-1] == "lee.park"


def test_being_handed_around_moves_it_up(begin: Begin) -> None:
    policy = """
triggers: [{name: handed around, reassignments: 2, escalate: Managers, because: it was handed around twice}]
"""
    with begin(policy) as rung:
        number = is_taken(rung)
        rung.box.act("servicenow", "assign", who="dana.reyes", number=number, to="lee.park")
        rung.settle()
        assert rung.page().ticket.level == 1
        rung.box.act("servicenow", "assign", who="lee.park", number=number, to="dana.reyes")
        rung.settle()
        ticket = rung.page().ticket
        assert (ticket.reassignments, ticket.level) == (2, 3)
        assert rung.messages.told[-1] == "sam.okafor"
        assert assignee(rung) == rung.person("sam.okafor")["sys_id"]


def test_coming_back_moves_it_up(begin: Begin) -> None:
    policy = """
triggers: [{name: again, reopenings: 1, escalate: L2, because: it came back}]
"""
    with begin(policy) as rung:
        is_taken(rung)
        rung.jump(1)
        rung.alert(over=True)
        rung.jump(30)
        fires_anew(rung)
        assert (rung.page().ticket.reopenings, rung.page().ticket.level) == (1, 2)


def test_what_is_known_by_an_expression_moves_it_and_back_down_again(begin: Begin) -> None:
    policy = """
triggers:
  - {name: worst, when: severity == 'SEV1' && level == 1, escalate: L2, because: it is as bad as can be}
  - {name: calm, when: severity == 'SEV3' && level > 1, de_escalate: L1, because: it is not that bad}
"""
    with begin(policy) as rung:
        rung.alert()
        assert rung.page().ticket.level == 2
        assert rung.page().ticket.severity is Severity.SEV1
        number = rung.box.incidents()[0]["number"]
        rung.box.act("servicenow", "update", who="lee.park", number=number, fields={"urgency": "3"})
        rung.settle()
        assert (rung.page().ticket.severity, rung.page().ticket.level) == (Severity.SEV3, 1)
        assert assignee(rung) == rung.person("dana.reyes")["sys_id"]
        assert ReasonCode.MOVED_BACK in rung.reasons()


def test_an_acknowledgement_expires_and_its_owner_is_asked_anew_and_then_the_next_level(begin: Begin) -> None:
    policy = """
acknowledgement: {expires_after: 1h}
"""
    with begin(policy) as rung:
        is_taken(rung)
        rung.jump(60)
        assert not rung.page().ticket.is_acknowledged
        assert rung.messages.told == ["dana.reyes", "dana.reyes"]
        rung.jump(5)
        assert rung.messages.told[-1] == "lee.park"


def test_what_became_worse_after_it_was_acknowledged_is_asked_for_anew(begin: Begin) -> None:
    policy = """
acknowledgement: {re_arm_on_worse: true}
"""
    with begin(policy) as rung:
        number = is_taken(rung, severity="warning")
        before = rung.page().ticket
        assert before.severity is not Severity.SEV1
        rung.box.act("servicenow", "update", who="lee.park", number=number, fields={"impact": "1", "urgency": "1"})
        rung.settle()
        after = rung.page().ticket
        assert after.severity is Severity.SEV1
        assert not after.is_acknowledged
        assert rung.messages.told[-1] == "dana.reyes"


def test_a_trigger_that_was_pulled_is_not_pulled_again_by_a_repeat_of_the_same_webhook(begin: Begin) -> None:
    policy = """
triggers: [{name: worst, when: severity == 'SEV1', escalate: next, because: it is as bad as can be}]
"""
    with begin(policy) as rung:
        rung.alert()
        rung.alert()
        rung.alert()
        assert rung.page().ticket.level == 2
        assert rung.reasons().count(ReasonCode.TRIGGERED) == 1
