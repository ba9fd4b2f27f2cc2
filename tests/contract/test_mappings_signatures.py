"""Every packaged mapping that says how its sender signs: what is so signed is let in, everything else is not."""

from __future__ import annotations

import base64
import hmac
from datetime import UTC, datetime
from pathlib import Path

import pytest
from mappings_fixtures import BODIES, FOLDERS, bound

from core.model import SignatureForm
from webhooks.signatures import Verdict
from webhooks.signed import Signed

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SIGNING = [folder for folder in FOLDERS if bound(folder).signature]


class Kept:
    def reveal(self) -> str:
        return "Ünser Geheimnis"


def sign(form: SignatureForm, body: bytes, timestamp: str) -> dict[str, str]:
    text = form.over.encode().replace(b"{timestamp}", timestamp.encode()).replace(b"{body}", body)
    made = hmac.new(Kept().reveal().encode(), text, form.algorithm).digest()
    value = made.hex() if form.encoding == "hex" else base64.b64encode(made).decode()
    return {form.header.lower(): form.prefix + value, form.timestamp_header.lower(): timestamp}


def test_senders_that_sign_are_known() -> None:
    assert {folder.name for folder in SIGNING} >= {"grafana", "jira"}


@pytest.mark.parametrize("folder", SIGNING, ids=lambda folder: folder.name)
def test_a_signed_fixture_is_let_in_and_a_changed_one_is_not(folder: Path) -> None:
    form = bound(folder).signature
    assert form is not None
    verify, timestamp = Signed(form, [Kept()]), str(int(NOW.timestamp()))
    bodies = [body.read_bytes() for body in BODIES if body.parent.parent == folder]
    assert bodies
    for body in bodies:
        headers = sign(form, body, timestamp)
        assert verify(headers, body, None, NOW) is Verdict.ACCEPTED
        assert verify(headers, body + b" ", None, NOW) is Verdict.WRONG
        assert verify({}, body, None, NOW) is Verdict.MISSING
        assert verify(headers, body, None, NOW.replace(year=2027)) is (
            Verdict.STALE if form.timestamp_header else Verdict.ACCEPTED
        )
