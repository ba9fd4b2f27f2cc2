"""Finding connector folders: a new one needs no edit elsewhere, a broken one stops the start."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors import ConnectorError, discover

GOOD = "KIND = {kind!r}\ndef build(config, outbound): return None\n"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    yield folder
    for name in [name for name in sys.modules if name.split(".")[0] == "elsewhere"]:
        del sys.modules[name]


def add(package: Path, name: str, text: str) -> None:
    (package / name).mkdir()
    (package / name / "__init__.py").touch()
    (package / name / "connector.py").write_text(text)


def test_the_packaged_platforms_are_found() -> None:
    assert sorted(discover()) == ["jira", "servicenow"]


def test_a_folder_is_all_that_a_new_platform_needs(package: Path) -> None:
    add(package, "remedy", GOOD.format(kind="remedy"))
    (package / "notes").mkdir()
    assert list(discover(package, "elsewhere")) == ["remedy"]


def test_two_folders_of_one_kind_are_an_error_that_names_both(package: Path) -> None:
    add(package, "one", GOOD.format(kind="same"))
    add(package, "two", GOOD.format(kind="same"))
    with pytest.raises(ConnectorError, match="connectors/two and connectors/one both serve the kind 'same'"):
        discover(package, "elsewhere")


@pytest.mark.parametrize("text", ["", "KIND = 'x'", "def build(): ...", "KIND = ''\nbuild = print"])
def test_a_folder_without_kind_or_builder_is_an_error(package: Path, text: str) -> None:
    add(package, "half", text)
    with pytest.raises(ConnectorError, match=r"connectors/half/connector\.py must have KIND"):
        discover(package, "elsewhere")


@pytest.mark.parametrize("text", ["import nothing_of_that_name", "def (:"])
def test_a_folder_that_cannot_be_loaded_is_an_error(package: Path, text: str) -> None:
    add(package, "broken", text)
    with pytest.raises(ConnectorError, match=r"connectors/broken/connector\.py cannot be loaded"):
        discover(package, "elsewhere")
