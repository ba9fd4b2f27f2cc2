"""Telling people: the message, real e-mail by SMTP, and channels that must not be used or must not be shown."""

from __future__ import annotations

import ast
import asyncio
import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import apprise
import pytest
import responses
from aiosmtpd.controller import Controller

from connectors.notify import build
from connectors.notify.hush import hushed
from connectors.notify.message import one_line, short
from connectors.notify.notifier import AppriseNotifier
from connectors.notify.ways import LOCAL, LOCAL_SCHEMAS, channel, kind, resolved
from core.model import Notice, Person
from core.ports import DeliveryError

LINK = "https://rung.example.com/a/Zk3v9"
NOTICE = Notice(
    person="dana",
    headline="SEV1 payments: card payments fail, 4 min left",
    ask="Acknowledge it, or say who should take it.",
    why="You are on call for Payments Support, level L2.",
    tried="Lee Park was told 5 minutes ago and did not acknowledge.",
)
SECRETS = {
    "HOOK": "https://hooks.slack.com/services/T0AAAAAAA/B0BBBBBBB/cccccccccccccccccccccccc",
    "PASS": "h@/:nter2 ?#",
}


def lookup(name: str) -> str:
    return SECRETS[name]


def person(*ways: str) -> Person:
    return Person("dana", "Dana Reyes", ways=ways)


def fails(way: str, notice: Notice = NOTICE) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        AppriseNotifier(lookup).notify(person(way), notice, LINK)
    return caught.value


class Letters:
    """A mail server's handler."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.answer = "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        del server, session
        if self.answer.startswith("250"):
            self.letters.append(message_from_bytes(envelope.content, _class=EmailMessage, policy=policy.default))
            self.recipients += envelope.rcpt_tos
        return self.answer


class Post(Controller):
    """A mail server on a free port, which it greets itself to see whether it lives."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def post() -> Iterator[tuple[Letters, int]]:
    """A real mail server and its port."""
    letters = Letters()
    controller = Post(letters, hostname="127.0.0.1", port=0)
    controller.start()
    yield letters, controller.port
    controller.stop()


def mail(port: int, **more: str) -> str:
    rest = "".join(f"&{name}={value}" for name, value in more.items())
    return f"mailto://127.0.0.1:{port}?from=rung@example.com&to=dana@example.com{rest}"


def test_a_letter_says_what_is_asked_why_and_what_was_tried(post: tuple[Letters, int]) -> None:
    letters, port = post
    build(lookup).notify(person(mail(port)), NOTICE, LINK)
    letter = letters.letters[0]
    assert letters.recipients == ["dana@example.com"]
    assert letter["Subject"] == NOTICE.headline
    assert letter.get_content_type() == "text/plain"
    assert letter.get_content().replace("\r\n", "\n").strip() == (
        f"Acknowledge it, or say who should take it.\nAcknowledge: {LINK}\n\n"
        "You are on call for Payments Support, level L2.\n\n"
        "Tried so far: Lee Park was told 5 minutes ago and did not acknowledge."
    )


def test_a_headline_cannot_add_a_header(post: tuple[Letters, int]) -> None:
    letters, port = post
    headline = "SEV1\r\nBcc: everybody@example.com\n\nBody"
    build(lookup).notify(person(mail(port)), replace(NOTICE, headline=headline), LINK)
    assert letters.letters[0]["Bcc"] is None
    assert letters.recipients == ["dana@example.com"]
    assert letters.letters[0]["Subject"] == "SEV1 Bcc: everybody@example.com Body"


def test_no_link_is_offered_where_nothing_can_be_acknowledged(post: tuple[Letters, int]) -> None:
    letters, port = post
    build(lookup).notify(person(mail(port)), replace(NOTICE, offers_acknowledge=False), LINK)
    assert LINK not in letters.letters[0].get_content()


def test_a_letter_that_is_refused_is_a_failure(post: tuple[Letters, int]) -> None:
    letters, port = post
    letters.answer = "550 No such user"
    error = fails(mail(port))
    assert error.message == "Dana Reyes's way 1 (mailto) did not take the message."
    assert not error.permanent


def test_a_mail_server_that_is_away_is_a_failure_that_may_pass() -> None:
    assert not fails(mail(1)).permanent


