"""A ticket to JSON and back, as every step does it."""

from __future__ import annotations

import json
from dataclasses import replace

from bench import documents
from bench.engine import NOW, an_alert
from bench.figures import Figure
from bench.timing import rate
from core.engine import step
from core.model import Receipt, RecordRef, Report, Ticket, Unopened
from core.store.codec import from_json, to_json


def lived() -> Ticket:
    """A ticket with a record that was written: what the store mostly holds."""
    policy = replace(documents.policy(), creates_on={"alertmanager": "servicenow"})
    outcome = step(Unopened(1, "k3f9q2abcd"), an_alert(), policy, NOW)
    assert outcome.ticket is not None
    ref = RecordRef("servicenow", "incident", "5e" * 16, "INC0010001", "https://servicenow.example.com/INC0010001")
    ticket = step(outcome.ticket, Report(outcome.actions[0], Receipt(ref, 1)), policy, NOW).ticket
    assert ticket is not None
    return ticket


def measure() -> list[Figure]:
    """Both ways, and the text between them beside it."""
    ticket = lived()
    body = to_json(ticket)
    text = json.dumps(body)
    return [
        Figure(name="ticket to JSON", value=rate(lambda: to_json(ticket)), unit="tickets/s"),
        Figure(
            name="ticket from JSON",
            value=rate(lambda: from_json(body, Ticket)),
            unit="tickets/s",
            note=f"{len(text)} bytes as text",
        ),
        Figure(name="json.dumps of the same", value=rate(lambda: json.dumps(body)), unit="tickets/s"),
        Figure(name="json.loads of the same", value=rate(lambda: json.loads(text)), unit="tickets/s"),
    ]
