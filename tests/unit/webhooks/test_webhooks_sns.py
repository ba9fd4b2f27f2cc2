"""Messages of Amazon SNS, and everything that somebody else may send in their name. The authority is the test's own."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from core.ports import DeliveryError
from tests.authority import NOW, Authority, pem
from webhooks import certificates
from webhooks.certificates import CertificateError, Certificates, UnreachableError, get
from webhooks.signatures import Verdict
from webhooks.sns import Sns, canonical, is_certificate, is_of_sns

TOPIC = "arn:aws:sns:eu-west-1:123456789012:alarms"
PEM = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-7ff5318490ec183fbaddaa2a969abfda.pem"
SUBSCRIBE = f"https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=2336412f37fb687f"
NOTIFICATION = {
    "Type": "Notification",
    "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
    "TopicArn": TOPIC,
    "Subject": "ALARM",
    "Message": '{"AlarmName": "x"}',
    "Timestamp": "2026-03-02T09:00:00.000Z",
}
SUBSCRIPTION = {
    "Type": "SubscriptionConfirmation",
    "MessageId": "165545c9-2a5c-472c-8df2-7ff2be2b3b1b",
    "Token": "2336412f37fb687f",
    "TopicArn": TOPIC,
    "Message": "You have chosen to subscribe to the topic.",
    "SubscribeURL": SUBSCRIBE,
    "Timestamp": "2026-03-02T09:00:00.000Z",
}


@cache
def root() -> Authority:
    return Authority("Root of the tests")


@cache
def middle() -> Authority:
    return Authority("Intermediate of the tests", root())


@cache
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@dataclass
class Store:
    """What can be fetched, and what was."""

    kept: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __call__(self, address: str) -> bytes:
        self.asked.append(address)
        if address not in self.kept:
            raise UnreachableError("Nobody answers.")
        return self.kept[address]


@pytest.fixture
def store() -> Store:
    return Store({PEM: pem(middle().issue(key()), middle().certificate)})


@pytest.fixture
def sns(store: Store) -> Sns:
    return Sns({TOPIC}, Certificates(store, [root().certificate]))


def signed(message: dict[str, str], version: str = "2", **changes: Any) -> bytes:
    algorithm = {"1": hashes.SHA1(), "2": hashes.SHA256()}[version]  # noqa: S303 - SNS signs so
    signature = key().sign(canonical(message), padding.PKCS1v15(), algorithm)
    said = {"SignatureVersion": version, "Signature": base64.b64encode(signature).decode(), "SigningCertURL": PEM}
    return json.dumps({**message, **said, **changes}).encode()


def judge(sns: Sns, body: bytes, now: datetime = NOW) -> Verdict:
    return sns({}, body, None, now)


def test_what_is_signed_stands_in_lines_in_the_order_of_the_names() -> None:
    assert canonical(NOTIFICATION) == (
        b'Message\n{"AlarmName": "x"}\nMessageId\n22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324\nSubject\nALARM\n'
        b"Timestamp\n2026-03-02T09:00:00.000Z\nTopicArn\narn:aws:sns:eu-west-1:123456789012:alarms\nType\nNotification\n"
    )
    assert canonical(SUBSCRIPTION).split(b"\n")[::2] == [
        b"Message", b"MessageId", b"SubscribeURL", b"Timestamp", b"Token", b"TopicArn", b"Type", b"",
    ]  # fmt: skip


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_message_of_the_topic_is_let_in(sns: Sns, version: str) -> None:
    assert judge(sns, signed(NOTIFICATION, version)) is Verdict.ACCEPTED
    assert judge(sns, signed(SUBSCRIPTION, version)) is Verdict.ACCEPTED
    without = {name: value for name, value in NOTIFICATION.items() if name != "Subject"}
    assert judge(sns, signed(without, version)) is Verdict.ACCEPTED


@pytest.mark.parametrize("name", [*NOTIFICATION, "Signature"])
def test_a_changed_message_is_refused(sns: Sns, name: str) -> None:
    assert judge(sns, signed(NOTIFICATION, **{name: "other"})) is not Verdict.ACCEPTED


@pytest.mark.parametrize(
    "change",
    [{"SignatureVersion": "3"}, {"SignatureVersion": None}, {"Signature": ""}, {"Signature": "%%%"}, {"Signature": 7}],
)
def test_a_signature_of_another_form_is_refused(sns: Sns, change: dict[str, Any]) -> None:
    assert judge(sns, signed(NOTIFICATION, **change)) is Verdict.WRONG


def test_another_topic_is_refused_before_anything_is_fetched(sns: Sns, store: Store) -> None:
    other = {**NOTIFICATION, "TopicArn": TOPIC + "2"}
    assert judge(sns, signed(other)) is Verdict.WRONG
    assert store.asked == []


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"{}", b'{"Type": "Notification"}', b"[" * 100_000, b"\xff", b'{"Type": []}']
)
def test_what_is_no_message_is_malformed(sns: Sns, body: bytes) -> None:
    assert judge(sns, body) is Verdict.MALFORMED


HOSTILE = [
    "http://sns.eu-west-1.amazonaws.com/a.pem",
    "https://sns.eu-west-1.amazonaws.com:443/a.pem",
    "https://sns.eu-west-1.amazonaws.com:8443/a.pem",
    "https://me@sns.eu-west-1.amazonaws.com/a.pem",
    "https://sns.eu-west-1.amazonaws.com@evil.example/a.pem",
    "https://evil.example/sns.eu-west-1.amazonaws.com/a.pem",
    "https://evil.example#sns.eu-west-1.amazonaws.com/a.pem",
    "https://evil.example\\@sns.eu-west-1.amazonaws.com/a.pem",
    "https://sns.eu-west-1.amazonaws.com.evil.example/a.pem",
    "https://sns.eu-west-1.amazonaws.com.cn/a.pem",
    "https://sns.cn-north-1.amazonaws.com/a.pem",
    "https://sns.eu-west-1.amazonaws.com./a.pem",
    "https://xsns.eu-west-1.amazonaws.com/a.pem",
    "https://sns.eu-west-1.s3.amazonaws.com/a.pem",
    "https://s3.eu-west-1.amazonaws.com/sns/a.pem",
    "https://bucket.s3.amazonaws.com/a.pem",
    "https://sns-eu-west-1.amazonaws.com/a.pem",
    "https://sns.amazonaws.com/a.pem",
    "https://sns.eu-west-1.amazonaws.co/a.pem",
    "https://sns.eu-w\u0435st-1.amazonaws.com/a.pem",
    "https://sns.eu-west-1.amazonaws.com\n.evil.example/a.pem",
    "https://127.0.0.1/a.pem",
    "https://[::1]/a.pem",
    "https://169.254.169.254/latest/a.pem",
    "//sns.eu-west-1.amazonaws.com/a.pem",
    "file:///etc/passwd.pem",
    "",
]


@pytest.mark.parametrize("address", HOSTILE)
def test_an_address_that_is_not_sns_own_is_never_asked(sns: Sns, store: Store, address: str) -> None:
    assert not is_of_sns(address)
    assert judge(sns, signed(NOTIFICATION, SigningCertURL=address)) is Verdict.WRONG
    assert store.asked == []


def test_only_certificates_are_asked_for_as_such() -> None:
    assert is_certificate(PEM)
    assert is_certificate("https://sns.cn-north-1.amazonaws.com.cn/a.pem")
    assert is_certificate("https://sns.us-gov-west-1.amazonaws.com/a.pem")
    assert not is_certificate(PEM + "?x=1")
    assert not is_certificate("https://sns.eu-west-1.amazonaws.com/")
    assert not is_certificate("https://sns.eu-west-1.amazonaws.com/a/../b.pem")
    assert not is_certificate(SUBSCRIBE)


def untrusted() -> bytes:
    stranger = Authority("Intermediate of the tests", Authority("Root of the tests"))
    return pem(stranger.issue(key()), stranger.certificate)


def weak() -> bytes:
    return pem(middle().issue(rsa.generate_private_key(65537, 1024)), middle().certificate)  # noqa: S505


CHAINS: dict[str, Callable[[], bytes]] = {
    "of an unknown authority": untrusted,
    "without its issuer": lambda: pem(middle().issue(key())),
    "over": lambda: pem(middle().issue(key(), end=NOW - timedelta(seconds=1)), middle().certificate),
    "not yet valid": lambda: pem(middle().issue(key(), start=NOW + timedelta(hours=1)), middle().certificate),
    "of another name": lambda: pem(middle().issue(key(), "sns.amazonaws.com.evil.example"), middle().certificate),
    "issued by no authority": lambda: pem(middle().certificate),
    "with a weak key": weak,
    "no certificate": lambda: b"<html>",
    "broken": lambda: b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
}


@pytest.mark.parametrize("chain", CHAINS.values(), ids=list(CHAINS))
def test_a_certificate_that_is_not_to_be_trusted_is_refused(sns: Sns, store: Store, chain: Callable[[], bytes]) -> None:
    store.kept[PEM] = chain()
    assert judge(sns, signed(NOTIFICATION)) is Verdict.WRONG


def test_a_certificate_that_is_kept_counts_no_longer_than_it_is_valid(sns: Sns) -> None:
    assert judge(sns, signed(NOTIFICATION)) is Verdict.ACCEPTED
    assert judge(sns, signed(NOTIFICATION), NOW + timedelta(days=31)) is Verdict.WRONG


def test_the_issuer_is_taken_from_where_amazon_publishes_it_and_from_nowhere_else(sns: Sns, store: Store) -> None:
    place = "http://crt.r2m02.amazontrust.com/r2m02.cer"
    store.kept[place] = middle().certificate.public_bytes(serialization.Encoding.DER)
    store.kept[PEM] = pem(middle().issue(key(), published=place))
    assert judge(sns, signed(NOTIFICATION)) is Verdict.ACCEPTED
    other = PEM.replace("7ff5", "8ff5")
    store.kept[other] = pem(middle().issue(key(), published="http://169.254.169.254/amazontrust.com/a.cer"))
    assert judge(sns, signed(NOTIFICATION, SigningCertURL=other)) is Verdict.WRONG
    assert store.asked == [PEM, place, other]


def test_certificates_are_fetched_once_and_never_many_at_a_time(sns: Sns, store: Store) -> None:
    for _ in range(5):
        assert judge(sns, signed(NOTIFICATION)) is Verdict.ACCEPTED
    assert store.asked == [PEM]
    for number in range(100):
        made_up = PEM.replace("7ff5", f"{number:04}")
        assert judge(sns, signed(NOTIFICATION, SigningCertURL=made_up)) is Verdict.UNCHECKED
    assert len(store.asked) == certificates._MOST_FETCHES
    assert judge(sns, signed(NOTIFICATION)) is Verdict.ACCEPTED


def test_amazon_s_own_roots_are_among_those_that_are_trusted() -> None:
    names = {one.subject.rfc4514_string() for one in certificates.of_amazon().roots}
    assert any("Amazon Root CA 1" in name for name in names)


def test_a_subscription_is_confirmed_at_its_own_address(sns: Sns, store: Store) -> None:
    store.kept[SUBSCRIBE] = b"<ConfirmSubscriptionResponse/>"
    address = sns.to_confirm(signed(SUBSCRIPTION))
    assert address == SUBSCRIBE
    sns.confirm(address)
    assert store.asked == [SUBSCRIBE]
    assert sns.to_confirm(signed(NOTIFICATION)) == ""
    assert sns.to_confirm(signed({**SUBSCRIPTION, "Type": "UnsubscribeConfirmation"})) == ""


@pytest.mark.parametrize(
    "address",
    [
        *HOSTILE,
        SUBSCRIBE.replace("ConfirmSubscription", "DeleteTopic"),
        SUBSCRIBE.replace(":alarms", ":others"),
        SUBSCRIBE + "&Action=DeleteTopic",
        "https://sns.eu-west-1.amazonaws.com/",
    ],
)
def test_a_subscription_is_confirmed_nowhere_else(sns: Sns, address: str) -> None:
    with pytest.raises(DeliveryError) as refused:
        sns.to_confirm(signed({**SUBSCRIPTION, "SubscribeURL": address}))
    assert refused.value.permanent


def test_a_confirmation_that_fails_is_tried_again(sns: Sns) -> None:
    with pytest.raises(DeliveryError) as failed:
        sns.confirm(SUBSCRIBE)
    assert failed.value.platform_down
    assert "Token" not in failed.value.message


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        found = {
            "/small": (200, b"x" * 100),
            "/large": (200, b"x" * 100_000),
            "/moved": (302, b""),
            "/down": (503, b""),
        }
        status, body = found.get(self.path, (404, b""))
        self.send_response(status)
        self.send_header("Location", "/small")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as made:
        threading.Thread(target=made.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{made.server_port}"
        made.shutdown()


def test_fetching_follows_no_redirect_and_reads_no_more_than_a_certificate_needs(server: str) -> None:
    assert get(f"{server}/small") == b"x" * 100
    for path in ("/large", "/moved", "/none"):
        with pytest.raises(CertificateError):
            get(server + path)
    with pytest.raises(UnreachableError, match="503"):
        get(f"{server}/down")
    with pytest.raises(UnreachableError, match="does not answer"):
        get("http://127.0.0.1:1/")
