"""What the chart deploys, run here by its very manifests: migrated, rolled out, configured, tested, ended."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
import yaml
from chart_rendered import CHART, Json, of_kind, ours, pods, template
from kubelet import Node, Pod

from rung.embedded import Postgres
from tests.e2e.processes import wait_for

DOCUMENTS = {
    "roster.yaml": "people:\n  dana: {name: Dana Reyes, email: dana@example.com}\n",
    "platforms.yaml": "sources:\n  tool: {mapping: alertmanager, auth: {bearer: {secrets: ['${TOOL_SECRET}']}}}\n",
}
ROLES = ("rung-web", "rung-worker", "rung-clock")


@pytest.fixture
def empty_database(postgres_server: Postgres) -> Iterator[str]:
    """The address of a database in which nothing was ever done."""
    yield postgres_server.make_database("chart")
    with psycopg.connect(postgres_server.url("postgres"), autocommit=True) as connection:
        connection.execute("DROP DATABASE chart WITH (FORCE)")


def _manifests(folder: Path, documents: dict[str, str] = DOCUMENTS) -> tuple[Json, ...]:
    values = folder / "values.yaml"
    values.write_text(yaml.safe_dump({"config": {"documents": documents}}), encoding="utf-8")
    made = template("--values", str(CHART / "ci" / "minimal-values.yaml"), "--values", str(values))
    assert made.returncode == 0, made.stderr
    return tuple(one for one in yaml.safe_load_all(made.stdout) if one)


def test_a_release_migrates_rolls_out_takes_its_documents_and_ends(
    tmp_path: Path, empty_database: str, redis_url: str
) -> None:
    manifests = _manifests(tmp_path)
    secret = {"RUNG_DATABASE_URL": empty_database, "RUNG_REDIS_URL": redis_url, "RUNG_SECRET_KEY": "k" * 32}
    maps = {one["metadata"]["name"]: one["data"] for one in of_kind(manifests, "ConfigMap")}
    node = Node(tmp_path, {"rung": secret}, maps)
    made = {name: pod for name, pod in pods(manifests) if name != "rung-test"}
    running = {name: node.pod(name, pod) for name, pod in made.items()}
    with ExitStack() as stack:
        for pod in running.values():
            stack.callback(_end, pod)
        assert _finished(running["rung-migrate"]) == 0, running["rung-migrate"].process.said()
        assert _finished(running["rung-check"]) == 0, running["rung-check"].process.said()
        assert _stored(empty_database) == set()
        for name in ROLES:
            running[name].process.start()
        for name in ROLES:
            wait_for(
                f"{name} is ready", lambda name=name: running[name].answers("readiness"), 60, running[name].process.said
            )
            assert running[name].answers("liveness")
        assert _finished(running["rung-apply"]) == 0, running["rung-apply"].process.said()
        assert _tested(manifests, running["rung-web"]) == 0
        for name in ROLES:
            # With 0, and within the time that the manifest gives, or this fails.
            assert running[name].process.stop() == 0, running[name].process.said()
    assert _stored(empty_database) == set(DOCUMENTS)


def test_documents_with_a_mistake_end_the_release_before_anything_is_rolled_out(
    tmp_path: Path, postgres_url: str
) -> None:
    wrong = DOCUMENTS | {"platforms.yaml": "sources:\n  tool: {mapping: alertmanagr}\n"}
    manifests = _manifests(tmp_path, wrong)
    maps = {one["metadata"]["name"]: one["data"] for one in of_kind(manifests, "ConfigMap")}
    node = Node(tmp_path, {"rung": {"RUNG_DATABASE_URL": postgres_url}}, maps)
    check = node.pod("rung-check", dict(pods(manifests))["rung-check"])
    assert _finished(check) == 1
    assert "platforms.yaml:2" in check.process.said()
    assert "alertmanager" in check.process.said()


def _stored(database: str) -> set[str]:
    with psycopg.connect(database) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM documents")}


def _wait(name: str, pod: Pod) -> None:
    wait_for(f"{name} is ready", lambda: pod.answers("readiness"), 60, pod.process.said)
    assert pod.answers("liveness")


def _finished(pod: Pod) -> int:
    pod.process.start()
    return pod.process.running.wait(60)


def _end(pod: Pod) -> None:
    if pod.process.process is not None:
        pod.process.end()


def _tested(manifests: tuple[Json, ...], web: Pod) -> int:
    """What `helm test` runs, asking this machine instead of the Service."""
    (pod,) = of_kind(manifests, "Pod")
    script = ours(pod)["args"][0].replace("http://rung:80", f"http://127.0.0.1:{web.ports['http']}")
    assert "127.0.0.1" in script
    return subprocess.run([sys.executable, "-c", script], timeout=30, check=False).returncode