def test_the_way_that_the_notice_names_is_used(post: tuple[Letters, int]) -> None:
    letters, port = post
    ways = ("nope://x", mail(port))
    AppriseNotifier(lookup).notify(person(*ways), replace(NOTICE, way=1), LINK)
    assert len(letters.letters) == 1


@pytest.mark.parametrize("way", [-1, 1, 7])
def test_a_way_that_is_not_there_is_refused_for_good(way: int) -> None:
    error = fails("json://127.0.0.1:1", replace(NOTICE, way=way))
    assert error.permanent
    assert "no further way" in error.message


@pytest.mark.parametrize("way", ["nope://token/x", "no address at all", "", "slack://", "mailto://", "tgram://"])
def test_an_address_that_cannot_be_used_is_refused_for_good_and_not_shown(way: str) -> None:
    error = fails(way)
    assert error.permanent
    assert "token" not in error.message
    assert "check this way on the roster" in error.message


@pytest.mark.parametrize("schema", sorted(LOCAL_SCHEMAS))
def test_channels_that_act_on_this_machine_are_refused(schema: str) -> None:
    error = fails(f"{schema.upper()}://anything/at/all")
    assert error.permanent
    assert "Rung's own machine" in error.message


def test_every_plugin_that_runs_programs_or_reaches_into_this_machine_is_on_the_list() -> None:
    """Reads Apprise's own sources, so that a new version with a new plugin of that sort fails here."""
    folder = Path(apprise.__file__).parent / "plugins"
    local = {"subprocess", "ctypes", "dbus", "gi", "syslog", "win32api", "win32con", "win32gui", "hid", "pty", "winreg"}
    found = set()
    for path in folder.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level}
        calls = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        if {name.partition(".")[0] for name in names} & local or calls & {"os.system", "os.popen", "eval", "exec"}:
            found.add(path.relative_to(folder).parts[0].removesuffix(".py"))
    # `rsyslog` speaks to a log server over the network and takes the local module's constants only.
    assert found - {"rsyslog"} <= LOCAL


def test_a_way_that_switches_verification_off_is_refused() -> None:
    error = fails("jsons://example.com/x?verify=no")
    assert error.permanent
    assert "verify=no" in error.message


def test_timeouts_and_plain_text_are_ours() -> None:
    plugin = channel("jsons://example.com/x?cto=999&rto=999&retry=5&format=html&overflow=upstream", "x")
    assert plugin.request_timeout == (5.0, 15.0)
    assert plugin.retry == 0
    assert plugin.notify_format == apprise.NotifyFormat.TEXT
    assert not plugin.redirects


def test_a_request_has_its_timeout() -> None:
    with responses.RequestsMock() as net:
        net.post("https://example.com/x", json={})
        AppriseNotifier(lookup).notify(person("jsons://example.com/x"), NOTICE, LINK)
        assert net.calls[0].request.req_kwargs["timeout"] == (5.0, 15.0)
        assert NOTICE.headline in str(net.calls[0].request.body)


@pytest.mark.parametrize(
    ("status", "permanent"), [(401, True), (404, True), (410, True), (429, False), (500, False), (503, False)]
)
def test_a_wrong_token_gives_the_way_up_and_trouble_there_does_not(status: int, permanent: bool) -> None:
    with responses.RequestsMock() as net:
        net.post("https://example.com/SECRET", status=status)
        error = fails("jsons://example.com/SECRET")
    assert error.permanent is permanent
    assert error.message == f"Dana Reyes's way 1 (jsons) did not take the message (HTTP {status})."


def test_a_reference_is_looked_up_at_use() -> None:
    assert resolved("${HOOK}", lookup) == SECRETS["HOOK"]
    assert resolved("  ${HOOK}\n", lookup) == SECRETS["HOOK"]


def test_a_password_with_any_character_keeps_its_place_in_the_address() -> None:
    url = resolved("mailtos://rung:${PASS}@mail.example.com?to=dana@example.com&from=rung@example.com", lookup)
    # The last @ is that of the recipient, so the password is quoted whole.
    assert url.startswith("mailtos://rung:h%40%2F%3Anter2%20%3F%23@mail.example.com")
    plugin = channel(url, "x")
    assert plugin.password == SECRETS["PASS"]


def test_a_reference_that_is_not_set_is_named() -> None:
    error = fails("slack://${MISSING}/b/c")
    assert error.permanent
    assert error.message == "${MISSING} is not set, so this way cannot be used; set it."


