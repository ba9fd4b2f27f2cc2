"""Mails through a real SMTP server and client."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from core.ports import StorageUnavailableError
from tests.authority import Authority, pem
from webhooks import Source, smtp
from webhooks.mailbox import Mail
from webhooks.signatures import Verdict
from webhooks.smtp import Mailbox, MailServer

BODY = "From: a@example.com\r\nSubject: s\r\nMessage-ID: <1@example.com>\r\n\r\nhello\r\n"
ME = "a@example.com"


@dataclass
class Stored:
    id: int
    repeat: bool = False


@dataclass
class FakeInbox:
    kept: list[dict[str, object]] = field(default_factory=list)
    heard_of: list[str] = field(default_factory=list)
    away: bool = False

    def accept(
        self, source: str, *, key: str | None, content_type: str, headers: Mapping[str, str], body: bytes
    ) -> Stored:
        if self.away:
            raise StorageUnavailableError("the database is away")
        self.kept.append({"source": source, "key": key, "type": content_type, "headers": headers, "body": body})
        return Stored(len(self.kept))

    def heard(self, source: str) -> None:
        self.heard_of.append(source)


SOURCES = {
    "mail": Source(
        "mail",
        Mail(frozenset({"alerts@rung.example"}), ("*@Example.com",)),
        delivery_key=lambda _, body: "1" if b"<1@" in body else None,
        max_bytes=2000,
    ),
    "other": Source("other", Mail(frozenset({"other@rung.example"}))),
}


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def inbox() -> FakeInbox:
    return FakeInbox()


@pytest.fixture
def port(inbox: FakeInbox) -> Iterator[int]:
    server = MailServer(Mailbox(inbox, lambda: SOURCES, inbox), "127.0.0.1", free_port())
    server.start()
    yield server.port
    server.stop()


def client(port: int) -> smtplib.SMTP:
    return smtplib.SMTP("127.0.0.1", port, timeout=10)


def test_a_mail_to_a_source_is_stored_before_it_is_taken(inbox: FakeInbox, port: int) -> None:
    with client(port) as one:
        assert one.sendmail(ME, ["Alerts@Rung.example"], BODY) == {}
    (kept,) = inbox.kept
    assert (kept["source"], kept["key"], kept["type"]) == ("mail", "1", "message/rfc822")
    assert kept["body"] == BODY.encode()
    assert kept["headers"] == {
        "content-type": "message/rfc822",
        "x-envelope-from": ME,
        "x-envelope-to": "Alerts@Rung.example",
    }
    assert inbox.heard_of == ["mail"]


def test_a_mail_to_two_sources_is_stored_for_each(inbox: FakeInbox, port: int) -> None:
    with client(port) as one:
        one.sendmail(ME, ["alerts@rung.example", "other@rung.example"], BODY)
    assert sorted(str(one["source"]) for one in inbox.kept) == ["mail", "other"]


def test_nothing_is_passed_on(inbox: FakeInbox, port: int) -> None:
    with client(port) as one, pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        one.sendmail(ME, ["somebody@elsewhere.example", "alerts%elsewhere.example@rung.example"], BODY)
    assert {code for code, _ in refused.value.recipients.values()} == {550}
    assert inbox.kept == []


def test_a_sender_that_may_not_write_is_refused(inbox: FakeInbox, port: int) -> None:
    for sender in ("a@evil.example", "", "a@example.com.evil.example"):
        with client(port) as one, pytest.raises(smtplib.SMTPRecipientsRefused):
            one.sendmail(sender, ["alerts@rung.example"], BODY)
    assert inbox.kept == []


def test_while_the_database_is_away_the_sender_keeps_the_mail(inbox: FakeInbox, port: int) -> None:
    inbox.away = True
    with client(port) as one, pytest.raises(smtplib.SMTPDataError) as refused:
        one.sendmail(ME, ["alerts@rung.example"], BODY)
    assert refused.value.smtp_code == 451


def test_a_mail_that_is_too_large_is_refused_for_good(inbox: FakeInbox, port: int) -> None:
    with client(port) as one, pytest.raises(smtplib.SMTPDataError) as refused:
        one.sendmail(ME, ["alerts@rung.example"], BODY + "x\r\n" * 1000)
    assert refused.value.smtp_code == 552
    assert inbox.kept == []


def test_the_number_of_recipients_and_connections_is_bounded(
    port: int, inbox: FakeInbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "MOST_RECIPIENTS", 1)
    with client(port) as one:
        refused = one.sendmail(ME, ["alerts@rung.example", "other@rung.example"], BODY)
    assert [code for code, _ in refused.values()] == [452]
    monkeypatch.setattr(smtp, "MOST_CONNECTIONS", 1)
    with client(port), pytest.raises((smtplib.SMTPConnectError, smtplib.SMTPServerDisconnected)):
        client(port)


def test_a_sender_may_encrypt_where_there_is_a_certificate(inbox: FakeInbox, tmp_path: Path) -> None:
    root, key = Authority("Root of the tests"), rsa.generate_private_key(65537, 2048)
    now = datetime.now(UTC)
    leaf = root.issue(key, "mail.example", now - timedelta(days=1), now + timedelta(days=1))
    form = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "both.pem").write_bytes(pem(leaf) + key.private_bytes(serialization.Encoding.PEM, *form))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "both.pem")
    server = MailServer(Mailbox(inbox, lambda: SOURCES, inbox), "127.0.0.1", free_port(), context)
    server.start()
    try:
        with client(server.port) as one:
            one.starttls(context=ssl._create_unverified_context())  # noqa: S323 - the server is the test's own
            one.sendmail(ME, ["alerts@rung.example"], BODY)
    finally:
        server.stop()
    assert len(inbox.kept) == 1


def test_by_http_nobody_is_such_a_source() -> None:
    verify = SOURCES["mail"].verify
    assert verify({"authorization": "Bearer x"}, BODY.encode(), None, datetime.now(UTC)) is Verdict.MISSING
