"""A delivery's page shows any body at all, at a cost that does not depend on what is in it."""

from __future__ import annotations

import time
from dataclasses import replace

from console_fakes import FakeDesk

from console.ledgers import BODY_LIMIT, readable


def _shown(desk: FakeDesk, body: bytes) -> tuple[str, bool]:
    return readable(replace(desk.delivery(41), body=body))


def test_json_is_indented_and_everything_else_stays_as_it_came(desk: FakeDesk) -> None:
    assert _shown(desk, b'{"a":[1]}') == ('{\n  "a": [\n    1\n  ]\n}', False)
    assert _shown(desk, b'{"a":[1]') == ('{"a":[1]', False)


def test_deep_lists_of_many_values_are_not_indented_beyond_what_is_shown(desk: FakeDesk) -> None:
    """Indented in whole this one takes more than a minute and two gigabytes."""
    body = b"[" * 850 + b"1," * 400_000 + b"1" + b"]" * 850
    began = time.process_time()
    shown, more = _shown(desk, body)
    assert time.process_time() - began < 5
    assert more
    assert len(shown) <= BODY_LIMIT


def test_halves_of_pairs_are_left_out_for_no_page_can_hold_them(desk: FakeDesk) -> None:
    shown, _ = _shown(desk, rb'{"a": "x\ud800y"}')
    assert shown.encode() == b'{\n  "a": "x y"\n}'


def test_nesting_beyond_any_depth_is_shown_as_it_came(desk: FakeDesk) -> None:
    assert _shown(desk, b"[" * 50_000)[0].startswith("[[[")
