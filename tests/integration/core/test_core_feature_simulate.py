"""What was recorded on the real database, played again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.engine.simulation import Assumption, Case, play, stage
from core.model import Acknowledge, Severity
from core.policy import Level, Policy
from core.store import history
from core.store.database import connect
from tests.integration.world import BEGIN, World, world


@pytest.fixture
def here(postgres_url: str, tmp_path: Path) -> Iterator[World]:
    with world(postgres_url, tmp_path) as made:
        yield made


def recorded(url: str, policy: Policy) -> list[Case]:
    with connect(url).connect() as connection:
        assert history.count(connection, None) == len(list(history.cases(connection, None, policy.roster)))
        assert list(history.cases(connection, BEGIN + timedelta(days=1), policy.roster)) == []
        return list(history.cases(connection, None, policy.roster))


def test_recorded_tickets_give_under_their_own_policy_what_they_gave(here: World, postgres_url: str) -> None:
    here.alert()
    here.jump(5)
    here.jump(2)
    here.app.desk.command(1, Acknowledge("lee.park", "in the console"))
    here.settle()
    here.jump(20)
    here.alert(over=True)
    policy = here.policy
    (case,) = recorded(postgres_url, policy)
    assert (case.was.escalations, case.was.acknowledged_after) == (1, 420)
    again = play(case, stage(policy), Assumption(), here.now + timedelta(days=9))
    assert (again.escalations, again.acknowledged_after) == (case.was.escalations, case.was.acknowledged_after)
    assert [call.person for call in again.calls] == [call.person for call in case.was.calls] == here.messages.told


def test_a_longer_first_level_would_have_called_one_person_only(here: World, postgres_url: str) -> None:
    here.alert()
    here.jump(5)
    here.jump(2)
    here.app.desk.command(1, Acknowledge("lee.park", "in the console"))
    policy = here.policy
    (case,) = recorded(postgres_url, policy)
    patient = Level(name="L1", acknowledge_within=dict.fromkeys(Severity, timedelta(minutes=30)))
    standard = policy.paths["standard"]
    tried = replace(policy, paths={"standard": replace(standard, levels=(patient, *standard.levels[1:]))})
    told = play(case, stage(tried), Assumption(), here.now + timedelta(days=9))
    assert [call.person for call in told.calls] == ["dana.reyes"]
