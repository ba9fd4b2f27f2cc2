import json
import time
from collections.abc import Iterator

import pytest
import yaml

import mappings
from core.ports import UnmappedError
from mappings import MappingDocumentError, load_catalogue
from mappings.document import Node, Report, read
from mappings.patterns import LOOKED_AT, Pattern, compile_pattern


def compiled(expression: str) -> tuple[Pattern | None, list[str]]:
    report = Report("x")
    root = read("x: |-\n  " + expression, report)
    assert isinstance(root, Node)
    return compile_pattern(root.entries()["x"]), [one.message for one in report.problems]


@pytest.mark.parametrize(
    ("expression", "powers"),
    [
        (r"^rung-([a-z0-9-]+)$", 0),
        (r"\[rung ([a-z0-9-]+)\]\s*$", 0),
        (r"^([\w-]+(?:\.[\w-]+)+)$", 0),
        (r"/issue/([^/]+)/comment/", 0),
        (r"(?i)^customer[-_](.+)$", 0),
        (r"^(.+?)(?::\d+)?$", 1),
        (r"(.+)$", 1),
        (r"([^/]+)/?$", 1),
        (r"^(.+) on .* x", 2),
        (r"^\s*+(.+?)[\s!]*+$", 1),
        (r"^(\d{1,3}(?:\.\d{1,3}){3})$", 0),
        (r"^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$", 0),
        (r"^(?i:host|hub|service) ([^ ]+)$", 0),
        (r"^“([^”]+)”$", 0),
    ],
)
def test_what_a_repeat_could_also_take_bounds_how_much_of_a_text_is_looked_at(expression: str, powers: int) -> None:
    pattern, wrong = compiled(expression)
    assert wrong == []
    assert pattern is not None
    assert pattern.looks_at == LOOKED_AT[powers]


@pytest.mark.parametrize(
    "expression",
    [
        r"^(a+)+$",
        r"((?:a|a)*)b",
        r"(?:\w+\s?)*(x)",
        r"(?:a*)*(b)",
        r"(?:ab|[a-c]b)+(x)",
        r"(?i)(?:ab|[A-C]b)*(x)",
        r".*.*.*(x)",
        r"(a)\1+",
        r"^(?:(?:a{1,50}){1,50})(b)",
        r"(x(?:[^\x00-\u017f]+)+y)",
        r"^((?:(?i:a)|A[^b])+)$",
        r"^((?:a.|ab){40})$",
        "^(" + "(?:a.|ab)" * 40 + ")$",
        r"^((?:a?){40}a{40})$",
        "^(" + "a?" * 40 + "a" * 40 + ")$",
        r"^((?:.* ){20}x)$",
        r"^((?:.*a){7}x)$",
        r"^((?:(?:a{0,7}){0,7}){0,7})$",
        r"^((?:a{2,9}){2,9})$",
        "(a" + "(?:" * 60 + "b" + ")*" * 60 + ")",
    ],
)
def test_an_expression_that_could_run_away_is_refused(expression: str) -> None:
    pattern, wrong = compiled(expression)
    assert pattern is None
    assert "could take very long" in wrong[0]


@pytest.mark.parametrize(
    ("expression", "told"), [("(", "This is no regular"), ("a", "one group"), ("(a)(b)", "one group")]
)
def test_an_expression_that_makes_no_sense_is_refused(expression: str, told: str) -> None:
    assert told in compiled(expression)[1][0]


def _matches(document: object) -> Iterator[str]:
    """Every expression of a document."""
    if isinstance(document, dict):
        yield from ([document["match"]] if isinstance(document.get("match"), str) else [])
    parts = document.values() if isinstance(document, dict) else document if isinstance(document, list) else ()
    for part in parts:
        yield from _matches(part)


HOSTILE = [
    "a" * 200_000,
    "aA" * 100_000,
    ":1" * 100_000,
    "/" * 200_000,
    "[rung " * 30_000,
    " " * 200_000,
    "https://" * 20_000,
]


