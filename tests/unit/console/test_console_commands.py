"""Overruling the policy through the console's form and through the API."""

import re
from datetime import timedelta

import pytest
from console_fakes import NOW, FakeDesk, row
from flask.testing import FlaskClient

from console.offers import _TILES
from console.room import ASSETS
from core.desk import NotAllowedError, NotPossibleError
from core.model import (
    Assign,
    ChangeSeverity,
    Command,
    DeEscalate,
    EscalateNow,
    EscalateTo,
    HandBack,
    HoldAutomation,
    LinkMajor,
    Note,
    Resume,
    SetBackup,
    SetHandoff,
    SetOwner,
    Severity,
    Snooze,
    State,
    Take,
)
from core.orders import names

API = ("dana", "through the API", "so")
HERE = ("dana", "in the console", "so")


@pytest.mark.parametrize(
    ("name", "fields", "command"),
    [
        ("take", {}, Take(*API)),
        ("assign", {"person": "lee"}, Assign(*API, person="lee")),
        ("assign", {"person": "Lee Park"}, Assign(*API, person="lee")),
        ("escalate", {}, EscalateNow(*API)),
        ("escalate", {"level": "L3"}, EscalateTo(*API, level="L3")),
        ("de-escalate", {"level": "L1"}, DeEscalate(*API, level="L1")),
        ("severity", {"severity": "SEV1"}, ChangeSeverity(*API, severity=Severity.SEV1)),
        ("hand-back", {}, HandBack(*API)),
        ("hold", {"for": "4h"}, HoldAutomation(*API, until=NOW + timedelta(hours=4))),
        ("hold", {"until": "2026-03-02T10:04:00"}, HoldAutomation(*API, until=NOW + timedelta(hours=1))),
        ("resume", {}, Resume(*API)),
        ("snooze", {"for": "30m"}, Snooze(*API, length=timedelta(minutes=30))),
        ("owner", {"level": "L2", "person": "ines"}, SetOwner(*API, level="L2", person="ines")),
        ("owner", {"level": "L2", "person": "", "as": "backup"}, SetBackup(*API, level="L2", person="")),
        ("link", {"major": 9}, LinkMajor(*API, major=9)),
        (
            "handoff",
            {"tried": "a restart", "links": "https://a.example, b"},
            SetHandoff(*API, tried="a restart", links=("https://a.example", "b")),
        ),
        ("note", {"text": "It is DNS."}, Note(*API, text="It is DNS.")),
    ],
)
def test_a_script_overrules(
    client: FlaskClient, desk: FakeDesk, name: str, fields: dict[str, object], command: Command
) -> None:
    answer = client.post(f"/api/v1/tickets/4/{name}", json={"by": "dana", "reason": "so", **fields})
    assert answer.status_code == 200, answer.get_json()
    assert desk.commands == [(4, command)]


@pytest.mark.parametrize(
    ("name", "fields", "status", "told"),
    [
        ("fly", {}, 404, "There is no command 'fly'"),
        ("assign", {}, 422, "to whom it is assigned"),
        ("assign", {"person": "lea"}, 422, "Did you mean 'lee'?"),
        ("assign", {"person": ["lee"]}, 422, "person must be a text"),
        ("severity", {"severity": "bad"}, 422, "There are: SEV1, SEV2, SEV3, SEV4."),
        ("snooze", {"for": "0m"}, 422, "is no length of time"),
        ("snooze", {"until": "now"}, 422, "snooze does not know 'until'"),
        ("owner", {"level": "L1", "person": "lee", "as": "king"}, 422, "not as 'king'"),
    ],
)
def test_what_is_no_command_is_told(
    client: FlaskClient, desk: FakeDesk, name: str, fields: dict[str, object], status: int, told: str
) -> None:
    answer = client.post(f"/api/v1/tickets/4/{name}", json={"by": "dana", **fields})
    assert (answer.status_code, told in answer.get_json()["error"]) == (status, True), answer.get_json()
    assert desk.commands == []


@pytest.mark.parametrize(
    ("error", "status"), [(NotAllowedError("Dana may not."), 403), (NotPossibleError("It is closed."), 409)]
)
def test_a_refusal_is_a_status_and_the_sentence_of_the_timeline(
    client: FlaskClient, desk: FakeDesk, error: Exception, status: int
) -> None:
    form = token(client)
    desk.error = error
    answer = client.post("/api/v1/tickets/4/take", json={"by": "dana"})
    assert (answer.status_code, answer.get_json()) == (status, {"error": str(error)})
    page = client.post("/tickets/4/command", data={"token": form, "command": "take", "by": "dana"})
    assert page.status_code == status
    html = page.get_data(as_text=True)
    assert str(error) in html
    assert '<a href="/tickets/4">Go back to the ticket</a>' in html


