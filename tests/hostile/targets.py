"""What is fed bytes that anybody may have made: each takes any bytes, or says in its own words that it cannot."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import cel

import mappings as mappings_room
from core.model import Delivery
from core.orders import OrderError, names, order
from core.policy.condition import LONGEST, Condition, misread
from core.ports import DeliveryError, UnmappedError
from mappings import BoundMapping
from mappings.mail import parsed
from mappings.times import moment
from rung.documents import DocumentsError
from rung.documents import read as read_documents
from rung.live import packaged
from webhooks import sns
from webhooks.certificates import CertificateError, Certificates
from webhooks.signatures import Basic, Bearer, GrafanaSignature, HubSignature, Verdict

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FOLDER = Path(mappings_room.__file__).parent
Target = Callable[[bytes], object]


class Known:
    """A secret that is known."""

    def reveal(self) -> str:
        """It."""
        return "something else entirely"


def _text(data: bytes) -> str:
    """Any text, halves of pairs too."""
    return data.decode("utf-8", "surrogatepass") if _is_utf8(data) else data.decode("latin-1")


def _is_utf8(data: bytes) -> bool:
    with suppress(UnicodeDecodeError):
        data.decode("utf-8", "surrogatepass")
        return True
    return False


@cache
def _mapping(name: str) -> BoundMapping:
    return packaged()[name].bind(name, *((name, "http://127.0.0.1") if name in ("servicenow", "jira") else ()))


def understand(name: str) -> Target:
    """A body of that source, understood or not, and the key of its delivery."""

    def take(data: bytes) -> None:
        kind = "message/rfc822" if name == "email" else "application/json"
        headers, mapping = {"content-type": kind}, _mapping(name)
        mapping.delivery_key(headers, data)
        delivery = Delivery(
            id=1,
            source=name,
            key=None,
            received_at=NOW,
            content_type=headers["content-type"],
            headers=headers,
            body=data,
        )
        with suppress(UnmappedError):
            for event in mapping.events(delivery).events:
                f"{event.title}{event.description}{dict(event.labels)}".encode()

    return take


def a_moment(data: bytes) -> None:
    """A time in any of the forms that senders write."""
    with suppress(ValueError):
        found = moment(_text(data))
        assert found is None or found.tzinfo is UTC


def an_order(data: bytes) -> None:
    """A person's command with any words."""
    words = itertools.cycle(_text(data).split("|"))
    for name in names():
        given = {word: next(words) for word in ("until", "for", "level", "person", "severity", "major", "text")}
        for some in (dict(list(given.items())[:2]), given):
            with suppress(OrderError):
                order(name, next(words), "here", some, NOW)


def a_signature(data: bytes) -> None:
    """Headers of every kind that proves who sends: none of them is right."""
    head, _, body = data.partition(b"\n")
    said = head.decode("latin-1")
    secrets = [Known()]
    for verify in (
        *(Basic("user", secrets), Bearer(secrets), HubSignature(secrets)),
        *(GrafanaSignature(secrets), GrafanaSignature(secrets, timestamp_header="x-time")),
    ):
        for name in ("authorization", "x-hub-signature", "x-grafana-alerting-signature"):
            assert verify({name: said, "x-time": said[:20]}, body, None, NOW) is not Verdict.ACCEPTED


def _no_fetch(address: str) -> bytes:
    assert sns.is_of_sns(address), address
    raise CertificateError("There is none.")


def a_notification(data: bytes) -> None:
    """What claims to be from Amazon SNS: nothing is fetched but from there, and nothing believed."""
    verify = sns.Sns(["arn:aws:sns:eu-west-1:123456789012:alarms"], Certificates(_no_fetch, []))
    assert verify({}, data, None, NOW) is not Verdict.ACCEPTED
    with suppress(DeliveryError):
        address = verify.to_confirm(data)
        assert not address or sns.is_of_sns(address)


def a_mail(data: bytes) -> None:
    """A mail, taken apart."""
    with suppress(UnmappedError):
        parsed(data)


def a_condition(data: bytes) -> None:
    """A condition's expression: refused when it is read, or worked out."""
    when = _text(data)[: LONGEST + 10]
    if not misread({}, when):
        Condition(match={}, when=when).holds({"severity": "SEV1", "labels": {"a": "b"}, "like": 3, "service": ""})


def an_expression(data: bytes) -> None:
    """CEL itself, over values at their bounds."""
    with suppress(ValueError, ArithmeticError, LookupError, RuntimeError, TypeError):
        program = cel.compile(_text(data)[:LONGEST])
        given = {"x": -(2**63), "y": 2**63 - 1, "s": "é" * 20, "l": [1, "a", None], "m": {"a": {"b": [1]}}}
        program.execute({name: given[name] for name in program.variables() if name in given})


def documents(data: bytes) -> None:
    """Documents of any text: YAML's own tricks too."""
    name = ("policy.yaml", "roster.yaml", "platforms.yaml")[len(data) % 3]
    with suppress(DocumentsError):
        read_documents({name: data.decode("utf-8", "replace")}, packaged())


SOURCES = ("alertmanager", "json", "jira", "servicenow", "email", "sns", "grafana", "cloudevents")
TARGETS: Mapping[str, Target] = {
    **{f"mapping {name}": understand(name) for name in SOURCES},
    "timestamp": a_moment,
    "command": an_order,
    "signature": a_signature,
    "SNS": a_notification,
    "mail": a_mail,
    "condition": a_condition,
    "CEL": an_expression,
    "documents": documents,
}


def seeds(name: str) -> list[bytes]:
    """What to begin from: the fixtures of a mapping, else a few words that its target knows."""
    if name.startswith("mapping "):
        folder = FOLDER / name.removeprefix("mapping ") / "fixtures"
        found = sorted(one for one in folder.iterdir() if one.suffix in (".json", ".eml") and "expect" not in one.name)
        return [one.read_bytes() for one in found[:40] if one.stat().st_size < 20_000]
    return [one.encode() for one in _WORDS.get(name, ())]


_SUBSCRIPTION = """{"Type":"SubscriptionConfirmation","TopicArn":"arn:aws:sns:eu-west-1:123456789012:alarms",
"Message":"","MessageId":"1","Token":"t","Timestamp":"2026-03-02T12:00:00Z","SignatureVersion":"1","Signature":"YQ==",
"SubscribeURL":"https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription",
"SigningCertURL":"https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem"}"""
_WORDS = {
    "timestamp": ("2026-03-02T12:00:00Z", "1772452800", "Mon, 02 Mar 2026 12:00:00 +0100", "2026-03-02 12:00:00.5 UTC"),
    "command": ("2026-03-07T03:00+01:00|4h|L1|dana|SEV2|7|a note", "0001-01-01T00:00+23:59|30m", "1d2h3m|9999d"),
    "signature": ("Basic dXNlcjprbm93bg==\n{}", "Bearer x\n{}", "sha256=00ff\n{}", "1772452800\n"),
    "SNS": (_SUBSCRIPTION,),
    "mail": ("Subject: =?utf-8?b?w6k=?=\nContent-Type: multipart/mixed; boundary=a\n\n--a\n\nx\n--a--",),
    "condition": ("severity == 'SEV1' && labels.a.matches('b+')", "like > 2", "['a'].exists(x, x == service)"),
    "CEL": ("x / -1", "duration(s) > timestamp(s)", "l.map(a, a)", "m.a.b[0] == uint(y)", "s.matches('(a|b)*')"),
    "documents": ("services: {a: {name: A}}", "people: {d: {name: D}}", "sources: {a: {mapping: json}}", "a: &a [*a]"),
}
