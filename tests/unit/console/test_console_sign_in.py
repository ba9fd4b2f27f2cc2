"""Signing in and out through the pages, at a stand-in for an issuer over real HTTP, as a browser and as an attacker."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from access_fakes import FakeAccess
from console_fakes import FakeDesk, application, token_for
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import console
from connectors import oidc
from console.callers import person_by_email
from console.cookies import FLOWS, onward
from console.signin import AT_ONCE, SignIn
from core.access import Flow, Identity, SignOnError
from core.model import Acknowledge, Role, Take
from sandbox.issuer import CLIENT_ID, CLIENT_SECRET, Account, Issuer
from sandbox.issuer.server import Mischief

HOME = "https://rung.example.com"
SESSION = "__Host-rung_session"
LINKS = console.AcknowledgeLinks("a secret of the tests", HOME)
EMAILS = {"dana": ["Dana.Reyes@example.com"], "lee": ["lee.park@example.com"], "sam": ["sam.okafor@example.com"]}
ROLES = {"oncall": Role.RESPONDER, "leads": Role.MANAGER, "platform": Role.ADMIN, "readers": Role.VIEWER}


@pytest.fixture(scope="module")
def running() -> Iterator[Issuer]:
    with Issuer() as issuer:
        yield issuer


@pytest.fixture
def issuer(running: Issuer) -> Iterator[Issuer]:
    people = dict(running.people)
    running.mischief = Mischief()
    running.asked.clear()
    yield running
    running.people, running.mischief = people, Mischief()


@pytest.fixture
def access() -> FakeAccess:
    return FakeAccess()


def sign_in_at(at: Issuer, **changes: Any) -> SignIn:
    config = oidc.OidcConfig(
        issuer=at.url, client_id=CLIENT_ID, secret=CLIENT_SECRET, redirect_uri=f"{HOME}/sign-in/back"
    )
    return SignIn(oidc.build(replace(config, **changes)), ROLES, timedelta(hours=12))


def made(
    desk: FakeDesk, access: FakeAccess, how: SignIn, links: console.AcknowledgeLinks = LINKS, **more: Any
) -> Flask:
    return application(
        desk, access=access, links=links, sign_in=how, by_email=lambda email: person_by_email(email, EMAILS), **more
    )


@pytest.fixture
def app(desk: FakeDesk, access: FakeAccess, issuer: Issuer) -> Flask:
    return made(desk, access, sign_in_at(issuer))


class Browser:
    """A browser from elsewhere, at the public address, behind a TLS proxy."""

    def __init__(self, app: Flask, home: str = HOME, peer: str = "10.0.0.9") -> None:
        self.client: FlaskClient = app.test_client()
        self._home, self._peer = home, {"REMOTE_ADDR": peer}

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(path, **{"base_url": self._home, "environ_overrides": self._peer, **more})

    def post(self, path: str, **more: Any) -> TestResponse:
        return self.client.post(path, **{"base_url": self._home, "environ_overrides": self._peer, **more})

    def back_from_issuer(self, name: str, target: str = "/") -> str:
        """Go to the issuer and sign in there; returns the path with which it sends back."""
        gone = self.get("/sign-in/go", query_string={"next": target})
        assert gone.status_code == 303, gone.text
        answer = requests.get(f"{gone.headers['Location']}&as={name}", allow_redirects=False, timeout=5)
        return answer.headers["Location"].removeprefix(HOME)

    def sign_in(self, name: str, target: str = "/") -> TestResponse:
        return self.get(self.back_from_issuer(name, target))

    def form(self, path: str = "/tickets/4") -> dict[str, str]:
        found = re.search(r'name="token" value="([^"]+)"', self.get(path).text)
        assert found
        return {"token": found[1]}

    def session(self) -> str:
        cookie = self.client.get_cookie(SESSION, domain="rung.example.com")
        return cookie.value if cookie else ""


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app)


def test_a_page_sends_to_sign_in_and_back_to_itself(browser: Browser) -> None:
    sent = browser.get("/deliveries?status=unmapped")
    assert (sent.status_code, sent.headers["Location"]) == (303, "/sign-in?next=/deliveries?status%3Dunmapped")
    page = browser.get(sent.headers["Location"])
    assert "Sign in at 127.0.0.1" in page.text
    assert "Checkout" not in page.text
    assert 'href="/sign-in/go?next=/deliveries?status%3Dunmapped"' in page.text
    done = browser.sign_in("sam", "/deliveries?status=unmapped")
    assert (done.status_code, done.headers["Location"]) == (303, "/deliveries?status=unmapped")
    assert browser.get("/deliveries?status=unmapped").status_code == 200


def test_the_session_cookie_is_for_this_host_https_and_the_server_alone(browser: Browser) -> None:
    answer = browser.sign_in("dana")
    (cookie,) = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith(f"{SESSION}=")]
    parts = {one.strip().lower() for one in cookie.split(";")[1:]}
    assert {"secure", "httponly", "samesite=lax", "path=/", "max-age=43200"} <= parts
    assert not [one for one in parts if one.startswith("domain")]
    assert "dana" not in cookie.lower()


def test_who_signed_in_is_shown_with_their_role_and_acts_as_themselves(browser: Browser, desk: FakeDesk) -> None:
    browser.sign_in("dana")
    page = browser.get("/tickets/4").text
    assert "Dana Reyes" in page
    assert "Role: responder" in page
    assert "choose name" not in page.partition("overrule")[0]
    sent = browser.post("/tickets/4/acknowledge", data=browser.form())
    assert sent.status_code == 303
    browser.post("/api/v1/tickets/4/take", json={})
    assert desk.commands == [
        (4, Acknowledge("dana", "in the console (signed in)")),
        (4, Take("dana", "through the API (signed in)")),
    ]


@pytest.mark.parametrize("by", ["lee", "Lee Park"])
def test_nobody_acts_as_somebody_else(browser: Browser, desk: FakeDesk, by: str) -> None:
    browser.sign_in("dana")
    browser.client.set_cookie("rung_who", "lee", domain="rung.example.com")
    form = browser.form()
    assert browser.post("/tickets/4/acknowledge", data={**form, "by": by}).status_code == 403
    assert browser.post("/tickets/4/command", data={**form, "command": "take", "by": by}).status_code == 403
    assert browser.post("/api/v1/tickets/4/take", json={"by": by}).status_code == 403
    assert desk.commands == []


def test_who_is_not_on_the_roster_looks_and_decides_nothing(browser: Browser, issuer: Issuer, desk: FakeDesk) -> None:
    issuer.people["kim"] = Account("7d1f-kim", {"email": "kim@example.com", "groups": ["platform"]})
    browser.sign_in("kim")
    page = browser.get("/tickets/4").text
    assert "Nobody on the roster has this address" in page
    assert 'action="/tickets/4/acknowledge"' not in page
    answer = browser.post("/api/v1/tickets/4/take", json={})
    assert (answer.status_code, desk.commands) == (403, [])
    assert "Nobody on the roster has the address kim@example.com" in answer.get_json()["error"]


def test_an_unverified_address_makes_nobody_of_anybody(browser: Browser, issuer: Issuer, desk: FakeDesk) -> None:
    claims = {"email": "dana.reyes@example.com", "email_verified": False, "groups": ["platform"]}
    issuer.people["eve"] = Account("7d1f-eve", claims)
    browser.sign_in("eve")
    answer = browser.post("/api/v1/tickets/4/take", json={"by": "dana"})
    assert (answer.status_code, desk.commands) == (403, [])
    assert "verified" in answer.get_json()["error"]


def test_a_viewer_sees_no_button_that_would_be_refused(browser: Browser, desk: FakeDesk) -> None:
    browser.sign_in("ines")
    for path in ("/", "/tickets/4", "/actions"):
        said = re.findall(r"<button[^>]*>([^<]*)", browser.get(path).text)
        assert set(said) <= {"Sign out", "?", "Close", "Filter"}, path
    refused = browser.get("/deliveries/41")
    assert refused.status_code == 403
    assert "That takes the role responder; you come in as viewer." in refused.text


@pytest.mark.parametrize(
    ("name", "role"), [("ines", "viewer"), ("dana", "responder"), ("lee", "manager"), ("sam", "admin")]
)
def test_the_highest_role_of_somebodys_groups_counts(browser: Browser, name: str, role: str) -> None:
    browser.sign_in(name)
    assert f"Role: {role}" in browser.get("/").text


def test_who_has_no_role_gets_no_session(browser: Browser, access: FakeAccess) -> None:
    answer = browser.sign_in("mallory")
    assert answer.status_code == 403
    assert "none of your groups has a right here" in answer.text
    assert "mallory.kent@example.com" in answer.text
    assert "another account" in answer.text
    assert (access.sessions, browser.session()) == ({}, "")


def test_whose_rights_were_taken_away_loses_the_session_by_signing_in_anew(
    browser: Browser, access: FakeAccess, issuer: Issuer
) -> None:
    browser.sign_in("dana")
    issuer.people["dana"] = Account("7d1f-dana", {"email": "dana.reyes@example.com", "groups": []})
    assert browser.sign_in("dana").status_code == 403
    assert access.sessions == {}
    assert browser.get("/").status_code == 303


def test_everybody_may_be_given_a_role(desk: FakeDesk, access: FakeAccess, issuer: Issuer) -> None:
    browser = Browser(made(desk, access, replace(sign_in_at(issuer), roles={"*": Role.VIEWER})))
    browser.sign_in("mallory")
    assert browser.get("/").status_code == 200


def test_without_a_session_nothing_is_shown_or_done_from_anywhere(app: Flask, desk: FakeDesk) -> None:
    for peer in ("10.0.0.9", "127.0.0.1"):
        browser = Browser(app, peer=peer)
        for path in ("/", "/board", "/tickets/4", "/deliveries/41", "/actions", "/nowhere"):
            answer = browser.get(path)
            assert answer.status_code in {303, 401}, path
            assert "Checkout" not in answer.text
        told = browser.get("/api/v1/tickets")
        assert (told.status_code, told.headers["WWW-Authenticate"]) == (401, 'Bearer realm="Rung"')
        assert browser.post("/api/v1/tickets/4/take", json={"by": "dana"}).status_code == 401
        posted = browser.post("/tickets/4/acknowledge", data={"by": "dana"})
        assert posted.status_code == 401
        assert 'href="/sign-in?next=/tickets/4"' in posted.text
    assert (desk.commands, desk.replayed) == ([], [])


def test_the_boards_part_is_refused_and_not_sent_on_so_that_the_script_can_tell(browser: Browser) -> None:
    assert browser.get("/board").status_code == 401
    assert browser.client.head("/board", base_url=HOME).status_code == 401


def test_assets_and_links_in_messages_work_without_signing_in(browser: Browser, desk: FakeDesk) -> None:
    assert browser.get("/assets/rung.css").status_code == 200
    link = f"/acknowledge/{token_for(4)}"
    assert browser.get(link).status_code == 200
    assert browser.post(link).status_code == 303
    assert len(desk.commands) == 1


@pytest.mark.parametrize("host", ["evil.test", "rung.example.com.evil.test", "127.0.0.1:8321", "rung.example.com:8443"])
@pytest.mark.parametrize("path", ["/", "/sign-in", "/sign-in/go", "/sign-in/back?state=x", "/api/v1/tickets"])
def test_another_host_shows_nothing_and_sends_nobody_anywhere(browser: Browser, host: str, path: str) -> None:
    browser.sign_in("sam")
    cookie = f"{SESSION}={browser.session()}"
    answer = browser.client.get(path, headers={"Host": host, "X-Forwarded-Host": "rung.example.com", "Cookie": cookie})
    assert answer.status_code == 403
    assert "https://rung.example.com only" in answer.text
    assert "Location" not in answer.headers


def test_a_forwarded_host_is_not_believed(browser: Browser) -> None:
    gone = browser.get("/sign-in/go", headers={"X-Forwarded-Host": "evil.test", "X-Forwarded-Proto": "http"})
    asked = parse_qs(urlsplit(gone.headers["Location"]).query)
    assert asked["redirect_uri"] == [f"{HOME}/sign-in/back"]


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.test/",
        "//evil.test/",
        "/\\evil.test",
        "\\\\evil.test",
        "/\t/evil.test",
        "/\n/evil.test",
        "\t//evil.test",
        " //evil.test",
        "javascript:alert(1)",
        "",
        "evil.test",
        "/sign-in/go",
        "/sign-out",
        "/" + "x" * 2000,
        "/\u2028/evil.test",
        "http:evil.test",
        "/tickets\r\nSet-Cookie: a=b",
    ],
)
def test_after_signing_in_nobody_is_sent_elsewhere(browser: Browser, target: str) -> None:
    assert onward(target) == "/"
    done = browser.sign_in("dana", target)
    assert (done.status_code, done.headers["Location"]) == (303, "/")
    assert browser.get("/sign-in", query_string={"next": target}).headers["Location"] == "/"


@pytest.mark.parametrize("target", ["/", "/tickets/4?do=take", "/?q=%2F%2Fevil.test", "/deliveries"])
def test_after_signing_in_one_goes_on_to_where_one_was(browser: Browser, target: str) -> None:
    assert urlsplit(browser.sign_in("dana", target).headers["Location"]).netloc == ""
    assert onward(target) == target


def test_a_sign_in_that_another_browser_began_is_refused(app: Flask, access: FakeAccess) -> None:
    theirs, mine = Browser(app), Browser(app)
    link = theirs.back_from_issuer("mallory")
    answer = mine.get(link)
    assert answer.status_code == 400
    assert "not begun in this browser" in answer.text
    mine.get("/sign-in/go")
    assert mine.get(link).status_code == 400
    assert access.sessions == {}


def test_an_answer_is_good_once(browser: Browser, access: FakeAccess) -> None:
    link = browser.back_from_issuer("dana")
    assert browser.get(link).status_code == 303
    assert browser.get(link).status_code == 400
    assert len(access.sessions) == 1


@pytest.mark.parametrize("state", ["", "x", "\u00e9", "a" * 9000, "a\nb"])
def test_a_state_that_was_made_up_is_refused(browser: Browser, issuer: Issuer, state: str) -> None:
    browser.get("/sign-in/go")
    issuer.asked.clear()
    answer = browser.get("/sign-in/back", query_string={"state": state, "code": "x", "iss": issuer.url})
    assert (answer.status_code, issuer.asked) == (400, [])


def test_a_code_of_somebody_else_put_into_ones_own_answer_is_refused(app: Flask, access: FakeAccess) -> None:
    """The issuer knows which challenge and which nonce a code was given for."""
    theirs, mine = Browser(app), Browser(app)
    stolen = parse_qs(urlsplit(theirs.back_from_issuer("sam")).query)["code"][0]
    own = {key: value[0] for key, value in parse_qs(urlsplit(mine.back_from_issuer("mallory")).query).items()}
    answer = mine.get("/sign-in/back", query_string={**own, "code": stolen})
    assert (answer.status_code, access.sessions) == (502, {})


def test_several_windows_sign_in_at_once(browser: Browser) -> None:
    links = [browser.back_from_issuer("dana", f"/tickets/{number}") for number in (4, 5)]
    assert [browser.get(link).headers["Location"] for link in links] == ["/tickets/4", "/tickets/5"]


def test_sign_ins_that_are_never_ended_do_not_pile_up(browser: Browser) -> None:
    for _ in range(3 * FLOWS):
        browser.get("/sign-in/go")
    assert len([name for name in browser.client._cookies if "rung_flow_" in name[2]]) <= FLOWS


def test_a_sign_in_gives_a_new_session_and_ends_the_one_before(browser: Browser, access: FakeAccess) -> None:
    browser.sign_in("dana")
    before = browser.session()
    browser.sign_in("sam")
    assert browser.session() != before
    assert [one.email for one in access.sessions.values()] == ["sam.okafor@example.com"]
    other = Browser(browser.client.application)
    other.client.set_cookie(SESSION, before, domain="rung.example.com")
    assert other.get("/").status_code == 303


@pytest.mark.parametrize("value", ["", "x", "000000000000000000000001.secret", "eyJhIjoxfQ.x.y", "a" * 4000])
def test_a_cookie_that_was_not_signed_here_opens_nothing(browser: Browser, access: FakeAccess, value: str) -> None:
    browser.sign_in("sam")
    assert "000000000000000000000001.secret" in access.sessions
    other = Browser(browser.client.application)
    other.client.set_cookie(SESSION, value, domain="rung.example.com")
    assert other.get("/").status_code == 303


def test_a_cookie_for_another_purpose_opens_nothing(browser: Browser, access: FakeAccess) -> None:
    browser.sign_in("sam")
    for purpose in ("form", "said", "acknowledge", "flow"):
        other = Browser(browser.client.application)
        forged = LINKS.serializer(purpose).dumps("000000000000000000000001.secret")
        other.client.set_cookie(SESSION, str(forged), domain="rung.example.com")
        assert other.get("/").status_code == 303


def test_a_session_that_has_ended_says_so(browser: Browser, access: FakeAccess) -> None:
    browser.sign_in("dana")
    access.sessions.clear()
    assert "Your sign-in has ended" in browser.get("/sign-in").text


def test_a_role_that_was_taken_away_is_gone_at_once(browser: Browser, access: FakeAccess) -> None:
    browser.sign_in("sam")
    access.demote(Role.VIEWER)
    assert browser.post("/actions/4/replay", data={}).status_code == 403


def test_signing_out_ends_the_session_for_good(browser: Browser, access: FakeAccess, issuer: Issuer) -> None:
    browser.sign_in("dana")
    kept = browser.session()
    answer = browser.post("/sign-out", data=browser.form("/"))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?out=1")
    assert (access.sessions, browser.session()) == ({}, "")
    page = browser.get("/sign-in?out=1").text
    assert "You are signed out" in page
    assert f'href="{issuer.url}/logout?client_id=rung&amp;post_logout_redirect_uri=https' in page
    other = Browser(browser.client.application)
    other.client.set_cookie(SESSION, kept, domain="rung.example.com")
    assert other.get("/").status_code == 303


@pytest.mark.parametrize(
    ("data", "headers"),
    [
        ({}, {}),
        ({"token": "made-up"}, {}),
        (None, {"Sec-Fetch-Site": "cross-site"}),
        (None, {"Origin": "https://evil.test"}),
        (None, {"Origin": "null"}),
    ],
)
def test_another_sites_page_signs_nobody_out(
    browser: Browser, access: FakeAccess, data: dict[str, str] | None, headers: dict[str, str]
) -> None:
    browser.sign_in("dana")
    form = browser.form("/") if data is None else data
    assert browser.post("/sign-out", data=form, headers=headers).status_code == 403
    assert len(access.sessions) == 1
    assert browser.get("/sign-out").status_code in {303, 404, 405}
    assert len(access.sessions) == 1


@pytest.mark.parametrize("path", ["/sign-out", "/tickets/4/acknowledge", "/tickets/4/command"])
@pytest.mark.parametrize("announced", [True, False])
def test_a_form_that_is_too_large_is_not_read(browser: Browser, desk: FakeDesk, path: str, announced: bool) -> None:
    browser.sign_in("dana")
    body = urlencode({"reason": "x" * 70_000, **browser.form("/"), "command": "take"}).encode()
    streamed: dict[str, Any] = {
        "input_stream": BytesIO(body),
        "environ_overrides": {"REMOTE_ADDR": "10.0.0.9", "wsgi.input_terminated": True},
    }
    more = {"data": body} if announced else streamed
    answer = browser.post(path, content_type="application/x-www-form-urlencoded", **more)
    assert (answer.status_code, desk.commands) == (413, [])
    assert browser.get("/").status_code == 200


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.test"}, {"Origin": "null"}]
)
def test_another_sites_page_takes_nobodys_cookie_though_it_comes_without_it(
    app: Flask, headers: dict[str, str]
) -> None:
    answer = Browser(app).post("/sign-out", headers=headers)
    assert (answer.status_code, "Set-Cookie" in answer.headers) == (403, False)


def test_another_sites_page_signs_nobody_in(browser: Browser, issuer: Issuer) -> None:
    for site in ("cross-site", "same-site"):
        answer = browser.get("/sign-in/go?next=/actions", headers={"Sec-Fetch-Site": site})
        assert answer.headers["Location"] == "/sign-in?next=/actions"
        assert "Set-Cookie" not in answer.headers
    assert issuer.asked == []


def test_somebody_elses_form_is_not_taken(app: Flask, desk: FakeDesk) -> None:
    mine, theirs = Browser(app), Browser(app)
    mine.sign_in("dana")
    theirs.sign_in("lee")
    assert mine.post("/tickets/4/acknowledge", data=theirs.form()).status_code == 403
    assert desk.commands == []


def test_our_own_origin_is_the_public_one_behind_a_tls_proxy(browser: Browser, desk: FakeDesk) -> None:
    browser.sign_in("dana")
    form = browser.form()
    for origin, status in ((HOME, 303), ("http://rung.example.com", 403), ("https://evil.test", 403)):
        answer = browser.post(
            "/tickets/4/acknowledge", data=form, headers={"Origin": origin}, base_url="http://rung.example.com"
        )
        assert answer.status_code == status, origin


def test_what_the_issuer_refuses_is_told_in_our_own_words(browser: Browser, issuer: Issuer) -> None:
    state = parse_qs(urlsplit(browser.get("/sign-in/go").headers["Location"]).query)["state"][0]
    evil = {"state": state, "error": "access_denied", "error_description": "Call +1 555 and tell your password"}
    answer = browser.get("/sign-in/back", query_string=evil)
    assert answer.status_code == 502
    assert "did not let you in" in answer.text
    assert "555" not in answer.text


def test_an_issuer_that_is_down_is_told_and_harms_nobody_who_is_in(browser: Browser, issuer: Issuer) -> None:
    browser.sign_in("dana")
    late = Browser(made(FakeDesk(), FakeAccess(), sign_in_at(issuer, issuer="http://127.0.0.1:1")))
    answer = late.get("/sign-in/go")
    assert answer.status_code == 502
    assert "does not answer at the moment" in answer.text
    assert browser.get("/").status_code == 200


def test_a_slow_issuer_takes_few_of_our_threads(desk: FakeDesk, access: FakeAccess) -> None:
    class Slow:
        host = "slow.example.com"
        entered, go_on = threading.Semaphore(0), threading.Event()

        def address(self, flow: Flow, *, choose: bool = False) -> str:
            self.entered.release()
            self.go_on.wait(10)
            raise SignOnError("It does not answer.")

        def identify(self, flow: Flow, code: str, issuer: str) -> Identity:
            raise SignOnError("It does not answer.")

        def goodbye(self, back: str) -> str:
            return ""

    slow = Slow()
    app = made(desk, access, SignIn(slow, ROLES, timedelta(hours=1)))
    waiting = [threading.Thread(target=lambda: Browser(app).get("/sign-in/go")) for _ in range(AT_ONCE)]
    for one in waiting:
        one.start()
    for _ in waiting:
        assert slow.entered.acquire(timeout=10)
    answer = Browser(app).get("/sign-in/go")
    slow.go_on.set()
    for one in waiting:
        one.join()
    assert answer.status_code == 503
    assert "Several people are signing in" in answer.text
    assert Browser(app).get("/sign-in/go").status_code == 502


def test_no_code_state_token_or_cookie_is_logged(browser: Browser, capsys: pytest.CaptureFixture[str]) -> None:
    link = browser.back_from_issuer("dana")
    browser.get(link)
    session = browser.session()
    browser.post("/tickets/4/acknowledge", data=browser.form())
    browser.get("/sign-in/back", query_string={"state": "made-up-state", "code": "made-up-code"})
    said = "".join(capsys.readouterr())
    asked = parse_qs(urlsplit(link).query)
    assert "signed in" in said
    assert "dana.reyes@example.com" in said
    for secret in (asked["code"][0], asked["state"][0], session, "made-up-state", "made-up-code", CLIENT_SECRET):
        assert secret not in said


def test_pages_by_https_tell_browsers_to_stay_there(browser: Browser) -> None:
    for path in ("/sign-in", "/"):
        answer = browser.get(path)
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_on_this_machine_by_http_the_cookie_is_plain(desk: FakeDesk, access: FakeAccess, issuer: Issuer) -> None:
    home = "http://127.0.0.1:8321"
    how = sign_in_at(issuer, redirect_uri=f"{home}/sign-in/back")
    browser = Browser(made(desk, access, how, console.AcknowledgeLinks("a secret of the tests", home)), home)
    gone = browser.get("/sign-in/go")
    answer = requests.get(f"{gone.headers['Location']}&as=dana", allow_redirects=False, timeout=5)
    done = browser.get(answer.headers["Location"].removeprefix(home))
    assert "rung_session=" in str(done.headers.getlist("Set-Cookie"))
    assert "Secure" not in str(done.headers.getlist("Set-Cookie"))
    assert "Strict-Transport-Security" not in done.headers
    assert browser.get("/").status_code == 200


def test_a_token_comes_in_from_everywhere_once_people_can_sign_in(browser: Browser, access: FakeAccess) -> None:
    header = access.give(Role.VIEWER)
    assert browser.get("/api/v1/tickets", headers=header).status_code == 200
    inside = browser.client.get("/api/v1/tickets", base_url="http://rung-web:8321", headers=header)
    assert inside.status_code == 200
    assert browser.get("/api/v1/tickets", headers={"Authorization": "Bearer nonsense"}).status_code == 401


def test_a_token_that_does_not_work_is_refused_beside_a_session_too(browser: Browser) -> None:
    browser.sign_in("sam")
    assert browser.get("/api/v1/tickets", headers={"Authorization": "Bearer nonsense"}).status_code == 401


def test_a_token_that_came_by_plain_http_is_refused_where_a_proxy_of_ours_says_so(
    desk: FakeDesk, access: FakeAccess, issuer: Issuer
) -> None:
    browser = Browser(made(desk, access, sign_in_at(issuer), peers=console.Peers.of("10.0.0.0/8")))
    header = {**access.give(Role.ADMIN), "X-Forwarded-Proto": "http"}
    told = browser.get("/api/v1/tickets", headers=header)
    assert (told.status_code, "plain http" in told.text) == (403, True)
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert browser.get("/api/v1/tickets", headers=header, environ_overrides=elsewhere).status_code == 200
    assert browser.get("/api/v1/tickets", headers={**header, "X-Forwarded-Proto": "https"}).status_code == 200
