"""Signed in at a stand-in, through the real console over the real database, to the note on the stand-in platform."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from flask.testing import FlaskClient

from connectors import oidc
from console import SignIn
from core.model import Role
from core.work.access import SqlAccess
from rung import timesource
from rung.entrance import AT_THE_MACHINE, Entrance, entrance
from rung.settings import Settings
from rung.web import flask_app
from sandbox.issuer import CLIENT_ID, CLIENT_SECRET, Issuer
from tests.integration.world import World, world

HOME = "http://rung.example"
ROLES = {"oncall": Role.RESPONDER, "platform": Role.ADMIN}


@pytest.fixture
def here(postgres_url: str, tmp_path: Path) -> Iterator[World]:
    with world(postgres_url, tmp_path) as made:
        yield made


def signed_in(here: World, issuer: Issuer, name: str) -> FlaskClient:
    config = oidc.OidcConfig(
        issuer=issuer.url, client_id=CLIENT_ID, secret=CLIENT_SECRET, redirect_uri=f"{HOME}/sign-in/back"
    )
    how = SignIn(oidc.build(config), ROLES, timedelta(hours=1))
    client = flask_app(here.app, wall=timesource.wall, redis_check=lambda: None, people=Entrance(how)).test_client()
    assert client.get("/", base_url=HOME).status_code == 303
    gone = client.get("/sign-in/go", base_url=HOME).headers["Location"]
    back = requests.get(f"{gone}&as={name}", allow_redirects=False, timeout=5).headers["Location"]
    assert client.get(back.removeprefix(HOME), base_url=HOME).status_code == 303
    return client


def test_who_signed_in_takes_a_ticket_as_themselves_as_far_as_the_matrix_lets_them(here: World) -> None:
    here.alert()
    with Issuer() as issuer:
        dana, sam = signed_in(here, issuer, "dana"), signed_in(here, issuer, "sam")
    taken = dana.post("/api/v1/tickets/1/take", json={"reason": "I saw it"}, base_url=HOME)
    assert taken.status_code == 200, taken.text
    here.settle()
    said = "Dana Reyes took it through the API (signed in): I saw it."
    assert said in str(here.box.incidents()[0]["work_notes"])
    # An admin of Rung who stands at no level decides no more about a ticket than the policy says.
    refused = sam.post("/api/v1/tickets/1/severity", json={"severity": "SEV3", "reason": "no"}, base_url=HOME)
    assert refused.status_code == 403
    assert "Sam Okafor may not lower its severity" in here.page().entries[-1].reason.sentence
    assert sam.get("/api/v1/mappings", base_url=HOME).status_code == 200
    access = SqlAccess(here.database)
    assert {one.email for one in access.sessions()} == {"dana.reyes@example.com", "sam.okafor@example.com"}
    assert access.end_sessions("sam.okafor@example.com") == 1
    assert sam.get("/api/v1/mappings", base_url=HOME).status_code == 401
    assert dana.get("/", base_url=HOME).status_code == 200


def test_the_settings_make_the_entrance() -> None:
    assert entrance(Settings.from_environment({})) == AT_THE_MACHINE
    made = entrance(
        Settings.from_environment(
            {
                "RUNG_OIDC_ISSUER": "https://login.example.com/realms/main",
                "RUNG_OIDC_CLIENT_ID": "rung",
                "RUNG_OIDC_ROLES": "oncall=responder; *=viewer",
                "RUNG_PUBLIC_URL": "https://rung.example.com",
                "RUNG_SESSION_HOURS": "8",
                "RUNG_TRUSTED_PROXIES": "10.0.0.0/8",
            }
        )
    )
    assert made.sign_in is not None
    assert made.sign_in.issuer.host == "login.example.com"
    assert (made.sign_in.life, made.sign_in.role(frozenset())) == (timedelta(hours=8), Role.VIEWER)
    assert made.sign_in.role(frozenset({"oncall", "other"})) is Role.RESPONDER
    assert len(made.peers.proxies) == 1
