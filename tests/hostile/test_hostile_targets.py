"""Everything that takes foreign bytes, over what fuzzing has found and a few that any machine makes in a second."""

from __future__ import annotations

import random

import pytest

from tests.hostile.targets import TARGETS, seeds

FOUND = {
    "signature": [b"Basic dXNl\xff\xff\xff\xffbm93bg==\n{}"],
    "command": [b"0001-01-01T00:00+23:59|9999-12-31T23:59-23:59|" + b"9" * 400],
    "timestamp": [b"9" * 400, b"-" + b"9" * 20, b"1e999", "٣".encode(), b"0001-01-01T00:00:00+23:59", b"\xed\xa0\x80"],
}
"""What once broke a target, or looks as if it could."""
ANY = [b"", b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"[" * 5000, b'{"a":' * 5000, b"9" * 5000, b"a: &a [*a]"]


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_whatever_it_is_given_it_says_so_in_its_own_words(name: str) -> None:
    dice, begin = random.Random(name), seeds(name)
    for one in [*ANY, *FOUND.get(name, ()), *begin]:
        TARGETS[name](one)
    for _ in range(30):
        TARGETS[name](mutated(dice.choice(begin), dice))


def mutated(data: bytes, dice: random.Random) -> bytes:
    """Those bytes with a few others in place of some."""
    changed = bytearray(data)
    for _ in range(dice.randint(1, 5)):
        begin = dice.randrange(len(changed) + 1)
        changed[begin : begin + dice.randint(0, 4)] = dice.choice(
            [b"\x00", b"\xff", b'"', b"9" * 20, dice.randbytes(3)]
        )
    return bytes(changed)
