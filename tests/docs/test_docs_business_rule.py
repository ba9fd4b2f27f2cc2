"""The reference Business Rule, its pinned body in the guide, the connector and the mapping say the same."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

from docs_pages import ROOT, blocks, text

from connectors.servicenow import record
from core.model import Delivery, State
from rung.live import packaged

SCRIPT = text("connectors/servicenow/rung-business-rule.js")
CODE = re.sub(r"^\s*//.*$|(?<=[;,{]) +//.*$", "", SCRIPT, flags=re.MULTILINE)
PINNED = blocks(ROOT / "docs/connect-servicenow.md", "json")[0]


def _list(name: str) -> tuple[str, ...]:
    found = re.search(rf"var {name} = \[(.*?)\];", CODE, re.DOTALL)
    assert found
    return tuple(re.findall(r"'(\w+)'", found[1]))


def test_the_rule_sends_what_the_connector_gives_for_a_record() -> None:
    assert _list("PLAIN") == record.PLAIN
    assert _list("REFERENCES") == record.REFERENCES
    assert _list("PEOPLE") == record.PEOPLE
    assert _list("JOURNALS") == record.JOURNALS


def test_the_rule_sends_the_body_that_the_guide_pins() -> None:
    body = json.loads(PINNED)
    sent = re.findall(r"^            (\w+): ", CODE, re.MULTILINE)
    assert sent == list(body)
    assert set(sent) == set(record.pinned_body({}, "incident"))
    expected = {*record.PLAIN, *record.REFERENCES, *record.PEOPLE, "work_notes"}
    assert set(body["fields"]) == expected
    assert all(set(body["fields"][name]) == {"value", "display_value", "email"} for name in record.PEOPLE)
    assert all(set(body["fields"][name]) == {"value", "display_value"} for name in record.REFERENCES)


def test_the_pinned_body_is_understood() -> None:
    bound = packaged()["servicenow"].bind("servicenow-main", "servicenow-main", "https://example.service-now.com")
    event = bound.events(_delivery(PINNED)).events[0]
    assert (event.state, event.version, event.partial) == (State.IN_PROGRESS, 5, False)
    assert event.record is not None
    assert (event.record.collection, event.record.key) == ("incident", "INC0012345")
    assert event.assignee is not None
    assert event.assignee.email == "dana.reyes@example.com"
    assert event.comment is not None
    assert (event.comment.text, event.comment.internal) == ("The bank is looking into it.", True)


def test_the_guides_trial_request_is_declined() -> None:
    trial = re.search(r"-d '(\{.*?\})'", text("docs/connect-servicenow.md"))
    assert trial
    bound = packaged()["servicenow"].bind("servicenow-main", "servicenow-main", "https://example.service-now.com")
    normalized = bound.events(_delivery(trial[1]))
    assert (normalized.events, len(normalized.declined)) == ((), 1)


def test_the_rule_keeps_to_the_language_that_every_instance_speaks() -> None:
    plain = re.sub(r"'[^'\n]*'|/\[\^\\n\]\*\\n/|/\\s\+\$/|/\\\$/g|/\^\[\^\\n\]\*\\n/", "", CODE)
    assert not re.search(r"\b(let|const|class|async|await)\b|=>|`", plain)
    for opening, closing in ("()", "[]", "{}"):
        assert plain.count(opening) == plain.count(closing)


def test_the_rule_leaves_the_person_who_saves_alone() -> None:
    sending = CODE[CODE.index("    try {") :]
    assert "send(JSON.stringify(body())" in sending
    assert "gs.error(" in sending
    assert "executeAsync()" in CODE
    assert ".execute()" not in CODE
    assert re.search(r"setHttpTimeout\(\d+\)", CODE)


def test_the_rule_leaves_out_the_integration_user_and_holds_no_secret() -> None:
    assert "gs.getUserName() == gs.getProperty('rung.user', 'rung.integration')" in CODE
    assert "gs.getProperty('rung.secret', '')" in CODE


def _delivery(body: str) -> Delivery:
    moment = datetime(2026, 3, 2, 8, 21, tzinfo=UTC)
    return Delivery(1, "servicenow-main", None, moment, "application/json", {}, body.encode())
