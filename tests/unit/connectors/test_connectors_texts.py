"""Texts between dialects: nothing is lost, nothing gets in, and no text keeps a worker busy."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.texts import Dialect, convert, converted, escaped
from connectors.texts.conversion import convert as convert_here
from connectors.texts.conversion import keeps_the_words

NAMES = {"5b10ac8d82e05b22cc7d4ef5": "Dana Reyes", "jdoe": "Jo Doe"}
PIECES = st.sampled_from(
    [
        "*",
        "_",
        "{code}",
        "{color:red}",
        "{quote}",
        "[",
        "]",
        "|",
        "\n",
        "\n* ",
        "# ",
        "h1. ",
        "!",
        "~",
        "\\",
        "<b>",
        "</script>",
        "[code]",
        "[/code]",
        "bank",
        "10.0.0.1",
        "a_b",
        " ",
        "http://x.example/y",
        "é",
        "=1+1",
        "||",
        "`",
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=6), max_size=25).map("".join)


@pytest.mark.parametrize("dialect", list(Dialect))
@settings(max_examples=150, deadline=None)
@given(text=TEXTS)
def test_plain_words_arrive_as_they_are(dialect: Dialect, text: str) -> None:
    made = converted(text, "plain", dialect)
    shown = re.sub(r"[\\\u200b]", "", made.replace("&#92;", "").replace("&#46;", "."))
    clean = re.sub(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]", "", re.sub(r"\r\n?|\u2028|\u2029", "\n", text))
    assert shown == re.sub(r"[\\\u200b]", "", clean)


@settings(max_examples=200, deadline=None)
@given(text=TEXTS)
def test_no_plain_text_opens_a_macro_a_link_or_html(text: str) -> None:
    assert not re.search(r"(?<!\\)[{\[]", escaped(text, Dialect.WIKI))
    assert not re.search(r"\[/?code\]", escaped(text, Dialect.JOURNAL), re.IGNORECASE)


@pytest.mark.parametrize("markup", ["html", "journal", "markdown"])
@pytest.mark.parametrize("dialect", list(Dialect))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=TEXTS)
def test_a_conversion_keeps_every_word_or_gives_nothing(markup: str, dialect: Dialect, text: str) -> None:
    made = convert_here(text, markup, dialect.value, NAMES)
    assert not re.search(r"<script|javascript:", made.replace("&lt;script", ""), re.IGNORECASE) or "script" in text
    if dialect is Dialect.JOURNAL_HTML and made:
        assert len(re.findall(r"\[/?code\]", made)) == 2


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=st.lists(PIECES, max_size=12).map("".join))
def test_wiki_markup_keeps_every_word_or_gives_nothing(text: str) -> None:
    made = convert_here(text, "wiki", "journal", NAMES)
    assert not made or keeps_the_words("bank" if "bank" in text else "", made)


CASES = [
    (
        "wiki",
        Dialect.JOURNAL,
        "*Down* since [noon|https://x.example/y?a=1]",
        "Down since noon (https://x.example/y?a=1)",
    ),
    ("wiki", Dialect.JOURNAL, "* a\n* b", "- a\n- b"),
    (
        "wiki",
        Dialect.JOURNAL,
        "{color:red}red{color} and [~jdoe], [~accountid:5b10ac8d82e05b22cc7d4ef5]",
        "red and @Jo Doe",
    ),
    ("wiki", Dialect.JOURNAL_HTML, "*Down* <script>x</script>", "<strong>Down</strong> &lt;script&gt;x&lt;/script&gt;"),
    ("wiki", Dialect.WIKI, "{code:java}if (x) { y(); }{code}", "{code:java}\nif (x) { y(); }\n{code}"),
    (
        "journal",
        Dialect.WIKI,
        "Hi [code]<b>Down</b> <a href='https://x.example'>here</a>[/code]",
        "*Down* [here|https://x.example]",
    ),
    ("journal", Dialect.WIKI, "[code]<a href='javascript:alert(1)'>here</a>[/code]", "here"),
    ("html", Dialect.WIKI, "<p>5 {code} * 3 <script>alert(1)</script></p>", "5 \\{code\\} * 3"),
    ("markdown", Dialect.WIKI, "**Down** `a{b}`", "*Down* {{a\\{b\\}}}"),
]


@pytest.mark.parametrize(("markup", "dialect", "text", "expected"), CASES)
def test_what_is_marked_up_arrives_in_the_others_words(markup: str, dialect: Dialect, text: str, expected: str) -> None:
    made = converted(text, markup, dialect, NAMES)
    assert expected in made
    assert convert.UNCONVERTED not in made


def test_somebody_unknown_is_mentioned_without_their_account() -> None:
    text = "See [~accountid:557058:f2b6dbd0-1f4e-4a0c-8f3b-0c1d2e3f4a5b] and [~kim]"
    assert converted(text, "wiki", Dialect.JOURNAL, NAMES) == "See @somebody and @kim"


HOSTILE = [
    "[" * 5000,
    "{quote}" * 2000,
    "*a _b " * 4000,
    "|" * 9000,
    "{color:red}" * 3000,
    "!a" * 5000,
    "~" * 20000,
    "\n".join("*" * depth + " a" for depth in range(1, 200)),
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_text_arrives_whole_in_bounded_time(text: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(convert, "SECONDS", 3.0)
    began = time.monotonic()
    made = converted(text, "wiki", Dialect.JOURNAL)
    assert time.monotonic() - began < 10
    assert made


@pytest.mark.parametrize("markup", ["html", "journal"])
def test_deep_nesting_arrives_whole_and_says_so(markup: str) -> None:
    inner = "<div>" * 3000 + "bank" + "</div>" * 3000
    made = converted(f"[code]{inner}[/code]" if markup == "journal" else inner, markup, Dialect.JOURNAL)
    assert "bank" in made


def test_a_text_that_cannot_be_converted_says_that_nothing_is_left_out(monkeypatch: Any) -> None:
    monkeypatch.setattr(convert, "SECONDS", 0.01)
    made = converted("*bold* {code}x{code}", "wiki", Dialect.WIKI)
    assert made.endswith(f"\n\n{convert.UNCONVERTED}")
    assert "bold" in made


def test_a_text_that_is_too_long_is_cut_and_says_so() -> None:
    assert converted("x " * 40_000, "plain", Dialect.JOURNAL).endswith(convert.CUT)
