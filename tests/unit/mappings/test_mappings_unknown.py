from collections.abc import Callable

import pytest
from mappings_made import delivery

from core.model import Impact, Normalized, Unknown, UnknownKind
from core.ports import UnmappedError
from mappings import BoundMapping

Load = Callable[..., BoundMapping]

SHAPE = """
items: [alerts, .]
shapes:
  - name: alert
    kind: {{is: alert}}
    key: id
    state: {{is: new}}
    impact: {impact}
"""
WITH_DEFAULT = "{from: s, table: {critical: high}, default: medium}"


def mapped(load: Load, impact: str, *words: object) -> Normalized:
    body = {"alerts": [{"id": str(number), "s": word} for number, word in enumerate(words)]}
    return load(SHAPE.format(impact=impact)).events(delivery(body))


def names(normalized: Normalized | None) -> list[str]:
    return [one.name for one in normalized.unknown] if normalized else []


def test_an_unknown_word_is_told_though_a_default_gives_it_a_value(load: Load) -> None:
    found = mapped(load, WITH_DEFAULT, "odd")
    assert found.events[0].impact is Impact.MEDIUM
    (unknown,) = found.unknown
    assert unknown == Unknown(UnknownKind.VALUE, "test:8 s", "odd", unknown.advice)
    assert "/test/mapping.yaml, line 8;" in unknown.advice


def test_nobody_is_told_to_change_a_file_that_comes_with_rung(load: Load) -> None:
    (unknown,) = mapped(load, WITH_DEFAULT, "odd").unknown
    assert unknown.advice.endswith("where that one is packaged, in your own mapping that says “extends: test”.")


def test_each_time_that_it_is_met_counts(load: Load) -> None:
    assert names(mapped(load, WITH_DEFAULT, "odd", "critical", "odd", "Other")) == ["odd", "odd", "Other"]


def test_an_unknown_word_that_says_nothing_is_told_too(load: Load) -> None:
    assert names(mapped(load, "{from: s, table: {critical: high}, default: null}", "odd")) == ["odd"]


def test_an_unknown_word_that_is_an_error_is_told_with_it(load: Load) -> None:
    with pytest.raises(UnmappedError) as error:
        mapped(load, "{from: s, table: {critical: high}}", "odd", "critical")
    assert names(error.value.understood) == ["odd"]


def test_a_word_that_a_later_alternative_understands_is_known(load: Load) -> None:
    first = "{from: s, table: {critical: high}, default: null}"
    second = "{from: s, table: {fine: low}, default: null}"
    assert names(mapped(load, f"[{first}, {second}]", "fine")) == []
    assert names(mapped(load, f"[{first}, {second}]", "odd")) == ["odd", "odd"]


def test_a_row_for_all_other_words_makes_them_known(load: Load) -> None:
    found = mapped(load, '{from: s, table: {critical: high, "*": null}}', "odd", "critical")
    assert names(found) == []
    assert [one.impact for one in found.events] == [None, Impact.HIGH]


def test_a_word_is_not_told_where_its_path_sounds_like_a_secret(load: Load) -> None:
    text = SHAPE.format(impact="{from: api_token, table: {x: high}, default: low}")
    assert names(load(text).events(delivery({"id": "1", "api_token": "hunter2"}))) == ["(hidden)"]


def test_a_record_that_is_read_tells_what_of_it_is_unknown(load: Load) -> None:
    mapping = load(SHAPE.format(impact=WITH_DEFAULT))
    assert names(mapping.record({"id": "1", "s": "odd"})) == ["odd"]
