"""What is proved of a policy holds of what the engine does under it."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings

from core.engine import step
from core.model import Unopened
from core.policy import Policy, coverage
from core.policy.proof.prove import prove
from tests.unit.core.conftest import NOON, an_alert
from tests.unit.core.test_engine_properties_policies import PHASES, policies


@settings(max_examples=150, deadline=None, phases=PHASES)
@given(policies())
def test_a_ticket_reaches_somebody_at_every_moment_at_which_nothing_is_found_amiss(policy: Policy) -> None:
    found = coverage(policy, NOON, NOON + timedelta(hours=1))
    nobody = any(NOON in span for one in found.dark if not one.last_resort for span in one.times)
    outcome = step(Unopened(1, "k3f9q2abcd"), an_alert(), policy, NOON)
    told = [action.notice.person for action in outcome.actions if action.notice]
    assert told or nobody


@settings(max_examples=60, deadline=None, phases=PHASES)
@given(policies())
def test_every_policy_can_be_looked_at_and_is_told_alike_each_time(policy: Policy) -> None:
    assert prove(policy) == prove(policy)
