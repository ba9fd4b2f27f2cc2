"""Sources whose sender posts a form with JSON in one of its fields: it means what the JSON alone would mean."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

import pytest
from mappings_fixtures import BODIES, FOLDERS, bound, delivery

from core.ports import UnmappedError

FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
FIELDS = {folder: field for folder in FOLDERS if (field := bound(folder).mapping.form_field)}


def test_new_relic_posts_a_form() -> None:
    assert {folder.name: field for folder, field in FIELDS.items()}["newrelic"] == "alert"


@pytest.mark.parametrize("folder", FIELDS, ids=lambda folder: folder.name)
def test_a_form_means_what_its_field_says(folder: Path) -> None:
    mapping = bound(folder)
    assert any("form" in pattern for pattern in mapping.content_types)
    bodies = [body.read_bytes() for body in BODIES if body.parent.parent == folder and "unknown" not in body.name]
    for raw in bodies:
        form = urlencode({"other": "1", FIELDS[folder]: raw}).encode()
        assert mapping.events(delivery(form, FORM)) == mapping.events(delivery(raw, {}))


@pytest.mark.parametrize("folder", FIELDS, ids=lambda folder: folder.name)
def test_a_form_with_another_field_is_told(folder: Path) -> None:
    with pytest.raises(UnmappedError, match="empty"):
        bound(folder).events(delivery(b"deployment=%7B%7D", FORM))
