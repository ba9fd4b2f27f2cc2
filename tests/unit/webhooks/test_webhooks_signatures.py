"""Who is let in by each verifier, and why the others are not."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from webhooks.signatures import (
    Basic,
    Bearer,
    GrafanaSignature,
    Header,
    HubSignature,
    Path,
    Secret,
    Verdict,
    Verifier,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BODY = b'{"hello": "world"}'


@dataclass
class Kept:
    value: str = field(repr=False)

    def reveal(self) -> str:
        return self.value


@dataclass
class Loud:
    """A secret whose owner forgot to hide it."""

    value: str

    def reveal(self) -> str:
        return self.value


class Unset:
    def reveal(self) -> str:
        raise KeyError("RUNG_NOT_SET")


def secrets(*values: str) -> Sequence[Secret]:
    return [Kept(value) for value in values]


def basic(user: str, password: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def digest(secret: str, text: bytes, method: str = "sha256") -> str:
    return hmac.new(secret.encode(), text, getattr(hashlib, method)).hexdigest()


def judge(verifier: Verifier, headers: dict[str, str], body: bytes = BODY, path: str | None = None) -> Verdict:
    return verifier(headers, body, path, NOW)


def test_basic_takes_the_user_with_either_password() -> None:
    verifier = Basic("rung", secrets("old", "new: with a colon and é"))
    assert judge(verifier, basic("rung", "old")) is Verdict.ACCEPTED
    assert judge(verifier, basic("rung", "new: with a colon and é")) is Verdict.ACCEPTED
    assert judge(verifier, basic("rung", "older")) is Verdict.WRONG
    assert judge(verifier, basic("other", "old")) is Verdict.WRONG


@pytest.mark.parametrize("value", [None, "Basic", "Basic !!!", "Bearer old", "old"])
def test_basic_refuses_what_is_not_basic(value: str | None) -> None:
    headers = {} if value is None else {"authorization": value}
    assert judge(Basic("rung", secrets("old")), headers) is not Verdict.ACCEPTED


def test_bearer_takes_any_valid_token() -> None:
    verifier = Bearer(secrets("one", "two"))
    assert judge(verifier, {"authorization": "Bearer two"}) is Verdict.ACCEPTED
    assert judge(verifier, {"authorization": "bearer one"}) is Verdict.ACCEPTED
    assert judge(verifier, {"authorization": "Bearer three"}) is Verdict.WRONG
    assert judge(verifier, {"authorization": "Bearer "}) is Verdict.WRONG
    assert judge(verifier, basic("one", "two")) is Verdict.MISSING
    assert judge(verifier, {}) is Verdict.MISSING


def test_a_header_carries_a_secret_under_any_case_of_its_name() -> None:
    verifier = Header("X-Rung-Secret", secrets("s3cret"))
    assert judge(verifier, {"x-rung-secret": "s3cret"}) is Verdict.ACCEPTED
    assert judge(verifier, {"x-rung-secret": "s3cre"}) is Verdict.WRONG
    assert judge(verifier, {}) is Verdict.MISSING
    assert verifier.credential_headers == {"x-rung-secret"}


def test_a_path_carries_a_secret() -> None:
    verifier = Path(secrets("long-and-random"))
    assert judge(verifier, {}, path="long-and-random") is Verdict.ACCEPTED
    assert judge(verifier, {}, path="long-and-randoM") is Verdict.WRONG
    assert judge(verifier, {}) is Verdict.MISSING


def test_the_hub_signature_agrees_with_atlassians_vector() -> None:
    verifier = HubSignature(secrets("It's a Secret to Everybody"))
    signature = "a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
    assert judge(verifier, {"x-hub-signature": "sha256=" + signature}, b"Hello World!") is Verdict.ACCEPTED
    assert judge(verifier, {"x-hub-signature": "SHA256=" + signature.upper()}, b"Hello World!") is Verdict.ACCEPTED
    assert judge(verifier, {"x-hub-signature": "sha256=" + signature}, b"Hello World?") is Verdict.WRONG


@pytest.mark.parametrize("method", ["sha256", "sha384", "sha512"])
def test_the_hub_signature_knows_the_longer_digests(method: str) -> None:
    headers = {"x-hub-signature": f"{method}={digest('second', BODY, method)}"}
    assert judge(HubSignature(secrets("first", "second")), headers) is Verdict.ACCEPTED


@pytest.mark.parametrize(
    "value", ["", "sha256", "sha256=", "md5=" + "0" * 32, f"sha1={digest('a', BODY, 'sha1')}", digest("a", BODY), "=="]
)
def test_the_hub_signature_refuses_weak_digests_and_other_forms(value: str) -> None:
    assert judge(HubSignature(secrets("a")), {"x-hub-signature": value}) is Verdict.MALFORMED


def test_a_signature_that_is_no_ascii_is_wrong_and_nothing_worse() -> None:
    assert judge(HubSignature(secrets("a")), {"x-hub-signature": "sha256=é\udcff"}) is Verdict.WRONG


def test_grafana_signs_the_body_alone_without_a_timestamp_header() -> None:
    headers = {"x-grafana-alerting-signature": digest("g", BODY)}
    assert judge(GrafanaSignature(secrets("g")), headers) is Verdict.ACCEPTED
    assert judge(GrafanaSignature(secrets("h")), headers) is Verdict.WRONG
    assert judge(GrafanaSignature(secrets("g")), {}) is Verdict.MISSING


def grafana_headers(sent_at: datetime) -> dict[str, str]:
    timestamp = str(int(sent_at.timestamp()))
    signature = digest("g", timestamp.encode() + b":" + BODY)
    return {"x-grafana-alerting-signature": signature, "x-grafana-timestamp": timestamp}


GRAFANA = GrafanaSignature(secrets("g"), "X-Grafana-Timestamp", timedelta(seconds=300))


@pytest.mark.parametrize(
    ("age", "verdict"),
    [
        (0, Verdict.ACCEPTED),
        (300, Verdict.ACCEPTED),
        (-300, Verdict.ACCEPTED),
        (301, Verdict.STALE),
        (-301, Verdict.STALE),
    ],
)
def test_it_refuses_a_stale_timestamp(age: int, verdict: Verdict) -> None:
    assert judge(GRAFANA, grafana_headers(NOW - timedelta(seconds=age))) is verdict


def test_it_refuses_a_renewed_timestamp_under_an_old_signature() -> None:
    headers = grafana_headers(NOW - timedelta(hours=1)) | {"x-grafana-timestamp": str(int(NOW.timestamp()))}
    assert judge(GRAFANA, headers) is Verdict.WRONG


def test_a_configured_timestamp_is_required() -> None:
    assert judge(GRAFANA, {"x-grafana-alerting-signature": digest("g", BODY)}) is Verdict.MISSING


@pytest.mark.parametrize("timestamp", ["now", "-1", "1e9", "٣٣", "9" * 12, "1.5"])
def test_a_timestamp_that_is_no_number_is_refused(timestamp: str) -> None:
    assert judge(GRAFANA, grafana_headers(NOW) | {"x-grafana-timestamp": timestamp}) is Verdict.MALFORMED


@pytest.mark.parametrize("nothing", [Kept(""), Unset()])
def test_an_empty_or_unset_secret_lets_nobody_in(nothing: Secret) -> None:
    attempts: list[tuple[Verifier, dict[str, str], str | None]] = [
        (Basic("", [nothing]), basic("", ""), None),
        (Bearer([nothing]), {"authorization": "Bearer "}, None),
        (Header("X-Key", [nothing]), {"x-key": ""}, None),
        (Path([nothing]), {}, ""),
        (HubSignature([nothing]), {"x-hub-signature": "sha256=" + digest("", BODY)}, None),
        (GrafanaSignature([nothing]), {"x-grafana-alerting-signature": digest("", BODY)}, None),
        (Bearer([]), {"authorization": "Bearer x"}, None),
    ]
    for verifier, headers, path in attempts:
        assert verifier(headers, BODY, path, NOW) is not Verdict.ACCEPTED


def test_a_secret_is_read_when_it_is_used_so_that_it_can_be_rotated() -> None:
    secret = Kept("before")
    verifier = Bearer([secret])
    secret.value = "after"
    assert judge(verifier, {"authorization": "Bearer after"}) is Verdict.ACCEPTED
    assert judge(verifier, {"authorization": "Bearer before"}) is Verdict.WRONG


def test_no_verifier_shows_its_secrets() -> None:
    loud = [Loud("hunter2")]
    for verifier in (Basic("u", loud), Bearer(loud), Header("X", loud), Path(loud), HubSignature(loud), GRAFANA):
        assert "hunter2" not in repr(verifier)


def test_credentials_that_are_no_ascii_are_refused_like_others_that_cannot_be_read() -> None:
    headers = {"authorization": "Basic dXNl\xff\xffbm93bg=="}
    assert judge(Basic("user", secrets("password")), headers) is Verdict.MALFORMED
