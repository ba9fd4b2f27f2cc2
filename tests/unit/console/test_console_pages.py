"""Tickets, ledgers, the acknowledge link, errors."""

import re

import pytest
from access_fakes import FakeAccess
from console_fakes import LINKS, PEOPLE, FakeDesk, acknowledge_as, row, token_for
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from mapping_fakes import FakeMappingDesk

import console
from console.links import AcknowledgeLinks, LinkError
from core.model import Acknowledge, State
from core.ports import StorageUnavailableError

OUTSIDE = {"REMOTE_ADDR": "203.0.113.9", "HTTP_HOST": "rung.example.com"}


def text(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def send(client: FlaskClient, path: str, page: str, **fields: str) -> str:
    """Send the form that stands on a page, as a browser without script does, and follow to where it leads."""
    found = re.search(r'name="token" value="([^"]+)"', text(client, page))
    assert found
    answer = client.post(path, data={"token": found[1], **fields}, follow_redirects=True)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_a_ticket_tells_everything_about_itself(client: FlaskClient) -> None:
    html = text(client, "/tickets/4")
    for said in ("SEV2", "4 min 12 s left", "Payments Support", "policy.yaml version 3", "Impact", "Not created",
                 "k3v9-4", "customfield_10040 is required. Map it.", "Runbook: RB-17"):  # fmt: skip
        assert said in html


def test_a_ticket_that_is_over_says_since_when_and_why(client: FlaskClient, desk: FakeDesk) -> None:
    desk.rows = (row(4, state=State.RESOLVED, acknowledged_by="lee"),)
    html = text(client, "/tickets/4")
    assert re.search(r"Resolved</span>.*2 minutes ago</time>: The gateway was rolled back.", html)
    assert "stops the response clock" not in html
    assert "Nothing is asked of you any more." in text(client, f"/acknowledge/{token_for(4)}")


def test_the_timeline_has_the_newest_first_with_reasons_as_sentences(client: FlaskClient) -> None:
    html = text(client, "/tickets/4").partition('class="timeline"')[2]
    newest, oldest = html.index("Lee Park commented"), html.index("Alertmanager reported")
    assert newest < html.index("SEV2 because impact is high and urgency is medium.") < oldest
    assert '">INC0012344</a> was created on servicenow-main.' in html


def test_a_hostile_ticket_page_is_only_text(client: FlaskClient) -> None:
    html = text(client, "/tickets/8")
    assert "<script>alert" not in html
    assert "javascript:" not in html
    assert "\u202e" not in html


def test_a_person_acknowledges_without_script(client: FlaskClient, desk: FakeDesk) -> None:
    html = send(client, "/tickets/4/acknowledge", "/tickets/4", by="dana", back="ticket")
    assert desk.commands == [(4, acknowledge_as("dana"))]
    assert "acknowledged in the console, 6 minutes after it was asked for." in html
    assert "Dana Reyes has it" in html


def test_the_board_leads_back_to_the_board_and_remembers_who(client: FlaskClient) -> None:
    html = send(client, "/tickets/4/acknowledge", "/", by="lee", back="board")
    assert "<h1" in html
    assert '<option value="lee" selected>' in html


def test_nobody_cannot_acknowledge(client: FlaskClient, desk: FakeDesk) -> None:
    token = re.findall(r'name="token" value="([^"]+)"', text(client, "/tickets/4"))[0]
    answer = client.post("/tickets/4/acknowledge", data={"token": token, "by": ""})
    assert answer.status_code == 422
    assert "choose your name first" in answer.get_data(as_text=True)
    assert desk.commands == []


def test_nobody_else_can_make_a_page_say_something(client: FlaskClient) -> None:
    assert "Call this number" not in text(client, "/tickets/4?said=Call+this+number")


def test_deliveries_show_what_was_not_understood_and_why(client: FlaskClient) -> None:
    html = text(client, "/deliveries")
    assert "mappings/servicenow/mapping.yaml line 31" in html
    assert "Not understood" in html
    assert "INC0012399" not in text(client, "/deliveries?status=declined")
    assert "marked “Failed”" in text(client, "/deliveries?status=failed")
    assert "The known ones are received, applied" in text(client, "/deliveries?status=lost", 400)


def test_a_delivery_shows_its_body_as_text(client: FlaskClient) -> None:
    html = text(client, "/deliveries/41")
    assert "&lt;/pre&gt;&lt;script&gt;" in html
    assert "</pre><script>" not in html
    assert "&#34;state&#34;: &#34;17&#34;" in html


def test_a_delivery_is_replayed_from_its_page(client: FlaskClient, desk: FakeDesk) -> None:
    assert "Delivery 41 is being looked at again." in send(client, "/deliveries/41/replay", "/deliveries/41")
    assert desk.replayed == [("delivery", 41)]
    assert "Look at it again" not in text(client, "/deliveries/40")


def test_what_cannot_be_replayed_says_why(client: FlaskClient) -> None:
    token = re.findall(r'name="token" value="([^"]+)"', text(client, "/deliveries/41"))[0]
    answer = client.post("/deliveries/40/replay", data={"token": token})
    assert answer.status_code == 409
    assert "only what was not can be replayed" in answer.get_data(as_text=True)


def test_a_dead_action_shows_its_reason_and_is_tried_again(client: FlaskClient, desk: FakeDesk) -> None:
    html = text(client, "/actions")
    assert "Given up" in html
    assert "Tell Dana Reyes: SEV2 Payments: checkout is slow" in html
    assert "Create a record on jira-main: severity SEV2" in html
    assert html.count("Try again") == 1
    assert "Action 4 is being tried again." in send(client, "/actions/4/replay", "/actions")
    assert desk.replayed == [("action", 4)]


def test_the_link_in_a_message_shows_the_ticket_and_one_button_from_anywhere(client: FlaskClient) -> None:
    answer = client.get(f"/acknowledge/{token_for(4)}", environ_overrides=OUTSIDE)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert html.count("<button") - html.count('class="quiet') == 1
    assert "Acknowledge as Dana Reyes" in html
    assert "Checkout answers slower" in html
    assert "/tickets/4" not in html


def test_following_the_link_changes_nothing(client: FlaskClient, desk: FakeDesk) -> None:
    for method in ("GET", "HEAD"):
        assert client.open(f"/acknowledge/{token_for(4)}", method=method).status_code == 200
    assert desk.commands == []


def test_pressing_the_links_button_acknowledges_for_that_person(client: FlaskClient, desk: FakeDesk) -> None:
    path = f"/acknowledge/{token_for(4)}"
    answer = client.post(path, environ_overrides=OUTSIDE)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(path)
    assert desk.commands == [(4, Acknowledge("dana", "by the link in a message"))]
    assert "You have it" in client.get(path, environ_overrides=OUTSIDE).get_data(as_text=True)
    assert "Dana Reyes has it" in text(client, f"/acknowledge/{token_for(4, 'lee')}")


@pytest.mark.parametrize(
    "token", ["nonsense", "a.b.c", token_for(4)[:-2], "%00"], ids=["nonsense", "made up", "cut", "nul"]
)
def test_a_broken_link_says_what_to_do_instead(client: FlaskClient, desk: FakeDesk, token: str) -> None:
    for answer in (client.get(f"/acknowledge/{token}"), client.post(f"/acknowledge/{token}")):
        assert answer.status_code == 404
        assert "Acknowledge on the platform itself" in answer.get_data(as_text=True)
    assert desk.commands == []


def test_an_old_link_says_that_it_has_expired(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    token = token_for(4)
    assert LINKS.read(token) == (4, "dana")
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: 4_000_000_000)
    with pytest.raises(LinkError, match="7 days") as caught:
        LINKS.read(token)
    assert caught.value.expired
    assert client.post(f"/acknowledge/{token}").status_code == 410


def test_a_link_is_made_for_a_message(client: FlaskClient) -> None:
    links = AcknowledgeLinks("secret", "https://rung.example.com/")
    assert links.make(7, "ines").startswith("https://rung.example.com/acknowledge/")
    assert links.read(links.make(7, "ines").rpartition("/")[2]) == (7, "ines")
    assert "secret" not in repr(links)
    with pytest.raises(LinkError):
        AcknowledgeLinks("other", "").read(links.make(7, "ines").rpartition("/")[2])
    with pytest.raises(ValueError, match="secret"):
        AcknowledgeLinks("", "https://rung.example.com")


def test_a_token_for_another_purpose_is_no_link() -> None:
    serializer: URLSafeTimedSerializer = LINKS.serializer("said")
    with pytest.raises(LinkError):
        LINKS.read(str(serializer.dumps([4, "dana"])))


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/tickets/77", "There is no ticket 77."),
        ("/deliveries/1", "There is no delivery 1."),
        ("/no/where", "no such page"),
    ],
)
def test_what_is_not_there_is_told_in_a_sentence(client: FlaskClient, path: str, sentence: str) -> None:
    assert sentence in text(client, path, 404)


