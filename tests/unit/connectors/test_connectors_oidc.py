"""Signing in over real HTTP at a stand-in, and every way in which an issuer may be wrong or false."""

from __future__ import annotations

import base64
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Response
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from connectors import oidc
from connectors.oidc import provider
from connectors.oidc.asking import LARGEST
from core.access import Flow, Identity, SignOnError
from sandbox.issuer import CLIENT_ID, CLIENT_SECRET, PEOPLE, Account, Issuer
from sandbox.issuer.server import Mischief

BACK = "https://rung.example.com/sign-in/back"
FLOW = Flow("the-state", "the-nonce", "v" * 64)
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "first"})


@pytest.fixture(scope="module")
def running() -> Iterator[Issuer]:
    with Issuer() as issuer:
        yield issuer


@pytest.fixture
def issuer(running: Issuer) -> Iterator[Issuer]:
    key, people = running.key, dict(running.people)
    running.mischief = Mischief()
    running.asked.clear()
    yield running
    running.key, running.people, running.mischief = key, people, Mischief()


def sign_on(at: Issuer, **changes: Any) -> oidc.OidcSignOn:
    config = oidc.OidcConfig(issuer=at.url, client_id=CLIENT_ID, secret=CLIENT_SECRET, redirect_uri=BACK)
    return oidc.build(replace(config, **changes))


