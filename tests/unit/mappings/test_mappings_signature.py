"""The section `signature` of a mapping."""

import re

import pytest

from core.model import SignatureForm
from mappings import MappingDocumentError, load_catalogue
from mappings.spans import LONGEST, seconds

SHAPES = "shapes: [{name: a, kind: {is: alert}, key: id, state: {is: new}}]\n"


def form(text: str) -> SignatureForm | None:
    return load_catalogue([], {"mine": SHAPES + "signature: " + text})["mine"].bind("mine").signature


def test_a_mapping_says_how_its_sender_signs() -> None:
    assert form('{header: X-PagerDuty-Signature, prefix: "v1=", separator: ","}') == SignatureForm(
        header="X-PagerDuty-Signature", prefix="v1=", separator=","
    )
    whole = (
        '{header: S, algorithm: sha1, encoding: base64, over: "{timestamp}.{body}", timestamp_header: T, tolerance: 5m}'
    )
    assert form(whole) == SignatureForm(
        header="S",
        algorithm="sha1",
        encoding="base64",
        over="{timestamp}.{body}",
        timestamp_header="T",
        tolerance=300,
    )


def test_a_mapping_need_not_say_it() -> None:
    assert load_catalogue([], {"mine": SHAPES})["mine"].bind("mine").signature is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{prefix: v1}", "needs “header”"),
        ("{header: S, algorithm: md5}", "no algorithm “md5”. Allowed: sha1, sha256, sha512"),
        ("{header: S, encoding: hexa}", "Allowed: hex, base64"),
        ("{header: a b}", "“header” must be the name of an HTTP header"),
        ("{header: S, over: '{url}{body}'}", "“over” knows no {url}"),
        ("{header: S, over: x}", "must hold {body} once"),
        ("{header: S, timestamp_header: T}", "must hold {timestamp}"),
        ("{header: S, tolerance: soon}", "no length of time"),
        ("{header: S, secret: hush}", "no “secret” here"),
        ("[]", "Named entries were expected"),
    ],
)
def test_what_is_wrong_with_a_form_is_told_with_its_line(text: str, told: str) -> None:
    with pytest.raises(MappingDocumentError) as refused:
        form(text)
    assert any("mappings/mine/mapping.yaml:2:" in str(one) and told in str(one) for one in refused.value.problems)


@pytest.mark.parametrize(
    ("text", "length"),
    [("90", 90), ("30s", 30), ("15m", 900), ("1h30m", 5400), (" 2d ", 172_800), (str(LONGEST), LONGEST)],
)
def test_lengths_of_time(text: str, length: int) -> None:
    assert seconds(text) == length


@pytest.mark.parametrize("text", ["", "0", "-1", "1.5h", "soon", "1m1h", "367d", "9" * 30, "\u0663", "1h " + "2"])
def test_what_is_no_length_of_time(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(text.strip())}$"):
        seconds(text)
