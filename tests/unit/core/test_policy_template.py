"""The language of message templates, and what they may say of a ticket."""

from __future__ import annotations

import pytest

from core.policy.template import Template, misread
from core.policy.words import Words, languages_of


def test_fields_are_filled_in() -> None:
    assert Template("{severity} {service}: {title}.").render(
        {"severity": "SEV1", "service": "Payments", "title": "down"}
    ) == ("SEV1 Payments: down.")


def test_a_line_whose_fields_are_all_empty_is_left_out() -> None:
    text = Template("It is {state}.\nNext update by {next_update}.\n{team}, {level}").render(
        {"state": "new", "team": "Payments"}
    )
    assert text == "It is new.\nPayments,"


def test_an_empty_field_leaves_no_gap_behind() -> None:
    assert Template("a {b} c {d}.").render({"c": "x", "b": "", "d": "y"}) == "a c y."


def test_a_brace_of_its_own_is_written_twice() -> None:
    assert Template("{{not a field}} {a}").render({"a": "b"}) == "{not a field} b"


@pytest.mark.parametrize("text", ["{a.b}", "{a[0]}", "{a!r}", "{a:>10}", "{}", "{A}", "{a b}", "{__a__}", "{", "a}"])
def test_code_attributes_and_formats_are_refused(text: str) -> None:
    assert misread(text, {"a"})


def test_an_unknown_field_is_named() -> None:
    assert misread("{severity} {sevrity}", {"severity"}) == [("there is no field “sevrity” here.", "sevrity")]


def test_a_value_that_looks_like_a_field_is_only_text() -> None:
    assert Template("{a}").render({"a": "{b}", "b": "secret"}) == "{b}"


def test_a_region_is_served_by_its_language() -> None:
    assert languages_of("de-AT", "en") == ("de-at", "de", "en")


def test_a_word_that_a_language_lacks_is_said_in_english() -> None:
    words = Words("de", {"minute": "Minute"})
    assert (words("minute"), words("hours")) == ("Minute", "hours")
