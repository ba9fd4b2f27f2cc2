from collections.abc import Callable

import pytest
from mappings_made import delivery

from core.model import RecordRef
from core.ports import UnmappedError
from mappings import BoundMapping
from mappings.mapping import MAX_ITEMS

Load = Callable[..., BoundMapping]

BATCH = """
items: [alerts, .]
tell: [type]
names: {type: type}
shapes:
  - name: not for us
    when: type.startsWith('sprint')
    decline: "{type} is not for us"
  - name: alert
    when: type == 'alert'
    kind: {is: alert}
    key: id
    state: {is: new}
    service: $body.service
"""

RECORD = """
shapes:
  - name: record
    kind: {is: updated}
    key: [id, number]
    record: {collection: table, id: id, key: number, link: "{$base_url}/{id}"}
"""


def test_a_batch_gives_an_event_for_each_item_and_sees_the_whole_body(load: Load) -> None:
    body = {"service": "shop", "alerts": [{"type": "alert", "id": 1}, {"type": "alert", "id": 2}]}
    found = load(BATCH).events(delivery(body)).events
    assert [(one.key, one.service) for one in found] == [("1", "shop"), ("2", "shop")]


def test_a_body_without_a_batch_is_one_item(load: Load) -> None:
    assert load(BATCH).events(delivery({"type": "alert", "id": "x"})).events[0].key == "x"


def test_an_empty_batch_is_declined(load: Load) -> None:
    found = load(BATCH).events(delivery({"alerts": []}))
    assert (found.events, found.declined) == ((), ("The delivery holds an empty list.",))


def test_a_shape_can_decline_with_a_reason(load: Load) -> None:
    found = load(BATCH).events(delivery([{"type": "sprint_started"}, {"type": "alert", "id": 1}]))
    assert found.declined == ("sprint_started is not for us",)
    assert len(found.events) == 1


def test_a_body_that_fits_no_shape_is_told_with_what_it_is(load: Load) -> None:
    with pytest.raises(UnmappedError, match=r'test/mapping.yaml:2: no shape of the mapping “test” fits: type is "odd"'):
        load(BATCH).events(delivery({"type": "odd"}))


def test_a_condition_that_cannot_be_worked_out_does_not_hold(load: Load) -> None:
    with pytest.raises(UnmappedError, match="type is 5"):
        load(BATCH).events(delivery({"type": 5}))


def test_an_item_without_a_key_is_unmapped(load: Load) -> None:
    with pytest.raises(UnmappedError, match="nothing for “key”, which the shape “alert” cannot do without"):
        load(BATCH).events(delivery({"type": "alert"}))


def test_an_endless_batch_is_refused(load: Load) -> None:
    with pytest.raises(UnmappedError, match=str(MAX_ITEMS)):
        load(BATCH).events(delivery([{}] * (MAX_ITEMS + 1)))


def test_a_missing_batch_is_told(load: Load) -> None:
    text = "items: alerts\nshapes: [{name: a, kind: {is: alert}, key: id, state: {is: new}}]"
    with pytest.raises(UnmappedError, match="holds nothing at alerts"):
        load(text).events(delivery({}))


def test_a_record_knows_its_platform_and_its_address(load: Load) -> None:
    mapping = load(RECORD, platform="sn", base_url="https://sn.example.com")
    found = mapping.events(delivery({"table": "incident", "id": "9d", "number": "INC1"})).events[0]
    assert found.record == RecordRef("sn", "incident", "9d", "INC1", "https://sn.example.com/9d")


def test_the_event_of_a_record_must_say_which(load: Load) -> None:
    text = RECORD.replace("key: [id, number]", "key: {is: k}")
    with pytest.raises(UnmappedError, match="nothing for “record”"):
        load(text).events(delivery({"table": "incident"}))


def test_a_fetched_record_is_read_like_a_webhook_body(load: Load) -> None:
    mapping = load(RECORD)
    (event,) = mapping.record({"id": "9d", "number": "INC1"}).events
    assert event is not None
    assert event.key == "9d"
    assert load(BATCH).record({"type": "sprint_x"}).events == ()


KEYED = "shapes: [{name: a, kind: {is: alert}, key: id, state: {is: new}}]\ndelivery_key: "


def test_a_delivery_key_comes_from_a_header_without_reading_the_body(load: Load) -> None:
    mapping = load(KEYED + "$header.x-id")
    assert mapping.delivery_key({"x-id": "7"}, b"not json") == "7"
    assert mapping.delivery_key({}, b"{}") is None


def test_a_delivery_key_comes_from_the_body(load: Load) -> None:
    mapping = load(KEYED + '"{id}:{mod}"')
    assert mapping.delivery_key({}, b'{"id": "a", "mod": 3}') == "a:3"
    assert mapping.delivery_key({}, b'{"id": "a"}') is None


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'{"id": []}', b"\xff\xfe", b"[" * 100_000])
def test_a_delivery_key_never_raises(load: Load, body: bytes) -> None:
    assert load(KEYED + "id").delivery_key({}, body) is None
