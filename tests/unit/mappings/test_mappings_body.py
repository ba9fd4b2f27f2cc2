import json
from urllib.parse import quote

import pytest

from core.ports import UnmappedError
from mappings.body import MAX_DEPTH, parse


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def test_it_takes_what_is_nested_as_deep_as_allowed() -> None:
    assert parse(nested(MAX_DEPTH))


@pytest.mark.parametrize("body", [nested(MAX_DEPTH + 1), nested(200_000), b'{"a":' * 70 + b"1" + b"}" * 70])
def test_it_refuses_what_is_nested_deeper(body: bytes) -> None:
    with pytest.raises(UnmappedError, match="nested deeper than 64"):
        parse(body)


def test_many_brackets_beside_each_other_are_not_deep() -> None:
    assert parse(b"[" + b",".join([b"{}"] * 500) + b"]") == [{}] * 500


@pytest.mark.parametrize("body", [b"NaN", b"[Infinity]", b"[-Infinity]", b"[1e999]", b'{"a": -1e999}'])
def test_it_refuses_numbers_that_are_not_finite(body: bytes) -> None:
    with pytest.raises(UnmappedError, match="not JSON"):
        parse(body)


@pytest.mark.parametrize("body", [b"", b"  ", b"{", b"{'a': 1}", b"hello", b"[" + b"9" * 5000 + b"]", b'"\x00"'])
def test_it_says_what_is_not_json(body: bytes) -> None:
    with pytest.raises(UnmappedError, match=r"The body is (empty|not JSON)"):
        parse(body)


def test_whole_numbers_beyond_doubles_stay_exact() -> None:
    assert parse(b'{"n": 9007199254740993}') == {"n": 9007199254740993}


def test_the_last_of_two_equal_keys_wins() -> None:
    assert parse(b'{"a": 1, "a": 2}') == {"a": 2}


def test_characters_that_a_database_refuses_are_replaced() -> None:
    body = rb'{"nul\u0000": ["a\u0000b", "\ud800", "\uD83D\uDE00"]}'
    assert parse(body) == {"nul\ufffd": ["a\ufffdb", "\ufffd", "\U0001f600"]}


def test_bytes_that_are_not_utf8_are_replaced() -> None:
    assert parse(b'{"city": "Z\xfcrich"}') == {"city": "Z\ufffdrich"}


def test_a_byte_order_mark_does_no_harm() -> None:
    assert parse(b"\xef\xbb\xbf{}") == {}


def test_a_form_field_can_hold_the_json() -> None:
    body = b"other=1&alert=" + quote(json.dumps({"a": "ü"})).encode()
    assert parse(body, "application/x-www-form-urlencoded; charset=utf-8", "alert") == {"a": "ü"}
    with pytest.raises(UnmappedError, match="empty"):
        parse(b"other=1", "application/x-www-form-urlencoded", "alert")
