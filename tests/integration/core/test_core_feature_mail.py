"""A mail's way from an SMTP client to a ticket, over a real database."""

from __future__ import annotations

import smtplib
import socket
from dataclasses import replace
from pathlib import Path

from core.model import State
from rung.live import packaged
from rung.loaded import BoundMappings
from rung.mailrole import mail_server
from tests.integration.world import world
from webhooks import Source
from webhooks.mailbox import Mail

MAIL = """From: nagios@example.com
To: alerts@rung.example
Subject: {word}: disk full
Message-ID: <{id}@example.com>

Severity: high
"""


def test_a_mail_opens_a_ticket_and_another_resolves_it(postgres_url: str, tmp_path: Path) -> None:
    with world(postgres_url, tmp_path) as here:
        bound = packaged()["email"].bind("mail")
        source = Source("mail", Mail(frozenset({"alerts@rung.example"})), delivery_key=bound.delivery_key)
        known = here.loaded.mappings.by_source
        here.loaded = replace(
            here.loaded,
            sources={**here.loaded.sources, "mail": source},
            mappings=BoundMappings({**known, "mail": bound}),
        )
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            port = int(one.getsockname()[1])
        server = mail_server(here.app, "127.0.0.1", port, None)
        server.start()
        try:
            for word, number in (("PROBLEM", 1), ("PROBLEM", 1), ("RECOVERY", 2)):
                with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
                    client.sendmail("nagios@example.com", ["alerts@rung.example"], MAIL.format(word=word, id=number))
                here.settle()
        finally:
            server.stop()
        assert len(here.app.desk.deliveries()) == 2, "what is sent twice counts once"
        assert here.page().ticket.state is State.RESOLVED
