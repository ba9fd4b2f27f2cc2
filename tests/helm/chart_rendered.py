"""The chart as helm makes it: its manifests for each values file, rendered once, and the pods among them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "helm" / "rung"
VALUES = sorted(path.name.removesuffix("-values.yaml") for path in (CHART / "ci").glob("*-values.yaml"))
KUBERNETES = "1.34"

Json = dict[str, Any]


def helm(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run helm, with homes of its own."""
    home = str(ROOT / ".helm" / "home")
    command = [str(ROOT / ".helm" / "bin" / "helm"), *arguments]
    environment = {"PATH": "/usr/bin:/bin", "HOME": home, "HELM_CACHE_HOME": home, "HELM_CONFIG_HOME": home}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)


def template(*arguments: str, release: str = "rung", chart: Path = CHART) -> subprocess.CompletedProcess[str]:
    """`helm template` of a release in the namespace `tools`."""
    return helm("template", release, str(chart), "--namespace", "tools", "--kube-version", KUBERNETES, *arguments)


@cache
def rendered(values: str, release: str = "rung", *sets: str, chart: Path = CHART) -> tuple[Json, ...]:
    """The manifests for one of the chart's values files."""
    options = [word for one in sets for word in ("--set", one)]
    made = template("--values", str(CHART / "ci" / f"{values}-values.yaml"), *options, release=release, chart=chart)
    assert made.returncode == 0, made.stderr
    return tuple(one for one in yaml.safe_load_all(made.stdout) if one)


def refused(*sets: str) -> str:
    """What helm says of values that it refuses, the least values given beside them."""
    options = [word for one in sets for word in ("--set", one)]
    made = template("--values", str(CHART / "ci" / "minimal-values.yaml"), *options)
    assert made.returncode != 0, f"{sets} were taken"
    return made.stderr


def named(manifest: Json) -> tuple[str, str]:
    """Kind and name."""
    return manifest["kind"], manifest["metadata"]["name"]


def of_kind(manifests: tuple[Json, ...], *kinds: str) -> list[Json]:
    """Those of some kinds."""
    return [one for one in manifests if one["kind"] in kinds]


def pods(manifests: tuple[Json, ...]) -> Iterator[tuple[str, Json]]:
    """Every pod that comes of the manifests: the name of what makes it, and its metadata and spec."""
    for one in manifests:
        if one["kind"] == "Pod":
            yield one["metadata"]["name"], one
        elif one["kind"] in {"Deployment", "Job"}:
            yield one["metadata"]["name"], one["spec"]["template"]


def ours(pod: Json) -> Json:
    """Rung's own container of a pod; the values may add others."""
    return next(one for one in pod["spec"]["containers"] if one["name"] in {"rung", "ready"})


def environment(pod: Json) -> dict[str, str]:
    """What is set in it: a plain value, or `SECRET/KEY`."""
    told = {}
    for one in ours(pod).get("env", []):
        source = one.get("valueFrom", {}).get("secretKeyRef")
        told[one["name"]] = f"{source['name']}/{source['key']}" if source else one["value"]
    return told
