"""Who goes first in a backlog, and that of one alert everything is applied in the order in which it was told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.work import places
from core.work.places import LAST, Places, Word

K, OTHER = ("a source", "one"), ("a source", "two")


def order(*deliveries: list[Word]) -> list[int]:
    """Deliveries by their numbers, from 1, in the order in which they would be applied."""
    found, ranks = Places(), dict.fromkeys(range(1, len(deliveries) + 1), LAST)
    for number, words in enumerate(deliveries, 1):
        for moved, rank in found.of(number, words).items():
            ranks[moved] = min(rank, ranks[moved])
    return sorted(ranks, key=lambda number: (ranks[number], number))


def test_the_worst_goes_first_then_people_and_the_rest_keeps_its_order() -> None:
    assert order([Word(K, LAST)], [Word(None, 1)], [Word(OTHER, 0)]) == [3, 2, 1]


def test_what_got_worse_takes_its_first_word_along() -> None:
    assert order([Word(OTHER, LAST)], [Word(K, LAST)], [Word(K, 0)]) == [2, 3, 1]


def test_what_fires_anew_stays_behind_its_own_end() -> None:
    assert order([Word(K, LAST)], [Word(K, None)], [Word(K, 0)]) == [1, 2, 3]
    assert order([Word(K, None)], [Word(K, 0)]) == [1, 2]


def test_a_group_that_holds_the_end_of_another_alert_does_not_overtake_its_beginning() -> None:
    assert order([Word(OTHER, LAST)], [Word(OTHER, None), Word(K, 0)]) == [1, 2]


def test_nothing_moves_once_there_is_too_much_to_keep_in_mind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "MOST_KEYS", 1)
    assert order([Word(K, LAST)], [Word(OTHER, LAST)], [Word(("a source", "three"), 0)]) == [1, 2, 3]


WORDS = st.builds(Word, st.sampled_from([K, OTHER, None]), st.sampled_from([0, 2, LAST, None]))


@given(st.lists(st.lists(WORDS, max_size=3), max_size=12))
def test_of_one_alert_no_later_word_comes_before_an_earlier(deliveries: list[list[Word]]) -> None:
    applied = order(*deliveries)
    for key in (K, OTHER):
        of_it = [number for number in applied if key in {word.key for word in deliveries[number - 1]}]
        assert of_it == sorted(of_it)