def test_no_packaged_expression_takes_long_on_any_text() -> None:
    found = {
        one for path in mappings.PACKAGED.glob("*/mapping.yaml") for one in _matches(yaml.safe_load(path.read_text()))
    }
    assert [one for one in found if compiled(one)[0] is None] == []
    patterns = [pattern for one in found if (pattern := compiled(one)[0])]
    assert len(patterns) == len(found) > 10
    for pattern in patterns:
        for text in HOSTILE:
            before = time.perf_counter()
            pattern.group(text + "!")
            assert time.perf_counter() - before < 2, pattern


def wrong(text: str) -> str:
    with pytest.raises(MappingDocumentError) as error:
        load_catalogue([], {"x": text})
    return str(error.value)


SHAPE = "shapes: [{name: a, kind: {is: alert}, key: id, state: {is: new}, title: TITLE}]"


def test_an_expression_of_cel_that_goes_through_lists_again_and_again_is_refused() -> None:
    loops = "l.all(a, l.all(b, l.all(c, a == b && b == c))) ? 'x' : 'y'"
    text = "names: {l: l}\n" + SHAPE.replace("TITLE", f'{{cel: "{loops}"}}')
    assert "goes through lists more than 2 times" in wrong(text)
    assert "longer than 2000 characters" in wrong(SHAPE.replace("TITLE", f"{{cel: \"'{'x' * 2000}'\"}}"))


@pytest.mark.parametrize(
    "loops", ["l.map((l), l.map((l), l.map((l), 1)))", "l.all// a\n(l, l.all// b\n(l, l.all// c\n(l, true)))"]
)
def test_loops_of_cel_are_counted_however_they_are_written(loops: str) -> None:
    text = "names: {l: l}\n" + SHAPE.replace("TITLE", f"{{cel: {json.dumps(loops)}}}")
    assert "goes through lists more than 2 times" in wrong(text)


def test_a_list_made_to_keep_an_expression_of_two_loops_busy_is_not_gone_through() -> None:
    cel = "l.all(a, l.all(b, a == b)) ? 'alike' : 'unlike'"
    text = "names: {l: l}\n" + SHAPE.replace("TITLE", f'{{cel: "{cel}"}}')
    bound = load_catalogue([], {"x": text})["x"].bind("x")
    assert bound.record({"id": "1", "l": [0] * 30}).events[0].title == "alike"
    began = time.process_time()
    with pytest.raises(UnmappedError, match="goes through lists twice"):
        bound.record({"id": "1", "l": [[0] * 900] * 900})
    assert time.process_time() - began < 2


def test_a_document_that_grows_by_its_own_aliases_is_refused() -> None:
    levels = [f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]" for n in range(9)]
    assert "more than 20000 values" in wrong("\n".join(["a0: &a0 [x]", *levels, "items: *a9"]))
    assert wrong("items: &x [*x, *x]")


@pytest.mark.parametrize("value", ["9" * 10_000, "1" + ":59" * 9_000, "!!int '['", "!!bool 'a: b'", "!!int '&a [*a]'"])
def test_a_number_that_is_none_is_told_with_its_line(value: str) -> None:
    assert "mapping.yaml:1: " in (told := wrong(SHAPE.replace("TITLE", f"{{is: {value}}}")))
    assert "This is no number" in told


def test_a_template_that_grows_by_names_is_cut() -> None:
    names = ", ".join(["n0: t", *(f'n{one + 1}: "{{$n{one}}}{{$n{one}}}"' for one in range(40))])
    text = f"names: {{{names}}}\n" + SHAPE.replace("TITLE", "$n40")
    bound = load_catalogue([], {"x": text})["x"].bind("x")
    read = bound.record({"id": "1", "t": "0123456789"})
    assert len(read.events[0].title or "") == 500
