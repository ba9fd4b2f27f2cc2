"""Signatures whose form is data. The signatures here were made with openssl, not with the code that is tried."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.model import SignatureForm
from core.model.signature import flaws
from webhooks import signed
from webhooks.signatures import Verdict
from webhooks.signed import Signed, sent_moment

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HELLO = b"Hello World!"
JIRA = SignatureForm(header="X-Hub-Signature", prefix="sha256=")
PAGERDUTY = SignatureForm(header="X-PagerDuty-Signature", prefix="v1=", separator=",")
PAGE = b'{"event":{"id":"01A"}}'
FIRST = "ce52583a112ddbefa06627c622607c42c5467a7038b7ea49d150f3d5892ff80a"
SECOND = "59753ed0f9f52d163eece3f2516f8a6c3628925e0bf708000fb6360312656f08"
TIMED = SignatureForm(header="X-Sig", over="{timestamp}:{body}", timestamp_header="X-Time")
TIMED_SIGNATURE = "679a3a0cf0b43d46c27e9f1119e874823539b4d4c9109a1d63a49e4286dd8ef4"
TIMED_BODY = b'{"a": "b"}'


@dataclass
class Kept:
    value: str = field(repr=False)

    def reveal(self) -> str:
        return self.value


class Unset:
    def reveal(self) -> str:
        raise LookupError("RUNG_NOT_SET")


def judge(form: SignatureForm, secret: str, body: bytes, now: datetime = NOW, **headers: str) -> Verdict:
    said = {name.replace("_", "-").lower(): value for name, value in headers.items()}
    return Signed(form, [Unset(), Kept(""), Kept(secret)])(said, body, None, now)


@pytest.mark.parametrize(
    ("algorithm", "encoding", "secret", "signature"),
    [
        ("sha1", "hex", "It's a Secret to Everybody", "c515f330a339e006a451ec24110648f028c87a11"),
        (
            "sha256",
            "hex",
            "It's a Secret to Everybody",
            "a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9",
        ),
        (
            "sha512",
            "hex",
            "It's a Secret to Everybody",
            "bbfa6773bc306551cb4fd3b0fb0e5b65c352a188cdc4f8a3a3d54a67404605472ec97defc7610b1316f2d4906ac5454676b17fc01d64935a4fda65d20e0d4821",
        ),
        ("sha1", "base64", "second", "Y24H0W7BXw8DIVN/vj+miWIt3NI="),
        ("sha256", "base64", "second", "kf6RmTLQS108nN8TOUEKCxZ92iY7OmkguTdb4YPC3Fw="),
        (
            "sha512",
            "base64",
            "second",
            "6FD7AsmHzqroQGC8zMgxzl8sZvFAFYEByr86LDfX+hVlt7G1XyE3CrN4asU3LSWc9pUsFQKaW/qt3tBgcal4dQ==",
        ),
    ],
)
def test_every_algorithm_and_encoding(algorithm: str, encoding: str, secret: str, signature: str) -> None:
    form = SignatureForm(header="X-Signature", algorithm=algorithm, encoding=encoding)
    assert judge(form, secret, HELLO, x_signature=signature) is Verdict.ACCEPTED
    assert judge(form, secret, HELLO, x_signature=f"  {signature} ") is Verdict.ACCEPTED
    assert judge(form, secret, HELLO + b"!", x_signature=signature) is Verdict.WRONG
    assert judge(form, secret + "!", HELLO, x_signature=signature) is Verdict.WRONG
    assert judge(form, secret, HELLO, x_signature=signature[:-4]) is Verdict.WRONG
    assert judge(form, secret, HELLO) is Verdict.MISSING


def test_hexadecimal_counts_in_either_case_and_base64_in_its_own() -> None:
    bare = SignatureForm(header="X-Signature")
    upper = "A4771C39FBE90F317C7824E83DDEF3CAAE9CB3D976C214ACE1F2937E133263C9"
    assert judge(bare, "It's a Secret to Everybody", HELLO, x_signature=upper) is Verdict.ACCEPTED
    coded = SignatureForm(header="X-Signature", algorithm="sha1", encoding="base64")
    assert judge(coded, "second", HELLO, x_signature="Y24H0W7BXw8DIVN/vj+miWIt3NI") is Verdict.ACCEPTED
    assert judge(coded, "second", HELLO, x_signature="y24h0w7bxw8divn/vj+miwit3ni=") is Verdict.WRONG


@pytest.mark.parametrize(
    "value",
    [
        f"v1={FIRST}",
        f"v1={SECOND},v1={FIRST}",
        f"v1={FIRST}, v1={SECOND}",
        f"v0=abc,v1={FIRST},v2=abc",
        f",v1={FIRST},",
    ],
)
def test_any_of_several_signatures_will_do(value: str) -> None:
    assert judge(PAGERDUTY, "first", PAGE, x_pagerduty_signature=value) is Verdict.ACCEPTED


@pytest.mark.parametrize("value", ["", "v1=", FIRST, f"v0={FIRST}", f"V1={FIRST}", ",,,", "v1"])
def test_what_has_none_of_the_form_is_malformed(value: str) -> None:
    assert judge(PAGERDUTY, "first", PAGE, x_pagerduty_signature=value) is Verdict.MALFORMED


def test_a_header_with_very_many_signatures_is_looked_at_in_part() -> None:
    many = ",".join(["v1=00"] * signed.MOST + [f"v1={FIRST}"])
    assert judge(PAGERDUTY, "first", PAGE, x_pagerduty_signature=many) is Verdict.WRONG


def test_every_secret_is_tried_with_every_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    really = hmac.compare_digest

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return really(one, other)

    monkeypatch.setattr(signed.hmac, "compare_digest", compare)
    headers = {"x-pagerduty-signature": f"v1={FIRST},v1={SECOND}"}
    assert Signed(PAGERDUTY, [Kept("first"), Kept("second")])(headers, PAGE, None, NOW) is Verdict.ACCEPTED
    assert len(compared) == 4


@pytest.mark.parametrize("secrets", [[], [Kept("")], [Unset()]])
def test_without_a_secret_everybody_is_refused(secrets: list[Any]) -> None:
    empty = hmac.new(b"", PAGE, "sha256").hexdigest()
    for signature in (empty, FIRST):
        assert (
            Signed(PAGERDUTY, secrets)({"x-pagerduty-signature": f"v1={signature}"}, PAGE, None, NOW) is Verdict.WRONG
        )


def test_a_signed_time_counts_for_a_while() -> None:
    said = {"x_sig": TIMED_SIGNATURE, "x_time": "1772442000"}
    assert judge(TIMED, "first", TIMED_BODY, **said) is Verdict.ACCEPTED
    for away in (timedelta(seconds=300), timedelta(seconds=-300)):
        assert judge(TIMED, "first", TIMED_BODY, NOW + away, **said) is Verdict.ACCEPTED
    for away in (timedelta(seconds=301), timedelta(seconds=-301)):
        assert judge(TIMED, "first", TIMED_BODY, NOW + away, **said) is Verdict.STALE


@pytest.mark.parametrize(
    ("time", "verdict"),
    [("", Verdict.MISSING), ("soon", Verdict.MALFORMED), ("1772442001", Verdict.WRONG), ("{body}", Verdict.MALFORMED)],
)
def test_another_time_than_the_signed_one_is_refused(time: str, verdict: Verdict) -> None:
    assert judge(TIMED, "first", TIMED_BODY, x_sig=TIMED_SIGNATURE, x_time=time) is verdict


def test_a_forged_old_request_is_told_no_more_than_that_it_is_wrong() -> None:
    assert judge(TIMED, "first", TIMED_BODY, x_sig="00", x_time="1") is Verdict.WRONG


def test_texts_stand_around_time_and_body_as_the_form_says() -> None:
    form = SignatureForm(
        header="X-Sig", algorithm="sha1", encoding="base64", over="v0:{timestamp}:{body}", timestamp_header="X-Time"
    )
    said = {"x_sig": "GkOLnFGZyjPmcj37tJr2a3dpEcg=", "x_time": "2026-03-02T09:00:00Z"}
    assert judge(form, "first", TIMED_BODY, **said) is Verdict.ACCEPTED


def test_a_body_that_looks_like_a_place_is_only_a_body() -> None:
    form = SignatureForm(header="X-Sig", over="{timestamp}.{body}", timestamp_header="X-Time")
    made = hmac.new(b"first", b"1772442000.{timestamp}{body}", "sha256").hexdigest()
    assert judge(form, "first", b"{timestamp}{body}", x_sig=made, x_time="1772442000") is Verdict.ACCEPTED


def test_the_signature_is_not_kept_and_no_secret_is_shown() -> None:
    verifier = Signed(PAGERDUTY, [Kept("hush")])
    assert verifier.credential_headers == {"x-pagerduty-signature"}
    assert "hush" not in repr(verifier)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1772442000", NOW),
        ("1772442000000", NOW),
        ("2026-03-02T09:00:00Z", NOW),
        ("2026-03-02T10:00:00+01:00", NOW),
        ("2026-03-02T09:00:00", None),
        ("177244200000", None),
        ("-1", None),
        ("\u0661\u0667", None),
        ("9" * 400, None),
        ("", None),
    ],
)
def test_the_forms_of_a_signed_time(text: str, moment: datetime | None) -> None:
    assert sent_moment(text) == moment


@pytest.mark.parametrize(
    ("form", "part"),
    [
        (SignatureForm(header=""), "header"),
        (SignatureForm(header="X Sig"), "header"),
        (SignatureForm(header="X", over="{body}{body}"), "over"),
        (SignatureForm(header="X", over="{timestamp}", timestamp_header="T"), "over"),
        (SignatureForm(header="X", over="{url}{body}"), "over"),
        (SignatureForm(header="X", over="{timestamp}{body}"), "over"),
        (SignatureForm(header="X", timestamp_header="T"), "over"),
    ],
)
def test_a_form_that_cannot_work_is_told(form: SignatureForm, part: str) -> None:
    assert part in {name for name, _ in flaws(form)}


@settings(max_examples=200)
@given(value=st.text(), body=st.binary(max_size=100), time=st.text(max_size=40))
def test_no_header_whatever_lets_anybody_in_or_breaks_anything(value: str, body: bytes, time: str) -> None:
    for form in (PAGERDUTY, TIMED, SignatureForm(header="X-Sig", encoding="base64")):
        headers = {form.header.lower(): value, "x-time": time}
        assert Signed(form, [Kept("first")])(headers, body, None, NOW) is not Verdict.ACCEPTED
