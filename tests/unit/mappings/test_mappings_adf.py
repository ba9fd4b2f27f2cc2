"""Texts in Atlassian's document format."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mappings import adf

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["type", "text", "content", "attrs", "marks"]), inner, max_size=4)
    ),
    max_leaves=20,
)


def document(*content: Any) -> dict[str, Any]:
    return {"type": "doc", "version": 1, "content": list(content)}


def paragraph(*content: Any) -> dict[str, Any]:
    return {"type": "paragraph", "content": list(content)}


def text(said: str, *marks: str) -> dict[str, Any]:
    return {"type": "text", "text": said, "marks": [{"type": one} for one in marks]}


def test_a_document_is_read_as_markdown() -> None:
    mention = {"type": "mention", "attrs": {"id": "5b10", "text": "@Dana Reyes"}}
    made = adf.as_text(document(paragraph(text("The "), text("bank", "strong"), text(" is down "), mention)))
    assert made == "The **bank** is down @Dana Reyes"


def test_what_the_library_does_not_know_is_read_as_lines() -> None:
    odd = {"type": "somethingNew", "content": [paragraph(text("kept"))]}
    assert adf.as_text(document(paragraph(text("first")), odd)) == "first\nkept"


def test_a_document_nested_beyond_reason_is_read_all_the_same() -> None:
    inner = paragraph(text("deep"))
    for _ in range(900):
        inner = {"type": "blockquote", "content": [inner]}
    assert adf.as_text(document(inner)) == "deep"


@settings(max_examples=150, deadline=None)
@given(content=st.lists(JSON, max_size=4))
def test_any_document_at_all_gives_a_text(content: list[Any]) -> None:
    assert isinstance(adf.as_text(document(*content)), str)
