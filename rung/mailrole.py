"""The mail role: e-mails for sources, by SMTP."""

from __future__ import annotations

import signal
import ssl
import threading
from typing import TYPE_CHECKING

import structlog

from rung import tracing
from rung.ending import Ending
from rung.inforce import or_unavailable
from rung.parts import App
from rung.presence import Presence
from rung.settings import Settings, SettingsError

if TYPE_CHECKING:
    from webhooks.smtp import MailServer

log = structlog.get_logger()


def run_mail(settings: Settings) -> None:
    """Take mails until asked to stop; raises `SettingsError` where it cannot listen or its certificate is none."""
    from rung import wiring

    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    app = wiring.build(settings)
    server = mail_server(app, settings.mail_host, settings.mail_port, tls(settings))
    try:
        server.start()
    except OSError as error:
        where = f"{settings.mail_host} port {settings.mail_port}"
        raise SettingsError(f"Mail cannot be taken on {where}: {error.strerror}; see RUNG_MAIL_PORT.") from None
    log.info("mail ready", host=settings.mail_host, port=settings.mail_port)
    ending = Ending(stopping, settings.grace_seconds, lambda: 0)
    with ending, tracing.traced("mail"), Presence(app.parts.database, "mail", {}).told():
        stopping.wait()
        server.stop()


def mail_server(app: App, host: str, port: int, tls: ssl.SSLContext | None) -> MailServer:
    """The door for mails."""
    from webhooks.smtp import Mailbox, MailServer  # which loads an SMTP server, for this role alone

    loaded = or_unavailable(app.parts.loaded)
    return MailServer(Mailbox(app.inbox, lambda: loaded().sources, app.attendance), host, port, tls)


def tls(settings: Settings) -> ssl.SSLContext | None:
    """With what senders may encrypt; None where no certificate is named. Raises `SettingsError`."""
    if settings.mail_certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(settings.mail_certificate, settings.mail_key)
    except OSError as error:  # ssl.SSLError is one
        raise SettingsError(
            f"RUNG_MAIL_CERTIFICATE and RUNG_MAIL_KEY must name PEM files that fit each other ({type(error).__name__})."
        ) from None
    return context
