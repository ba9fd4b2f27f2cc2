"""An upgrade from the previous chart, kept as it was packaged: what stays, what may not change, and what does."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from chart_rendered import CHART, VALUES, Json, helm, named, rendered, template

HERE = Path(__file__).parent / "previous"
(PREVIOUS,) = HERE.glob("rung-*.tgz")
RUNNING = [name for name in VALUES if name != "maintenance"]
"""Standing still takes away what scales and what migrates; the previous chart knew no such thing."""
_OF_VERSIONS = {"helm.sh/chart", "app.kubernetes.io/version"}


@cache
def before(values: str) -> tuple[Json, ...]:
    """What the previous chart makes of a values file; values that it did not know yet have no effect."""
    file = str(CHART / "ci" / f"{values}-values.yaml")
    made = template("--values", file, "--skip-schema-validation", chart=PREVIOUS)
    assert made.returncode == 0, made.stderr
    return tuple(one for one in yaml.safe_load_all(made.stdout) if one)


def test_the_chart_has_a_version_of_its_own() -> None:
    now = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))["version"]
    assert PREVIOUS.name != f"rung-{now}.tgz"


@pytest.mark.parametrize("values", RUNNING)
def test_an_upgrade_takes_nothing_away(values: str) -> None:
    assert {named(one) for one in before(values)} - {named(one) for one in rendered(values)} == set()


@pytest.mark.parametrize("values", RUNNING)
def test_an_upgrade_changes_nothing_that_cannot_be_changed(values: str) -> None:
    after = {named(one): _fixed(one) for one in rendered(values)}
    changed = [named(one) for one in before(values) if after[named(one)] != _fixed(one)]
    assert not changed


def _fixed(manifest: Json) -> Json:
    """What the API server refuses to change; what hooks make is made anew each time."""
    spec = manifest.get("spec", {})
    if manifest["kind"] == "Deployment":
        return {"apiVersion": manifest["apiVersion"], "selector": spec["selector"]}
    if manifest["kind"] == "PersistentVolumeClaim":
        return {key: spec.get(key) for key in ("accessModes", "storageClassName")}
    return {"clusterIP": spec.get("clusterIP")} if manifest["kind"] == "Service" else {}


def test_the_values_of_the_previous_chart_are_taken_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "values.yaml"
    file.write_text(helm("show", "values", str(PREVIOUS)).stdout, encoding="utf-8")
    made = template("--values", str(file), "--set", "existingSecret=rung")
    assert made.returncode == 0, made.stderr


def test_what_an_upgrade_changes_by_itself_is_known() -> None:
    """A new chart over the least values: whoever changes its templates reads here what that does to installations."""
    old = {"/".join(named(one)): one for one in before("minimal")}
    new = {"/".join(named(one)): one for one in rendered("minimal")}
    changed = {name: sorted(_differences(old.get(name), one, "")) for name, one in new.items()}
    told = {name: paths for name, paths in changed.items() if paths}
    known = yaml.safe_load((HERE / "changes.yaml").read_text(encoding="utf-8")) or {}
    assert told == known, "look at each change; where it is meant, write it into changes.yaml and the changelog"


def _differences(old: Any, new: Any, path: str) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in {*old, *new} - _OF_VERSIONS:
            yield from _differences(old.get(key), new.get(key), f"{path}.{key}".lstrip("."))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _differences(one, other, f"{path}[{number}]")
    elif old != new:
        yield path or "new"
