"""Risk and duties, end to end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.model import FulfilDuty, ReasonCode, State
from core.policy import Condition, Policy
from core.policy.risk import Duty, MustKnow, RiskPolicy, RiskRule
from tests.integration.world import World, world

GDPR = Duty(
    id="gdpr-33",
    name="Notify the authority",
    classes=("privacy",),
    within=timedelta(hours=72),
    because="GDPR article 33",
    warn_at=(50,),
    tell=("ines.moreau",),
)


def with_risk(policy: Policy) -> Policy:
    condition = Condition(match={"labels.data": ("personal",)})
    personal = RiskRule(name="personal", classes=("privacy",), because="personal data is involved", condition=condition)
    return replace(
        policy,
        risk=RiskPolicy(
            rules=(personal,),
            duties={GDPR.id: GDPR},
            must_know=(
                MustKnow(
                    name="legal",
                    people=("sam.okafor",),
                    because="legal decides whom to tell",
                    condition=Condition(match={"risk": ("privacy",)}),
                ),
            ),
        ),
    )


@pytest.fixture
def here(postgres_url: str, tmp_path: Path) -> Iterator[World]:
    with world(postgres_url, tmp_path, change=with_risk) as made:
        yield made


def test_a_personal_data_breach_has_seventy_two_hours_however_soon_the_incident_is_resolved(here: World) -> None:
    here.alert(data="personal")
    assert sorted(here.messages.told) == ["dana.reyes", "ines.moreau", "sam.okafor"]
    (incident,) = here.box.incidents()
    assert "A duty begins: Notify the authority, within 3 days, because of GDPR article 33." in str(
        incident["work_notes"]
    )
    here.alert(over=True, data="personal")
    assert here.page().ticket.state is State.RESOLVED
    here.messages.sent.clear()
    here.jump(36 * 60)
    assert here.messages.told == ["ines.moreau"]
    here.jump(36 * 60)
    assert here.messages.told == ["ines.moreau", "ines.moreau"]
    assert ReasonCode.CLOCK_BREACHED in here.reasons()


def test_a_duty_that_is_done_is_noted_on_the_record_and_tells_nobody_any_more(here: World) -> None:
    here.alert(data="personal")
    here.app.desk.command(1, FulfilDuty("ines.moreau", "in the console", "reported by form", duty="gdpr-33"))
    here.settle()
    (incident,) = here.box.incidents()
    assert "did the duty in the console: Notify the authority: reported by form." in str(incident["work_notes"])
    here.alert(over=True, data="personal")
    here.messages.sent.clear()
    here.jump(80 * 60)
    assert here.messages.told == []


def test_an_alert_without_personal_data_brings_no_duty(here: World) -> None:
    here.alert()
    assert here.page().ticket.risk == ()
    assert here.messages.told == ["dana.reyes"]
