"""Whatever is posted: Events, reasons, or `UnmappedError`, in bounded time; and the door's key never fails."""

import json
import time
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mappings_fixtures import BODIES, FOLDERS, bound, delivery, headers

from core.ports import UnmappedError
from mappings import BoundMapping

SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20))
JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=10), inner, max_size=4)),
    max_leaves=20,
)
MAPPINGS = {folder.name: bound(folder) for folder in FOLDERS}
SHAPED = [
    (body.parent.parent.name, json.loads(body.read_text()), headers(body)) for body in BODIES if body.suffix == ".json"
]
MAILS = [(body.parent.parent.name, body.read_bytes()) for body in BODIES if body.suffix == ".eml"]
MAIL = {"content-type": "message/rfc822"}
OFTEN = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


BOUND = 1.5
"""Seconds of processor time that a body of up to 200 kB may take; what is usual is a millisecond."""


def take(mapping: BoundMapping, raw: bytes, said: dict[str, str], bound: float = BOUND) -> None:
    began = time.process_time()
    _take(mapping, raw, said)
    assert time.process_time() - began < bound


def _take(mapping: BoundMapping, raw: bytes, said: dict[str, str]) -> None:
    mapping.delivery_key(said, raw)
    with suppress(UnmappedError):
        found = mapping.events(delivery(raw, said))
        for event in found.events:
            assert event.key
            json.dumps([event.title, event.description, dict(event.labels)]).encode()
            assert "\x00" not in f"{event.key}{event.title}{event.description}{event.labels}"


@pytest.mark.parametrize("source", sorted(MAPPINGS))
@OFTEN
@given(raw=st.binary(max_size=200))
def test_any_bytes_at_all(source: str, raw: bytes) -> None:
    take(MAPPINGS[source], raw, {"content-type": "application/json"})


@pytest.mark.parametrize("source", sorted(MAPPINGS))
@OFTEN
@given(body=JSON)
def test_any_json_at_all(source: str, body: object) -> None:
    take(MAPPINGS[source], json.dumps(body).encode(), {"content-type": "application/json"})


@OFTEN
@given(subject=st.text(max_size=60), sender=st.text(max_size=30), text=st.text(max_size=100), data=st.data())
def test_any_mail_at_all(subject: str, sender: str, text: str, data: st.DataObject) -> None:
    source, mail = data.draw(st.sampled_from(MAILS))
    take(MAPPINGS[source], f"Subject: {subject}\nFrom: {sender}\n\n{text}".encode(), MAIL)
    cut = data.draw(st.integers(0, len(mail)))
    take(MAPPINGS[source], mail[:cut] + text.encode() + mail[cut:], MAIL)


def spots(value: object, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place in a body."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(spot for name, part in parts for spot in spots(part, (*at, name)))]


def changed(value: object, spot: tuple[str | int, ...], instead: object) -> object:
    if not spot:
        return instead
    copy = dict(value) if isinstance(value, dict) else list(value)  # type: ignore[call-overload]
    copy[spot[0]] = changed(copy[spot[0]], spot[1:], instead)
    return copy


def fixtures(source: str) -> list[tuple[object, dict[str, str]]]:
    return [(body, dict(said)) for name, body, said in SHAPED if name == source]


@pytest.mark.parametrize("source", sorted({name for name, _, _ in SHAPED}))
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_good_body_with_anything_in_one_place(source: str, data: st.DataObject) -> None:
    body, said = data.draw(st.sampled_from(fixtures(source)))
    spot = data.draw(st.sampled_from(spots(body)))
    broken = changed(body, spot, data.draw(JSON))
    take(MAPPINGS[source], json.dumps(broken).encode(), said)


LONG = [
    unit * (60_000 // len(unit))
    for unit in (
        "a",
        " ",
        "(",
        "re: ",
        "is ok ",
        "severity:",
        "1 a ",
        "[",
        "x@",
        "a.b-c/",
        "{a}",
        "\n",
        "service = ",
        "<a",
    )
]
"""Texts on which a careless regular expression works for minutes."""


def longest(value: object, text: str) -> object:
    """The body with that text in place of, and after, each of its texts."""
    if isinstance(value, dict):
        return {name: longest(part, text) for name, part in value.items()}
    if isinstance(value, list):
        return [longest(part, text) for part in value]
    return f"{value}{text}!" if isinstance(value, str) else value


@pytest.mark.parametrize("source", sorted(MAPPINGS))
def test_long_texts_take_no_longer_than_they_are(source: str) -> None:
    """Each text of a body in turn is long, and, for its first body, all at once."""
    for number, (body, said) in enumerate(fixtures(source)[:4]):
        for text in LONG:
            for spot in [spot for spot in spots(body) if _is_text(body, spot)][:40]:
                take(MAPPINGS[source], json.dumps(changed(body, spot, f"PROBLEM {text}!")).encode(), said)
            if number == 0:
                take(MAPPINGS[source], json.dumps(longest(body, text[:3000])).encode(), said)


def test_long_mails_take_no_longer_than_they_are() -> None:
    for source, mail in MAILS:
        for text in LONG:
            long = text.replace("\n", " ").encode()
            for header in (b"Subject: ", b"From: ", b"Auto-Submitted: ", b"References: "):
                take(MAPPINGS[source], header + b"PROBLEM: " + long + b"!\n" + mail, MAIL)
            take(MAPPINGS[source], mail + long, MAIL)


def _is_text(body: object, spot: tuple[str | int, ...]) -> bool:
    for step in spot:
        body = body[step]  # type: ignore[index]
    return isinstance(body, str)


def test_a_body_of_a_megabyte_is_no_trouble() -> None:
    raw = json.dumps({"alerts": [{"status": "firing", "labels": {"alertname": "x" * 200_000}}] * 5}).encode()
    for mapping in MAPPINGS.values():
        take(mapping, raw, {}, bound=2)