def token(client: FlaskClient) -> str:
    html = client.get("/tickets/4").get_data(as_text=True)
    return re.findall(r'name="token" value="([^"]+)"', html)[0]


def test_a_person_overrules_without_script(client: FlaskClient, desk: FakeDesk) -> None:
    fields = {"command": "owner", "by": "dana", "reason": "so", "owner.level": "L2", "owner.as": "backup"}
    fields |= {"owner.person": "ines", "assign.person": "", "hold.for": "60m", "note.text": "left over"}
    answer = client.post("/tickets/4/command", data={"token": token(client), **fields}, follow_redirects=True)
    assert answer.status_code == 200
    assert "it is done" in answer.get_data(as_text=True)
    assert desk.commands == [(4, SetBackup(*HERE, level="L2", person="ines"))]


@pytest.mark.parametrize("fields", [{"command": "take"}, {"by": "dana"}, {"command": "hold", "by": "dana"}])
def test_a_form_that_lacks_something_says_what(client: FlaskClient, desk: FakeDesk, fields: dict[str, str]) -> None:
    answer = client.post("/tickets/4/command", data={"token": token(client), **fields})
    assert answer.status_code == 422
    assert desk.commands == []


def test_a_form_of_another_site_overrules_nothing(client: FlaskClient, desk: FakeDesk) -> None:
    fields = {"command": "take", "by": "dana"}
    assert client.post("/tickets/4/command", data=fields).status_code == 403
    good = {**fields, "token": token(client)}
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert client.post("/tickets/4/command", data=good, headers=headers).status_code == 403
    assert desk.commands == []


def test_every_offer_says_what_will_happen_where(client: FlaskClient) -> None:
    html = client.get("/tickets/4").get_data(as_text=True)
    assert "Assigns it to you in servicenow-main INC0012344 and stops the response clock." in html
    assert "Assign it in servicenow-main INC0012344</button>" in html
    assert "Next level: L2" in html
    assert set(re.findall(r'id="do-([\w-]+)"', html)) == {
        "take", "assign", "escalate", "severity", "hand-back", "snooze", "hold", "owner", "link", "declare", "handoff",
        "note",
    }  # fmt: skip


def test_what_makes_no_sense_is_not_offered(client: FlaskClient, desk: FakeDesk) -> None:
    desk.rows = (row(4, state=State.RESOLVED),)
    html = client.get("/tickets/4").get_data(as_text=True)
    assert re.findall(r'id="do-([\w-]+)"', html) == ["note"]
    desk.rows = (row(4, level="L2", acknowledged_by="lee"),)
    html = client.get("/tickets/4").get_data(as_text=True)
    assert 'id="do-de-escalate"' in html
    assert 'id="do-snooze"' not in html


def test_the_page_says_who_has_the_right_that_one_lacks(client: FlaskClient) -> None:
    client.set_cookie("rung_who", "dana")
    html = client.get("/tickets/4").get_data(as_text=True)
    assert html.count("That takes L2 and every level above.") == 2
    client.set_cookie("rung_who", "lee")
    assert "That takes" not in client.get("/tickets/4").get_data(as_text=True)


def test_an_address_can_lead_straight_to_a_command(client: FlaskClient) -> None:
    html = client.get("/tickets/4?do=escalate").get_data(as_text=True)
    assert re.search(r'<details class="overrule" id="overrule" open>', html)
    assert re.search(r'id="do-escalate" required checked', html)
    assert "checked" not in client.get("/tickets/4?do=nonsense").get_data(as_text=True)


def test_a_hold_and_a_snooze_stand_where_the_time_left_would(client: FlaskClient, desk: FakeDesk) -> None:
    desk.rows = (row(4, held_until=NOW + timedelta(hours=2)), row(5, snoozed_until=NOW + timedelta(minutes=30)))
    board = client.get("/").get_data(as_text=True)
    assert re.search(r"On hold<small><time[^>]*>2 h left", board)
    assert re.search(r"Snoozed<small><time[^>]*>30 min left", board)
    assert "then it is asked for again" in client.get("/tickets/5").get_data(as_text=True)


def test_the_ticket_tells_scripts_who_may_what(client: FlaskClient) -> None:
    choices = client.get("/api/v1/tickets/4").get_json()["choices"]
    assert choices["levels"] == ["L1", "L2", "L3"]
    assert choices["others"] == ["acknowledge", "note"]
    assert choices["longest_snooze"] == 7200


def test_every_commands_fields_are_shown_once_its_tile_is_chosen() -> None:
    css = (ASSETS / "rung.css").read_text()
    assert [name for name in _TILES if f"form:has(#do-{name}:checked) .offer.{name}" not in css] == []
    assert set(_TILES) == set(names()) - {"acknowledge"}
