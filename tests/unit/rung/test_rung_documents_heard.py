"""`heard_every` in platforms.yaml."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.store.documents import Document
from rung import live
from rung.documents import DocumentsError
from rung.loaded import Loaded


def loaded(source: str) -> Loaded:
    platforms = f"sources:\n  one: {source}\n"
    live.try_out({"platforms.yaml": platforms})
    return live.load({"platforms.yaml": Document("platforms.yaml", 1, platforms)}, lambda _: None)


def test_a_source_may_have_to_be_heard_from() -> None:
    found = loaded('{mapping: alertmanager, auth: {bearer: {secrets: ["${A}"]}}, heard_every: 1h30m}')
    assert found.listened["one"].every == timedelta(minutes=90)
    assert not found.sources["one"].signs_of_life
    assert loaded('{mapping: alertmanager, auth: {bearer: {secrets: ["${A}"]}}}').listened["one"].every is None


def test_a_source_without_a_mapping_sends_mere_signs_of_life() -> None:
    found = loaded('{auth: {path: {secrets: ["${A}"]}}, heard_every: 1d}')
    assert found.sources["one"].signs_of_life
    assert found.listened["one"].mapping == ""
    assert "one" not in found.mappings.by_source


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ('{auth: {path: {secrets: ["${A}"]}}}', "needs either platform or mapping"),
        ('{auth: {path: {secrets: ["${A}"]}}, heard_every: soon}', "not a length of time"),
        ('{auth: {path: {secrets: ["${A}"]}}, mapping: jira, platform: jira, heard_every: 1h}', "needs either"),
        ('{auth: {signature: {secrets: ["${A}"]}}, heard_every: 1h}', "in which form this source signs"),
    ],
)
def test_what_is_wrong_with_such_a_source_is_told(source: str, told: str) -> None:
    with pytest.raises(DocumentsError, match=told):
        loaded(source)
