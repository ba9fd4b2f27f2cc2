"""The page about performance explains what the benchmark measures."""

from __future__ import annotations

from pathlib import Path

import pytest

import bench
from bench.__main__ import SECTIONS

PAGE = Path(bench.__file__).parent.parent / "docs" / "performance.md"


@pytest.mark.parametrize("name", SECTIONS)
def test_every_section_is_explained_in_the_performance_page(name: str) -> None:
    assert f"`{name}`" in PAGE.read_text(encoding="utf-8")
