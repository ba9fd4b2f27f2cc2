"""The configuration and policy pages say everything that can be configured, and nothing that cannot."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from docs_pages import blocks, committed, indented, named, pages, section, text
from marshmallow import Schema, fields

from core.model import Right
from core.policy.facts import NAMES
from rung import documents
from rung.documents.fields import Named, OneKind
from rung.documents.schemas import SCHEMAS
from rung.live import packaged
from rung.settings import SETTINGS

PAGE = "docs/configuration.md"
POLICY_PAGE = "docs/policy.md"
_KEYS = {
    "platforms.yaml": {"platforms", "sources"},
    "roster.yaml": {"people", "teams"},
    "policy.yaml": set(SCHEMAS["policy.yaml"]().fields) - {"name"},
}
_PLATFORMS = """\
platforms:
  servicenow-main: {kind: servicenow, url: "https://a.example.com", auth: {basic: {user: rung, password: "${A}"}}}
  jira-main: {kind: jira, url: "https://b.example.com", auth: {basic: {user: rung, password: "${B}"}}, project: OPS}
"""
"""What pieces that show sources alone may refer to."""
_ROSTER = """\
people:
  dana: {name: Dana Reyes, notify: ["${A}"]}
  lee: {name: Lee Park, notify: ["${B}"]}
  sam: {name: Sam Okafor, notify: ["${C}"]}
  ines: {name: Inès Moreau, notify: ["${D}"]}
  tomas: {name: Tomáš Novák, notify: ["${E}"]}
teams:
  payments: {name: Payments Support, on_call: {L1: {people: [dana]}, L2: {people: [lee]}}}
  platform: {name: Platform, on_call: {L1: {people: [sam]}}}
  security: {name: Security, on_call: {L1: {people: [tomas]}}}
  service-desk: {name: Service Desk, on_call: {L1: {people: [ines]}}}
"""
"""Whom the policy page's examples may refer to."""


def _told(document: str) -> str:
    """What is told about a document."""
    return text(POLICY_PAGE) if document == "policy.yaml" else section(PAGE, document)


def _keys(schema: Schema) -> Iterator[str]:
    for name, field in schema.fields.items():
        yield field.data_key or name
        yield from _within(field)


def _within(field: Any) -> Iterator[str]:
    if isinstance(field, fields.Nested):
        yield from _keys(field.schema)
    elif isinstance(field, Named):
        yield from _within(field._inner)
    elif isinstance(field, fields.List):
        yield from _within(field.inner)
    elif isinstance(field, OneKind):
        for kind, inner in field._kinds.items():
            yield kind
            yield from _keys(inner)


@pytest.mark.parametrize("document", sorted(SCHEMAS))
def test_every_key_of_every_document_is_told(document: str) -> None:
    told = _told(document)
    keys = set(_keys(SCHEMAS[document]()))
    assert len(keys) > 5
    assert {key for key in keys if f"`{key}`" not in told} == set()


@pytest.mark.parametrize("document", sorted(SCHEMAS))
def test_every_key_that_is_told_exists(document: str) -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \|", _told(document), re.MULTILINE)
    assert set(rows) <= {*_keys(SCHEMAS[document]()), *(NAMES if document == "policy.yaml" else ())}


def test_every_fact_is_told() -> None:
    told = {
        name
        for row in re.findall(r"^\| (`.*?) \|", section(POLICY_PAGE, "Conditions"), re.MULTILINE)
        for name in row.strip("`").split("`, `")
    }
    assert told == NAMES


def test_every_right_is_told() -> None:
    told = section(POLICY_PAGE, "Authority")
    assert [right.value for right in Right if f"`{right}`" not in told] == []


def test_every_setting_is_told_with_its_default_and_meaning() -> None:
    rows = re.findall(r"^\| `(RUNG_\w+)` \| (?:`(.*?)`)? ?\| (.*) \|$", section(PAGE, "Settings"), re.MULTILINE)
    assert rows == [(one.name, one.default, one.meaning) for one in SETTINGS]


def test_no_page_names_a_setting_that_does_not_exist() -> None:
    code = "".join(path.read_text() for path in committed() if path.suffix == ".py" and "tests" not in path.parts)
    known = {one.name for one in SETTINGS} | {name for name in ("RUNG_DEBUG",) if f'"{name}"' in code}
    asked = {name: named(page) for page in pages() for name in re.findall(r"\bRUNG_[A-Z_]+", page.read_text())}
    assert {f"{page}: {name}" for name, page in asked.items() if name not in known} == set()


def _document(block: str) -> str:
    """Which document a block of YAML is, "" for none of them."""
    try:
        data = yaml.safe_load(block)
    except yaml.YAMLError:
        return ""
    keys = set(data) if isinstance(data, dict) else set()
    return next((name for name, known in _KEYS.items() if keys & known), "")


def _examples() -> list[tuple[Path, str, str]]:
    found = [(page, block) for page in pages() for block in (*blocks(page, "yaml"), *indented(page))]
    return [(page, _document(block), block) for page, block in found if _document(block)]


@pytest.mark.parametrize(
    ("page", "document", "block"), _examples(), ids=lambda part: named(part) if isinstance(part, Path) else ""
)
def test_every_example_is_a_valid_document(page: Path, document: str, block: str) -> None:
    beside = {name: other for where, name, other in reversed(_examples()) if where == page}
    if named(page) == POLICY_PAGE:
        beside |= {"roster.yaml": _ROSTER, "platforms.yaml": _PLATFORMS}
    if document == "platforms.yaml" and "platforms:" not in block:
        block = _PLATFORMS + block
    try:
        documents.read({**beside, document: block}, packaged())
    except documents.DocumentsError as error:
        pytest.fail(f"{named(page)}:\n{error}")


def test_there_is_an_example_of_every_document() -> None:
    assert {document for page, document, _ in _examples() if named(page) in {PAGE, POLICY_PAGE}} == set(SCHEMAS)