def code_for(on: oidc.OidcSignOn, name: str, flow: Flow = FLOW) -> dict[str, str]:
    """What the browser brings back once that person has signed in."""
    answer = requests.get(f"{on.address(flow)}&as={name}", allow_redirects=False, timeout=5)
    assert answer.headers["Location"].startswith(f"{BACK}?")
    return {key: value[0] for key, value in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def identified(on: oidc.OidcSignOn, name: str = "dana", flow: Flow = FLOW) -> Identity:
    back = code_for(on, name)
    return on.identify(flow, back["code"], back["iss"])


def refusal(on: oidc.OidcSignOn, name: str = "dana", flow: Flow = FLOW) -> str:
    with pytest.raises(SignOnError) as caught:
        identified(on, name, flow)
    assert "the-nonce" not in f"{caught.value} {caught.value.detail}"
    assert "v" * 64 not in f"{caught.value} {caught.value.detail}"
    assert CLIENT_SECRET not in f"{caught.value} {caught.value.detail}"
    return caught.value.detail


def test_somebody_is_who_the_issuer_says(issuer: Issuer) -> None:
    who = identified(sign_on(issuer))
    assert who == Identity("7d1f-dana", "dana.reyes@example.com", "Dana Reyes", frozenset({"oncall"}))


def test_the_browser_is_sent_with_state_nonce_and_a_challenge_and_no_secret(issuer: Issuer) -> None:
    address = sign_on(issuer).address(FLOW)
    asked = {key: value[0] for key, value in parse_qs(urlsplit(address).query).items()}
    assert address.startswith(f"{issuer.url}/authorize?")
    assert (asked["state"], asked["nonce"], asked["redirect_uri"]) == ("the-state", "the-nonce", BACK)
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert asked["scope"] == "openid email profile"
    assert len(asked["code_challenge"]) == 43
    assert FLOW.verifier not in address
    assert CLIENT_SECRET not in address
    assert "prompt" not in asked
    assert "prompt=select_account" in sign_on(issuer).address(FLOW, choose=True)


def test_addresses_and_keys_are_asked_for_once(issuer: Issuer) -> None:
    on = sign_on(issuer)
    identified(on)
    identified(on, "lee")
    assert sum(line.endswith("openid-configuration") for line in issuer.asked) == 1
    assert sum(line.endswith("/keys") for line in issuer.asked) == 1


def test_a_code_is_good_once(issuer: Issuer) -> None:
    on = sign_on(issuer)
    back = code_for(on, "dana")
    on.identify(FLOW, back["code"], back["iss"])
    with pytest.raises(SignOnError) as caught:
        on.identify(FLOW, back["code"], back["iss"])
    assert "invalid_grant" in caught.value.detail


def test_a_code_is_worth_nothing_without_the_verifier_of_the_browser_that_began(issuer: Issuer) -> None:
    assert "invalid_grant" in refusal(sign_on(issuer), flow=Flow(FLOW.state, FLOW.nonce, "w" * 64))


def test_a_wrong_client_secret_is_told_to_the_log_without_it(issuer: Issuer) -> None:
    assert "invalid_client" in refusal(sign_on(issuer, secret="not-the-secret"))


def test_the_secret_goes_in_the_body_where_the_issuer_takes_it_only_there(issuer: Issuer) -> None:
    issuer.mischief.metadata["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
    assert identified(sign_on(issuer)).subject == "7d1f-dana"


def test_keys_that_were_changed_are_fetched_anew_but_not_for_every_made_up_one(issuer: Issuer) -> None:
    on = sign_on(issuer)
    identified(on)
    issuer.rotate()
    on._provider._keys = (time.monotonic() - provider.AGAIN_SECONDS, on._provider.keys())
    assert identified(on).subject == "7d1f-dana"
    issuer.asked.clear()
    issuer.mischief.header["kid"] = "made-up"
    assert "No key for kid" in refusal(on) or "kid" in refusal(on)
    assert not [line for line in issuer.asked if line.endswith("/keys")]


def encoded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def unsigned(header: dict[str, Any], claims: dict[str, Any]) -> str:
    return f"{encoded({**header, 'alg': 'none'})}.{encoded(claims)}."


def by_another_key(header: dict[str, Any], claims: dict[str, Any]) -> str:
    return jwt.encode(header, claims, OTHER_KEY, algorithms=["RS256"])


def with_its_own_key(header: dict[str, Any], claims: dict[str, Any]) -> str:
    mine = {**header, "jwk": OTHER_KEY.as_dict(private=False)}
    body = f"{encoded(mine)}.{encoded(claims)}"
    signature = jwt.encode(header, claims, OTHER_KEY, algorithms=["RS256"]).rpartition(".")[2]
    return f"{body}.{signature}"


def by_the_client_secret(header: dict[str, Any], claims: dict[str, Any]) -> str:
    key = OctKey.import_key(CLIENT_SECRET.ljust(32, "x"))
    return jwt.encode({**header, "alg": "HS256"}, claims, key, algorithms=["HS256"])


def by_the_public_key_as_a_secret(issuer: Issuer) -> Callable[[dict[str, Any], dict[str, Any]], str]:
    pem = issuer.key.as_pem(private=False)

    def sign(header: dict[str, Any], claims: dict[str, Any]) -> str:
        import hashlib
        import hmac

        body = f"{encoded({**header, 'alg': 'HS256'})}.{encoded(claims)}"
        digest = hmac.new(pem, body.encode(), hashlib.sha256).digest()
        return f"{body}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"

    return sign


@pytest.mark.parametrize("sign", [unsigned, by_another_key, with_its_own_key, by_the_client_secret])
def test_a_token_that_the_issuer_did_not_sign_is_refused(
    issuer: Issuer, sign: Callable[[dict[str, Any], dict[str, Any]], str]
) -> None:
    issuer.mischief.sign = sign
    assert "the ID token is refused" in refusal(sign_on(issuer))


def test_the_public_key_is_no_shared_secret(issuer: Issuer) -> None:
    issuer.mischief.sign = by_the_public_key_as_a_secret(issuer)
    assert "the ID token is refused" in refusal(sign_on(issuer))


def test_a_symmetric_key_that_is_published_verifies_nothing(issuer: Issuer) -> None:
    shared = OctKey.generate_key(256, {"kid": "shared"})
    issuer.mischief.answers["keys"] = lambda: Response(
        json.dumps({"keys": [shared.as_dict(private=True), issuer.key.as_dict(private=False)]}),
        content_type="application/json",
    )
    issuer.mischief.sign = lambda header, claims: jwt.encode(
        {**header, "alg": "HS256", "kid": "shared"}, claims, shared, algorithms=["HS256"]
    )
    assert "the ID token is refused" in refusal(sign_on(issuer))


NOW = int(time.time())


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.example.com"},
        {"iss": None},
        {"aud": "another-client"},
        {"aud": ["another-client"]},
        {"aud": []},
        {"aud": [CLIENT_ID, "another-client"]},
        {"azp": "another-client"},
        {"exp": NOW - 3600},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": True},
        {"iat": NOW + 3600},
        {"iat": None},
        {"nbf": NOW + 3600},
        {"nonce": "another"},
        {"nonce": None},
        {"nonce": ["the-nonce"]},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 300},
        {"sub": "a\nb"},
        {"at_hash": "bm90IGl0"},
    ],
    ids=lambda claims: next(iter(claims)),  # not their values: some are times, and differ from process to process
)
def test_a_token_for_another_sign_in_client_or_time_is_refused(issuer: Issuer, claims: dict[str, Any]) -> None:
    issuer.mischief.claims = claims
    assert refusal(sign_on(issuer))