def test_a_database_that_is_away_is_told_with_what_to_do(client: FlaskClient, desk: FakeDesk) -> None:
    desk.error = StorageUnavailableError("could not connect to 10.1.2.3 as rung")
    html = text(client, "/", 503)
    assert "cannot reach its database" in html
    assert "10.1.2.3" not in html


def test_a_defect_is_a_page_and_not_a_traceback(desk: FakeDesk, app: Flask) -> None:
    desk.error = RuntimeError("secret detail")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = app.test_client().get("/tickets/4")
    assert answer.status_code == 500
    assert "Something went wrong within Rung" in answer.get_data(as_text=True)
    assert "secret detail" not in answer.get_data(as_text=True)


def test_a_changed_roster_is_seen_without_a_restart(desk: FakeDesk) -> None:
    roster = dict(PEOPLE)
    app = Flask("people")
    app.register_blueprint(
        console.blueprint(
            desk, mappings=FakeMappingDesk(), access=FakeAccess(), clock=desk.now, links=LINKS, people=lambda: roster
        )
    )
    etag = app.test_client().get("/").headers["ETag"]
    roster["kim"] = "Kim Novak"
    answer = app.test_client().get("/", headers={"If-None-Match": etag})
    assert "Kim Novak" in answer.get_data(as_text=True)
