"""The packaged mappings: known by name at once, compiled one by one, and replaced by those of one's own."""

from __future__ import annotations

import pytest

from mappings import PACKAGED, Mapping, Packaged, load_catalogue


def test_all_names_are_known_before_anything_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_early(*_: object, **__: object) -> dict[str, Mapping]:
        raise AssertionError("it was compiled")

    packaged = Packaged()
    monkeypatch.setattr("mappings.packaged.load_catalogue", too_early)
    assert "jira" in packaged
    assert "nothing" not in packaged
    assert len(packaged) == len(list(packaged)) == len(list(PACKAGED.glob("*/mapping.yaml")))
    with pytest.raises(KeyError):
        packaged["nothing"]


def test_one_is_compiled_once_and_as_among_all_of_them() -> None:
    packaged = Packaged()
    assert packaged["alertmanager"] is packaged["alertmanager"]
    assert packaged["alertmanager"].digest == load_catalogue([PACKAGED])["alertmanager"].digest


def test_an_own_mapping_stands_in_the_place_of_the_packaged_one() -> None:
    packaged = Packaged()
    own = load_catalogue([], {"jira": "extends: jira\ntitle: Ours\n", "ours": "extends: alertmanager\ntitle: New\n"})
    both = packaged.beneath(own)
    assert both["jira"] is own["jira"]
    assert both["ours"] is own["ours"]
    assert both["grafana"] is packaged["grafana"]
    assert set(both) == {*packaged, "ours"}
    assert len(both) == len(packaged) + 1
    assert "ours" in both
    assert "nothing" not in both
