"""Whatever is posted: Events, reasons, or `UnmappedError`. Never anything else, and the door's key never fails."""

import json
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
SHAPED = [(body.parent.parent.name, json.loads(body.read_text()), headers(body)) for body in BODIES]
OFTEN = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def take(mapping: BoundMapping, raw: bytes, said: dict[str, str]) -> None:
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


@settings(max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_good_body_with_anything_in_one_place(data: st.DataObject) -> None:
    source, body, said = data.draw(st.sampled_from(SHAPED))
    spot = data.draw(st.sampled_from(spots(body)))
    broken = changed(body, spot, data.draw(JSON))
    take(MAPPINGS[source], json.dumps(broken).encode(), dict(said))


def test_a_body_of_a_megabyte_is_no_trouble() -> None:
    raw = json.dumps({"alerts": [{"status": "firing", "labels": {"alertname": "x" * 200_000}}] * 5}).encode()
    for mapping in MAPPINGS.values():
        take(mapping, raw, {})
