"""Documents that would take for ever to be worked out are mistakes, told at once."""

from __future__ import annotations

import time

import pytest

from mappings import PACKAGED, MappingDocumentError, load_catalogue

SHAPE = "shapes:\n  - {name: a, kind: {is: alert}, key: id, state: {is: new}}\n"


def laughs(depth: int) -> str:
    """Lists of nine, each of the one before it: nine to the power of the depth when written out."""
    lines = ["  x0: &l0 [a, b, c, d, e, f, g, h, i]"]
    lines += [f"  x{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, depth)]
    return "names:\n" + "\n".join(lines) + "\n"


HOSTILE = {
    "more than 20000 values": laughs(12) + SHAPE,
    "is too large": "common: {labels: {"
    + ", ".join(f"n{n}: a" for n in range(3000))
    + "}}\nshapes:\n"
    + "".join(f"  - {{name: s{n}, when: 'body == null', kind: {{is: alert}}, key: id}}\n" for n in range(400)),
    "is too large.": "common: {record: {collection: c, id: i}}\nfor:\n  ? '"
    + ",".join(f"t{n}" for n in range(20_000))
    + "'\n  : {common: {title: t}}\n"
    + SHAPE,
    "nested deeper": SHAPE + "common: {title: &a [*a, *a]}\n",
}


@pytest.mark.parametrize("told", HOSTILE)
def test_a_document_that_would_take_for_ever_is_a_mistake(told: str) -> None:
    begun = time.process_time()
    with pytest.raises(MappingDocumentError, match=told.rstrip(".")):
        load_catalogue([], {"watcher": HOSTILE[told]})
    assert time.process_time() - begun < 20


def test_two_that_are_laid_over_each_other_are_bounded_too() -> None:
    base = "tables: {x: {a: new}}\n" + SHAPE.replace("{is: new}", "{from: s, table: x}")
    with pytest.raises(MappingDocumentError, match="more than 20000 values"):
        load_catalogue([], {"base": base, "watcher": "extends: base\n" + laughs(12)})


def test_the_packaged_mappings_are_far_from_the_bounds() -> None:
    assert len(load_catalogue([PACKAGED])) >= 20


ENDLESS = ["((?:a+)+)b", r"((?:\w+\s?)+)$", "((?:a*)*)", "((?:a+?)+)", "((?:a+|b)+)c", "((?:(?:a+)b?)*)c"]


@pytest.mark.parametrize("pattern", ENDLESS)
def test_an_expression_that_can_take_for_ever_is_a_mistake(pattern: str) -> None:
    text = SHAPE.replace("key: id", f"key: {{from: id, match: '{pattern}'}}")
    with pytest.raises(MappingDocumentError, match="This expression could take very long"):
        load_catalogue([], {"watcher": text})


TAKEN = [r"(?:\w+\.)+(\w+)", r"^(.+)-\d+$", r"\[rung ([a-z0-9-]+)\]\s*$", "((?:a{2,}b){3})"]


@pytest.mark.parametrize("pattern", TAKEN)
def test_other_repetitions_are_taken(pattern: str) -> None:
    assert load_catalogue([], {"watcher": SHAPE.replace("key: id", f"key: {{from: id, match: '{pattern}'}}")})
