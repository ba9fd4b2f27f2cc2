"""Mappings written in a test, and deliveries for them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mappings_made import ALERT, delivery

import mappings
from core.model import Event


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., mappings.BoundMapping]:
    """Compile a document and bind it."""

    def load(text: str, **bound: Any) -> mappings.BoundMapping:
        folder = tmp_path / "test"
        folder.mkdir(exist_ok=True)
        (folder / "mapping.yaml").write_text(text)
        return mappings.load_catalogue([tmp_path])["test"].bind("test", **bound)

    return load


@pytest.fixture
def event(load: Callable[..., mappings.BoundMapping]) -> Callable[..., Event]:
    """The Event of a body by an alert shape with these further fields (YAML, indented by four)."""

    def event(fields: str, body: dict[str, object], **headers: str) -> Event:
        text = ALERT.format(fields="\n".join("    " + line for line in fields.strip("\n").splitlines()))
        return load(text).events(delivery({"id": "1", **body}, **headers)).events[0]

    return event