@pytest.mark.parametrize(
    "token",
    [
        {"id_token": None},
        {"id_token": 7},
        {"id_token": ""},
        {"id_token": "a.b"},
        {"id_token": "a.b.c"},
        {"id_token": "x" * 900_000},
        {"id_token": f"{encoded({'alg': 'RS256', 'kid': 'first'})}.{'W1tb' * 30_000}.c2ln"},
    ],
    ids=lambda token: repr(token)[:40],
)
def test_rubbish_in_the_tokens_place_is_refused(issuer: Issuer, token: dict[str, Any]) -> None:
    issuer.mischief.token = token
    assert refusal(sign_on(issuer))


@pytest.mark.parametrize("path", ["openid-configuration", "token", "keys"])
@pytest.mark.parametrize(
    "answer",
    [
        lambda: Response("<html>a gateway's page</html>", 200),
        lambda: Response("<html>a gateway's page</html>", 502),
        lambda: Response("[]", content_type="application/json"),
        lambda: Response("[" * 100_000, content_type="application/json"),
        lambda: Response("null", content_type="application/json"),
        lambda: Response("{}", content_type="application/json"),
        lambda: Response(b"\xff\xfe\x00", content_type="application/json"),
        lambda: Response('{"keys": 7, "error": {"a": 1}}', content_type="application/json"),
        lambda: Response(b" " * (LARGEST + 1), content_type="application/json"),
        lambda: Response("", 302, {"Location": "http://127.0.0.1:1/elsewhere"}),
        lambda: Response("", 307, {"Location": "http://127.0.0.1:1/elsewhere"}),
    ],
    ids=["page", "502", "list", "nested", "null", "empty", "binary", "odd", "huge", "302", "307"],
)
def test_rubbish_from_the_issuer_is_told_as_a_sentence(
    issuer: Issuer, path: str, answer: Callable[[], Response]
) -> None:
    on = sign_on(issuer)
    back = code_for(sign_on(issuer), "dana")
    issuer.mischief.answers[path] = answer
    with pytest.raises(SignOnError) as caught:
        on.identify(FLOW, back["code"], back["iss"])
    assert str(caught.value).endswith(".")
    assert caught.value.detail


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://other.example.com"},
        {"issuer": None},
        {"token_endpoint": None},
        {"token_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "file:///etc/passwd"},
        {"jwks_uri": "//nowhere"},
        {"jwks_uri": "http://["},
        {"end_session_endpoint": "data:text/html,x"},
        {"authorization_endpoint": "http://a.example.com/\r\nSet-Cookie: x=y"},
    ],
    ids=str,
)
def test_an_issuer_that_describes_itself_wrongly_is_not_used(issuer: Issuer, metadata: dict[str, Any]) -> None:
    issuer.mischief.metadata = metadata
    with pytest.raises(SignOnError):
        sign_on(issuer).address(FLOW)


