"""The lean stand-in answers what the real connector asks, and the documents of the benchmark are whole."""

from __future__ import annotations

import http.client
import time

from bench import documents
from bench.codec import lived
from bench.standin import StandIn
from connectors import discover
from connectors.config import Basic, PlatformConfig, Secret
from core.model import Changes, Impact, Urgency
from core.ports import RecordWrite
from core.store.codec import from_json, to_json
from rung.live import packaged


def test_the_real_connector_creates_and_updates_a_record_there() -> None:
    with StandIn() as stand_in:
        auth = Basic("bench", Secret.of(documents.SECRET))
        config = PlatformConfig(name="servicenow", kind="servicenow", url=stand_in.url, auth=auth)
        outbound = packaged()["servicenow"].bind("servicenow", "servicenow", stand_in.url).out
        platform = discover()["servicenow"](config, outbound)
        dana = documents.policy().roster.people["dana"]
        changes = Changes(title="Down", impact=Impact.HIGH, urgency=Urgency.HIGH, team="payments", assignee="dana")
        before = time.monotonic()
        made = platform.write(
            RecordWrite(operation_id="u-1", record=None, changes=changes, group="Payments Support", person=dana)
        )
        arrived, told = stand_in.arrivals.get(timeout=5)
        assert before <= arrived <= time.monotonic()
        assert told == "Down"
        assert made.record is not None
        assert made.record.id
        assert made.warnings == ()
        again = platform.write(RecordWrite(operation_id="u-2", record=made.record, changes=Changes(title="Still down")))
        assert again.record is not None
        assert again.record.id == made.record.id
        assert stand_in.arrivals.empty()


def test_it_notes_the_messages_to_people_and_what_it_costs() -> None:
    with StandIn() as stand_in:
        connection = http.client.HTTPConnection("127.0.0.1", stand_in.port, timeout=5)
        connection.request("POST", "/notice", b'{"title": "SEV1"}')
        assert connection.getresponse().read() == b"{}"
        connection.close()
        at, body = stand_in.notices.get(timeout=5)
        assert at <= time.monotonic()
        assert body == b'{"title": "SEV1"}'
        assert stand_in.requests == 1
        assert stand_in.cpu() > 0


def test_the_documents_are_the_packaged_default_policy_with_people_to_call() -> None:
    policy = documents.policy()
    assert [level.name for level in policy.path("").levels] == ["L1", "L2", "L3", "L4", "Executive"]
    assert policy.creates_on == {"written": "servicenow"}
    service = policy.service_named(documents.TEAM_SERVICE)
    assert service is not None
    assert service.team == "payments"


def test_the_ticket_that_the_codec_is_measured_with_survives_the_way() -> None:
    ticket = lived()
    assert ticket.records[0].exists
    assert from_json(to_json(ticket), type(ticket)) == ticket
