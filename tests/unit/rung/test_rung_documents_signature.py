"""`auth: {signature: …}` in platforms.yaml, which takes the form from the source's mapping."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.model import SignatureForm
from core.store.documents import Document
from rung import live
from rung.documents import DocumentsError
from webhooks import Source
from webhooks.signatures import Verdict
from webhooks.signed import Signed

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PAGER = """\
signature: {header: X-Pager, prefix: "v1=", separator: ","}
shapes: [{name: a, kind: {is: alert}, key: id, state: {is: new}}]
"""
SIGNATURE = "ce52583a112ddbefa06627c622607c42c5467a7038b7ea49d150f3d5892ff80a"


def texts(auth: str, mapping: str = "pager") -> dict[str, str]:
    platforms = f"sources:\n  pager:\n    mapping: {mapping}\n    auth: {auth}\n"
    return {"platforms.yaml": platforms, "mappings/pager/mapping.yaml": PAGER}


def source(auth: str, mapping: str = "pager") -> Source:
    newest = {name: Document(name, 1, text) for name, text in texts(auth, mapping).items()}
    return live.load(newest, lambda _: None).sources["pager"]


def form(auth: str, mapping: str = "pager") -> SignatureForm:
    verify = source(auth, mapping).verify
    assert isinstance(verify, Signed)
    return verify.form


def refusal(auth: str, mapping: str = "pager") -> str:
    with pytest.raises(DocumentsError) as refused:
        live.try_out(texts(auth, mapping))
    return str(refused.value)


def test_a_source_uses_its_mapping_s_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGER", "first")
    verify = source('{signature: {secrets: ["${OTHER}", "${PAGER}"]}}').verify
    body = b'{"event":{"id":"01A"}}'
    assert verify({"x-pager": f"v1={SIGNATURE}"}, body, None, NOW) is Verdict.ACCEPTED
    assert verify({"x-pager": f"v1={SIGNATURE}"}, body + b" ", None, NOW) is Verdict.WRONG


def test_single_parts_can_be_said_otherwise() -> None:
    assert form('{signature: {secrets: ["${A}"], header: X-Mine, algorithm: sha512}}') == SignatureForm(
        header="X-Mine", algorithm="sha512", prefix="v1=", separator=","
    )
    timed = form(
        '{signature: {secrets: ["${A}"], over: "{timestamp}:{body}", timestamp_header: X-Time, tolerance: 60}}',
        "grafana",
    )
    assert timed == SignatureForm(
        header="X-Grafana-Alerting-Signature", over="{timestamp}:{body}", timestamp_header="X-Time", tolerance=60
    )
    assert form('{signature: {secrets: ["${A}"], prefix: "", separator: " "}}').separator == " "


def test_a_whole_form_may_stand_in_platforms_yaml() -> None:
    assert form('{signature: {secrets: ["${A}"], header: X-Mine}}', "alertmanager") == SignatureForm(header="X-Mine")


def test_a_mapping_without_a_form_is_told_with_what_to_do() -> None:
    told = refusal('{signature: {secrets: ["${A}"]}}', "alertmanager")
    assert told.startswith("platforms.yaml:4: sources.pager.auth.signature: its mapping does not say in which form")
    assert "mappings/alertmanager/mapping.yaml" in told


@pytest.mark.parametrize(
    ("auth", "told"),
    [
        ('{signature: {secrets: ["${A}"], over: "{timestamp}:{body}"}}', "must hold {timestamp} where there is a"),
        ('{signature: {secrets: ["${A}"], algorithm: md5}}', "cannot be “md5”"),
        ('{signature: {secrets: ["${A}"], prefix: "${A}"}}', "cannot come from the environment"),
        ('{signature: {secrets: ["${A}"], tolerance: 0}}', "from 1 to 86400"),
        ("{signature: {secrets: [hush]}}", "must not stand in a document"),
        ("{signature: {}}", "is missing"),
    ],
)
def test_what_is_wrong_is_told_and_no_secret_repeated(auth: str, told: str) -> None:
    found = refusal(auth)
    assert told in found
    assert "hush" not in found