def test_an_issuer_by_https_has_no_addresses_by_http() -> None:
    config = oidc.OidcConfig(issuer="https://login.example.com", client_id="rung", redirect_uri=BACK)
    told = dict.fromkeys(("authorization_endpoint", "token_endpoint", "jwks_uri"), "http://login.example.com/x")
    with pytest.raises(SignOnError, match="cannot be used"):
        provider._endpoints({"issuer": "https://login.example.com", **told}, config)


def test_a_slash_at_the_end_of_the_issuer_does_not_matter(issuer: Issuer) -> None:
    assert identified(sign_on(issuer, issuer=f"{issuer.url}/")).subject == "7d1f-dana"


def test_an_answer_from_another_issuer_is_refused(issuer: Issuer) -> None:
    on = sign_on(issuer)
    for told in ("https://evil.example.com", ""):
        with pytest.raises(SignOnError) as caught:
            on.identify(FLOW, code_for(on, "dana")["code"], told)
        assert "another issuer" in caught.value.detail
    assert not [line for line in issuer.asked if line.endswith("/token")]


@pytest.mark.parametrize("code", ["", "x" * 5000, "a\nb"])
def test_what_is_no_code_is_not_sent_on(issuer: Issuer, code: str) -> None:
    with pytest.raises(SignOnError):
        sign_on(issuer).identify(FLOW, code, issuer.url)
    assert not [line for line in issuer.asked if line.endswith("/token")]


def test_an_issuer_that_is_not_there_is_told(issuer: Issuer) -> None:
    with pytest.raises(SignOnError, match="does not answer"):
        sign_on(issuer, issuer="http://127.0.0.1:1").address(FLOW)


def test_an_issuer_that_never_answers_is_left(issuer: Issuer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(SignOnError, match="does not answer"):
            sign_on(issuer, issuer=url, timeout=(0.3, 0.3)).address(FLOW)
        assert time.monotonic() - began < 3


def test_an_issuer_that_answers_a_byte_at_a_time_is_left(issuer: Issuer) -> None:
    stop = threading.Event()

    def drip(listening: socket.socket) -> None:
        peer, _ = listening.accept()
        with peer:
            peer.recv(65536)
            peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n")
            while not stop.wait(0.02):
                try:
                    peer.sendall(b" ")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=drip, args=(listening,))
        thread.start()
        began = time.monotonic()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with pytest.raises(SignOnError):
            sign_on(issuer, issuer=url, timeout=(1.0, 1.0), whole=0.3).address(FLOW)
        assert time.monotonic() - began < 2
        stop.set()
        thread.join()


def with_claims(issuer: Issuer, more: dict[str, Any] | None = None, **claims: Any) -> Identity:
    base = {key: value for key, value in PEOPLE["dana"].claims.items() if key in {"name", "email", "email_verified"}}
    told = {key: value for key, value in {**base, **claims}.items() if value is not None}
    issuer.people["odd"] = Account("7d1f-odd", told, more or {})
    return identified(sign_on(issuer), "odd")


@pytest.mark.parametrize(
    ("groups", "found"),
    [
        (["oncall", "oncall"], {"oncall"}),
        ("oncall", {"oncall"}),
        (None, set()),
        ([], set()),
        (7, set()),
        ({"oncall": True}, set()),
        ([7, None, ["admins"], {"a": 1}, "", "oncall"], {"oncall"}),
        ("", set()),
    ],
    ids=str,
)
def test_groups_of_any_form_are_read_or_left(issuer: Issuer, groups: object, found: set[str]) -> None:
    assert with_claims(issuer, groups=groups).groups == found


def test_very_many_groups_are_taken_up_to_a_bound(issuer: Issuer) -> None:
    many = {"groups": [f"group-{number:06}" for number in range(30_000)]}
    assert len(with_claims(issuer, more=many).groups) == 10_000