def test_the_kind_of_a_way_never_shows_more_than_its_schema() -> None:
    assert kind("SLACK://secret") == "slack"
    assert kind("secret") == "channel"
    assert kind("a secret with spaces://x") == "channel"


@pytest.mark.parametrize(
    "way",
    [
        "${HOOK}",
        "json://rung:${PASS}@127.0.0.1:1/token/${PASS}",
        "mailto://rung:${PASS}@127.0.0.1:1?to=dana@example.com&from=rung@example.com",
        "tgram://123456789:abcdefghij-secret-token_abcdefghijk/98765",
        "slack://${PASS}",
        "nope://${PASS}",
    ],
)
def test_no_log_error_or_repr_holds_a_secret(way: str, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("", "apprise", "urllib3", "urllib3.connectionpool", "requests"):
        caplog.set_level(1, logger=name)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as net:
        net.post("https://hooks.slack.com/services/T0AAAAAAA/B0BBBBBBB/cccccccccccccccccccccccc", status=500)
        net.add(responses.POST, "https://api.telegram.org/bot123456789:abcdefghij-secret-token_abcdefghijk", status=500)
        net.add_passthru("http://127.0.0.1")
        error = fails(way)
    one = person(way)
    for shown in (error.message, repr(error), caplog.text, repr(one), str(error.__cause__)):
        for secret in ("nter2", "cccccccc", "secret-token", "B0BBBBBBB"):
            assert secret not in shown


def test_other_threads_may_log_while_a_notice_is_sent(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logger = logging.getLogger("urllib3.connectionpool")
    with hushed():
        logger.debug("ours")
        other = threading.Thread(target=logger.debug, args=("theirs",))
        other.start()
        other.join()
    logger.debug("later")
    assert [record.message for record in caplog.records] == ["theirs", "later"]


@pytest.mark.parametrize("room", [160, 140, 80, 67])
@pytest.mark.parametrize("headline", ["SEV1 payments: down, 4 min left", "SEV1 " + "very " * 60 + "long"])
@pytest.mark.parametrize("link", [LINK, "", "https://rung.example.com/" + "x" * 300])
def test_a_short_message_fits_and_begins_with_the_headline(room: int, headline: str, link: str) -> None:
    text = short(replace(NOTICE, headline=headline), link, room)
    assert len(text) <= room
    assert text.startswith("SEV1 ")
    assert "\n" not in text
    if link == LINK and room >= 140:
        assert text.endswith(f" {LINK}")
    if len(link) > 160:
        assert "https" not in text


def test_a_short_message_uses_characters_that_leave_it_its_160() -> None:
    text = short(replace(NOTICE, headline="SEV1 payments \u2013 \u201cdown\u201d \u2192 L2\u2026"), LINK)
    assert text.startswith('SEV1 payments - "down" -> L2...')


def test_a_channel_for_short_messages_gets_one() -> None:
    sent: list[dict[str, Any]] = []

    class Sms:
        body_maxlen, title_maxlen = 160, 0

        def notify(self, **told: Any) -> bool:
            sent.append(told)
            return True

    from connectors.notify import notifier

    title, body = notifier._words(Sms(), NOTICE, LINK)
    assert notifier._send(Sms(), title, body)
    assert sent[0]["title"] == ""
    assert len(sent[0]["body"]) <= 160
    assert sent[0]["body"].endswith(LINK)


def test_a_real_sms_channel_is_one_for_short_messages() -> None:
    plugin = channel("twilio://AC" + "a" * 32 + ":" + "b" * 32 + "@15551234567/15557654321", "x")
    assert plugin.body_maxlen <= 200


def test_a_plugin_that_raises_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **rest: Any) -> bool:
        raise asyncio.InvalidStateError if not args else UnicodeError("hunter2")

    monkeypatch.setattr(apprise.plugins.N_MGR["json"], "notify", broken)
    error = fails("json://127.0.0.1:1")
    assert "hunter2" not in error.message


def test_a_title_cannot_break_a_mails_subject_or_turn_its_direction() -> None:
    assert one_line("Down\r\nBcc: eve@example.com\x85\x9b2J \u202egnp.exe") == ("Down Bcc: eve@example.com 2J gnp.exe")
