"""An SMTP server that keeps what it is sent and delivers nothing."""

import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from sandbox.clock import Clock
from sandbox.store import Json

HOST = "127.0.0.1"


class Mailbox:
    """The letters that came in: at (virtual epoch seconds), from, to (list), subject, text, html, headers."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._letters: list[Json] = []

    def all(self) -> list[Json]:
        """Every letter, oldest first."""
        with self._lock:
            return list(self._letters)

    def clear(self) -> None:
        """Throw all letters away."""
        with self._lock:
            self._letters.clear()

    async def handle_DATA(  # noqa: N802  # aiosmtpd calls it by this name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep one letter; aiosmtpd calls this."""
        del server, session
        letter = read_letter(_raw(envelope))
        letter |= {"at": self._clock.now(), "from": envelope.mail_from, "to": list(envelope.rcpt_tos)}
        with self._lock:
            self._letters.append(letter)
        return "250 Message accepted for delivery"


def read_letter(raw: bytes) -> Json:
    """A message's subject, texts and headers, decoded."""
    message = message_from_bytes(raw, _class=EmailMessage, policy=policy.default)
    texts = {"text": "", "html": ""}
    for name, kind in (("text", "plain"), ("html", "html")):
        part = message.get_body(preferencelist=(kind,))
        if part is not None:
            texts[name] = str(part.get_content())
    return {"subject": str(message.get("Subject", "")), **texts, "headers": {k: str(v) for k, v in message.items()}}


def _raw(envelope: Envelope) -> bytes:
    content = envelope.content or b""
    return content.encode() if isinstance(content, str) else content


class _AnyPort(Controller):
    """aiosmtpd's controller, told its real port when it was asked for a free one."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        trigger: Any = super()._trigger_server
        trigger()


class MailServer:
    """The SMTP server in a thread of its own. `port` 0 takes a free one."""

    def __init__(self, mailbox: Mailbox, port: int) -> None:
        self._controller: Any = _AnyPort(mailbox, hostname=HOST, port=port)

    def start(self) -> int:
        """Begin to listen; the answer is the port."""
        self._controller.start()
        return int(self._controller.port)

    def close(self) -> None:
        """Stop listening."""
        self._controller.stop()