def test_groups_that_the_issuer_left_out_are_told(issuer: Issuer) -> None:
    assert "too many" in with_claims(issuer, _claim_names={"groups": "src1"}).lacks
    assert "too many" in with_claims(issuer, hasgroups=True).lacks
    assert with_claims(issuer, groups=["oncall"], hasgroups=True).lacks == ""


def test_what_the_token_lacks_comes_from_the_userinfo_endpoint(issuer: Issuer) -> None:
    assert with_claims(issuer, more={"groups": ["platform"]}).groups == {"platform"}
    assert "GET /realms/main/userinfo" in issuer.asked
    issuer.asked.clear()
    assert with_claims(issuer, more={"groups": ["platform"]}, groups=["oncall"]).groups == {"oncall"}
    assert "GET /realms/main/userinfo" not in issuer.asked


def test_userinfo_about_somebody_else_is_refused(issuer: Issuer) -> None:
    with pytest.raises(SignOnError) as caught:
        with_claims(issuer, more={"sub": "7d1f-sam", "groups": ["platform"]})
    assert "somebody else" in caught.value.detail


def test_a_claim_is_named_whole_or_by_its_path(issuer: Issuer) -> None:
    issuer.people["odd"] = Account(
        "7d1f-odd", {"realm_access": {"roles": ["a"]}, "https://example.com/groups": ["b"], "x": 1}
    )
    assert identified(sign_on(issuer, groups_claim="realm_access.roles"), "odd").groups == {"a"}
    assert identified(sign_on(issuer, groups_claim="https://example.com/groups"), "odd").groups == {"b"}
    assert identified(sign_on(issuer, groups_claim="x.y"), "odd").groups == frozenset()


@pytest.mark.parametrize(
    ("claims", "email"),
    [
        ({}, "dana.reyes@example.com"),
        ({"email_verified": "true"}, "dana.reyes@example.com"),
        ({"email_verified": None}, "dana.reyes@example.com"),
        ({"email_verified": False}, ""),
        ({"email_verified": "false"}, ""),
        ({"email_verified": 1}, "dana.reyes@example.com"),
        ({"email_verified": {}}, ""),
        ({"email": ["dana.reyes@example.com"]}, ""),
        ({"email": "Dana <dana.reyes@example.com>"}, ""),
        ({"email": "dana.reyes@example.com\nlee@example.com"}, ""),
        ({"email": "a@b@example.com"}, ""),
        ({"email": "x" * 300 + "@example.com"}, ""),
        ({"email": None}, ""),
    ],
    ids=str,
)
def test_only_an_address_that_may_be_trusted_is_taken(issuer: Issuer, claims: dict[str, Any], email: str) -> None:
    assert with_claims(issuer, **claims).email == email


def test_a_name_is_bounded_and_harmless(issuer: Issuer) -> None:
    assert with_claims(issuer, name="Dana\x1b[31m\u202e " + "x" * 900).name.startswith("Dana [31m")
    assert len(with_claims(issuer, name="x" * 900).name) == 255
    assert with_claims(issuer, name=["Dana"]).name == ""


def test_the_end_at_the_issuer_is_offered_once_it_is_known(issuer: Issuer) -> None:
    on = sign_on(issuer)
    assert on.goodbye("https://rung.example.com/sign-in?out=1") == ""
    assert issuer.asked == []
    on.address(FLOW)
    assert on.goodbye("https://rung.example.com/sign-in?out=1") == (
        f"{issuer.url}/logout?client_id=rung&post_logout_redirect_uri=https%3A%2F%2Frung.example.com%2Fsign-in%3Fout%3D1"
    )


def test_nothing_that_is_printed_holds_a_secret() -> None:
    config = oidc.OidcConfig(issuer="https://a.example.com", client_id="rung", secret="hush-hush", redirect_uri=BACK)
    assert "hush-hush" not in repr(config)
    assert "the-nonce" not in repr(FLOW)
    assert "v" * 64 not in repr(FLOW)
