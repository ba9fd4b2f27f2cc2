"""E-mail by SMTP: stored as a delivery before the sender is told that it was taken; nothing is ever passed on.

A sender keeps a mail until it hears 250, so a mail that cannot be stored is answered 451. Recipients that no source has
are answered 550, whoever asks: this is no relay. Sender addresses can be made up, so let only your own mail server in.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import structlog
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from core.ports import Attendance, Inbox, StorageUnavailableError
from core.trail import span
from webhooks.keep import storable_key
from webhooks.mailbox import Mail
from webhooks.source import Source

MEDIA_TYPE = "message/rfc822"
MOST_BYTES = 10 * 1024 * 1024
"""The largest mail that is read at all; a source's own limit may be smaller."""
MOST_CONNECTIONS, IDLE_SECONDS, SESSION_SECONDS, MOST_RECIPIENTS = 20, 60.0, 300.0, 20
_log = structlog.get_logger("rung.mail")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """aiosmtpd's handler: takes mails to the addresses of sources. What waits for the database runs in threads."""

    inbox: Inbox
    sources: Callable[[], Mapping[str, Source]]
    attendance: Attendance

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Whether the recipient is a source's address, and the sender may write to it."""
        del server, session
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        try:
            source = await asyncio.to_thread(self._source, address)
        except StorageUnavailableError:
            return "451 4.3.0 Not now; try again"
        if source is None:
            return "550 5.1.1 There is no such mailbox here"
        verify = source.verify
        if not (isinstance(verify, Mail) and verify.allows(envelope.mail_from or "")):
            _log.warning("mail refused", source=source.name, reason="sender")
            return "550 5.7.1 This sender may not write to this mailbox"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        """Store the mail for every source that it is to."""
        del server, session
        body = envelope.original_content or b""
        return await asyncio.to_thread(self._store, envelope.mail_from or "", list(envelope.rcpt_tos), body)

    def _source(self, address: str) -> Source | None:
        """The source that has that address."""
        wanted = address.casefold()
        mailboxes = (one for one in self.sources().values() if isinstance(one.verify, Mail))
        return next((one for one in mailboxes if isinstance(one.verify, Mail) and wanted in one.verify.to), None)

    def _store(self, sender: str, recipients: Sequence[str], body: bytes) -> str:
        try:
            found = {one.name: (one, address) for address in recipients if (one := self._source(address))}
            if any(len(body) > source.max_bytes for source, _ in found.values()):
                return "552 5.3.4 The mail is larger than this mailbox takes"
            for source, address in found.values():
                self._accept(source, sender, address, body)
        except StorageUnavailableError:
            _log.error("mail not stored")
            return "451 4.3.0 The mail could not be stored now; try again"
        return "250 2.0.0 Stored" if found else "550 5.1.1 There is no such mailbox here"

    def _accept(self, source: Source, sender: str, recipient: str, body: bytes) -> None:
        headers = {"content-type": MEDIA_TYPE, "x-envelope-from": sender, "x-envelope-to": recipient}
        kept = {name: value[:320] for name, value in headers.items() if value.isprintable()}
        key = storable_key(source.delivery_key(kept, body))
        with span("take mail", "server", source=source.name):
            self.inbox.accept(source.name, key=key, content_type=MEDIA_TYPE, headers=kept, body=body)
        self.attendance.heard(source.name)


class _Bounded(SMTP):
    """A connection that is one of a few, and ends after a while whatever is said."""

    open: ClassVar[set[_Bounded]] = set()

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._end = asyncio.get_running_loop().call_later(SESSION_SECONDS, transport.abort)
        _Bounded.open.add(self)
        if len(_Bounded.open) > MOST_CONNECTIONS:
            transport.write(b"421 4.7.0 Too many connections; try again later\r\n")
            transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        self._end.cancel()
        _Bounded.open.discard(self)
        super().connection_lost(error)


@dataclass(slots=True)
class MailServer:
    """The server, in a thread of its own between `start` and `stop`. With `tls`, senders may begin TLS (STARTTLS)."""

    mailbox: Mailbox
    host: str
    port: int
    tls: ssl.SSLContext | None = None
    _controller: Controller | None = field(default=None, init=False)

    def start(self) -> None:
        """Begin to listen; raises `OSError`."""
        self._controller = _Controller(self.mailbox, self.tls, self.host, self.port)
        self._controller.start()

    def stop(self) -> None:
        """Listen no longer."""
        if self._controller is not None:
            self._controller.stop()


class _Controller(Controller):
    def __init__(self, mailbox: Mailbox, tls: ssl.SSLContext | None, host: str, port: int) -> None:
        super().__init__(mailbox, hostname=host, port=port)
        self._tls = tls

    def factory(self) -> SMTP:
        return _Bounded(
            self.handler,
            data_size_limit=MOST_BYTES,
            enable_SMTPUTF8=True,
            timeout=IDLE_SECONDS,
            tls_context=self._tls,
            ident="Rung",
            auth_exclude_mechanism=["LOGIN", "PLAIN"],
        )
