"""Two releases in one namespace, and one release's rules and scalers, keep to their own."""

from __future__ import annotations

import re

import pytest
from chart_rendered import CHART, VALUES, Json, named, of_kind, pods, rendered, template

_ASKS = re.compile(r"\b(lookup|rand\w+|now|genCA\w*|genSelf\w*|uuidv4|\.Capabilities)\b")
"""What gives something else each time, or asks the cluster, which those that only render cannot do."""

_SHARED = {"escalation", "rung-more"}
"""What the values name themselves stays as they name it."""


@pytest.mark.parametrize("values", [name for name in VALUES if name != "external-secrets"])
def test_two_releases_in_one_namespace_share_no_name(values: str) -> None:
    one, other = ({named(made) for made in rendered(values, release)} for release in ("rung", "rung-blue"))
    assert len(one) == len(other)
    assert not one & other


@pytest.mark.parametrize("values", VALUES)
def test_what_selects_pods_never_finds_those_of_another_release(values: str) -> None:
    others = [pod["metadata"]["labels"].items() for _, pod in pods(rendered(values, "rung-blue"))]
    wanted = [found for made in rendered(values, "rung") for found in _selectors(made)]
    assert len(wanted) > 3
    assert not [one for one in wanted if any(one.items() <= labels for labels in others)]


def _selectors(made: Json) -> list[dict[str, str]]:
    spec = made.get("spec", {})
    if made["kind"] == "Service":
        return [spec["selector"]]
    found = [spec.get("selector", {}).get("matchLabels"), spec.get("podSelector", {}).get("matchLabels")]
    return [one for one in found if one]


def test_an_autoscaler_asks_for_the_age_of_its_own_releases_work() -> None:
    (scaler, _) = of_kind(rendered("keda", "rung-blue"), "ScaledObject")
    query = scaler["spec"]["triggers"][0]["metadata"]["query"]
    assert 'namespace="tools", job="rung-blue", work=~"delivery|signal"' in query


def test_a_long_release_name_keeps_every_name_within_what_kubernetes_takes() -> None:
    release = "a-very-long-release-name-that-goes-on-and-on-to-its-end"[:53]
    for values in ("everything", "keda"):
        for kind, name in map(named, rendered(values, release)):
            assert len(name) <= 63, (kind, name)


def test_the_same_values_give_the_same_manifests() -> None:
    file = str(CHART / "ci" / "everything-values.yaml")
    first, again = (template("--values", file).stdout for _ in range(2))
    assert first == again
    used = [path.name for path in (CHART / "templates").rglob("*") if path.is_file() and _ASKS.search(path.read_text())]
    assert used == []


def test_labels_of_everybody_never_change_how_pods_are_found() -> None:
    made = rendered("minimal", "rung", "commonLabels.app\\.kubernetes\\.io/component=mine")
    assert {
        one["spec"]["selector"]["matchLabels"]["app.kubernetes.io/component"] for one in of_kind(made, "Deployment")
    } == {
        "web",
        "worker",
        "clock",
    }
    assert all("mine" not in pod["metadata"]["labels"].values() for _, pod in pods(made))
