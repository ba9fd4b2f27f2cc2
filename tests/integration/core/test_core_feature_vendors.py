"""Vendors, end to end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from core.model import Acknowledge, Severity, TellVendorCase
from core.policy import Level, Policy, Vendor
from core.store import vendors
from core.store.database import connect
from tests.integration.world import BEGIN, World, world

ACME = Vendor(
    id="acme-db",
    name="Acme Databases",
    acknowledge_within=dict.fromkeys(Severity, timedelta(minutes=30)),
    contract="UC-2026-04",
    ways=("way:acme",),
    share=("severity", "service"),
)


def with_vendor(policy: Policy) -> Policy:
    standard = policy.paths["standard"]
    outside = Level(name="Vendor", vendor="acme-db", acknowledge_within=dict.fromkeys(Severity, timedelta(hours=2)))
    levels = (standard.levels[0], outside, *standard.levels[1:])
    return replace(
        policy,
        paths={"standard": replace(standard, levels=levels)},
        vendors={"acme-db": ACME},
        roster=policy.roster.with_vendors([ACME.person]),
    )


@pytest.fixture
def here(postgres_url: str, tmp_path: Path) -> Iterator[World]:
    with world(postgres_url, tmp_path, change=with_vendor) as made:
        yield made


def test_a_vendor_is_asked_their_number_is_noted_and_the_incident_stays_with_our_people(
    here: World, postgres_url: str
) -> None:
    here.alert()
    here.jump(5)
    assert here.messages.told == ["dana.reyes", "vendor:acme-db"]
    (incident,) = here.box.incidents()
    assert incident["fields"]["assigned_to"] == here.person("dana.reyes")["sys_id"]
    here.jump(10)
    here.app.desk.command(1, TellVendorCase("dana.reyes", "in the console", vendor="acme-db", number="CS-991"))
    here.settle()
    (incident,) = here.box.incidents()
    assert "Acme Databases has taken it as CS-991" in str(incident["work_notes"])
    assert incident["fields"]["assigned_to"] == here.person("dana.reyes")["sys_id"]
    with connect(postgres_url).connect() as connection:
        (figures,) = vendors.figures(connection, None)
        assert vendors.figures(connection, BEGIN + timedelta(days=1)) == []
    assert (figures.vendor, figures.tickets, figures.in_time, figures.late) == ("acme-db", 1, 1, 0)
    assert figures.half_within_seconds == 600


def test_a_vendor_who_is_late_is_counted_and_our_path_goes_on(here: World, postgres_url: str) -> None:
    here.alert()
    here.jump(5)
    here.jump(31)
    here.jump(100)
    assert here.messages.told[-1] == "lee.park"
    with connect(postgres_url).connect() as connection:
        (figures,) = vendors.figures(connection, None)
    assert (figures.in_time, figures.late, figures.waiting, figures.half_within_seconds) == (0, 1, 1, None)


def test_a_vendors_link_acknowledges_and_shows_nothing_that_is_not_shared_with_them(here: World) -> None:
    here.alert()
    here.jump(5)
    link = next(link for person, _, link in here.messages.sent if person == "vendor:acme-db")
    address = here.url + link.removeprefix("http://rung.example")
    before = requests.get(address, timeout=10).text
    assert "Acknowledge as Acme Databases" in before
    answer = requests.post(address, timeout=10)
    assert answer.status_code == 200
    for page in (before, answer.text):
        assert not [word for word in ("Payments", "INC", "SEV", "Dana", "L1") if word in page]
    assert here.page().ticket.acknowledged_by == "Acme Databases"
    assert here.page().ticket.owner == "dana.reyes"


def test_a_vendor_may_do_nothing_but_acknowledge(here: World) -> None:
    here.alert()
    here.jump(5)
    answer = requests.post(f"{here.url}/api/v1/tickets/1/take", json={"by": "vendor:acme-db"}, timeout=10)
    assert answer.status_code == 422
    assert here.page().ticket.owner == "dana.reyes"


def test_a_vendors_link_still_acknowledges_for_them_once_one_of_ours_has_it(here: World) -> None:
    here.alert()
    here.jump(5)
    link = next(link for person, _, link in here.messages.sent if person == "vendor:acme-db")
    address = here.url + link.removeprefix("http://rung.example")
    here.app.desk.command(1, Acknowledge("ines.moreau", "in the console"))
    assert "Acknowledge as Acme Databases" in requests.get(address, timeout=10).text
    requests.post(address, timeout=10)
    case = here.page().ticket.vendor_case("acme-db")
    assert case is not None
    assert case.acknowledged_at == here.now
    assert here.page().ticket.acknowledged_by == "Inès Moreau"
    assert "Nothing more is asked of you" in requests.get(address, timeout=10).text
