"""What the chart's pods type and set is what Rung understands."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
import yaml
from chart_rendered import CHART, VALUES, environment, named, ours, pods, rendered, template

from rung.cli.main import rung
from rung.documents.reading import read_folder
from rung.settings import SETTINGS, Settings

_OF_OTHERS = ("PG", "OTEL_", "HTTPS_PROXY", "TZ", "RUNG_EXAMPLE_KEY")


def _understood(words: list[str]) -> str:
    """Click's complaint about a command line; empty where it has none. Nothing is run."""
    name, *rest = words
    try:
        with click.Context(rung) as above:
            found = rung.get_command(above, name)
            assert found is not None, f"there is no rung {name}"
            found.make_context(name, list(rest), parent=above)
    except click.UsageError as error:
        return f"rung {' '.join(words)}: {error.message}"
    return ""


@pytest.mark.parametrize("values", VALUES)
def test_every_pod_runs_a_command_that_there_is(values: str) -> None:
    typed = [ours(pod)["args"] for _, pod in pods(rendered(values)) if "command" not in ours(pod)]
    assert typed
    assert [said for said in map(_understood, typed) if said] == []


@pytest.mark.parametrize("values", VALUES)
def test_every_setting_of_a_pod_is_one_of_rungs(values: str) -> None:
    known = {setting.name for setting in SETTINGS}
    told = {name for _, pod in pods(rendered(values)) for name in environment(pod) if not name.startswith(_OF_OTHERS)}
    assert told
    assert told <= known


@pytest.mark.parametrize("values", VALUES)
def test_every_role_starts_with_the_settings_of_its_pod(values: str) -> None:
    secret = {
        "RUNG_DATABASE_URL": "postgresql://rung:password@db.example.com/rung",
        "RUNG_REDIS_URL": "redis+sentinel://:password@s1.example.com:26379,s2.example.com:26379/rung/0",
        "RUNG_SECRET_KEY": "k" * 32,
        "RUNG_HEARTBEAT_URL": "https://watch.example.com/rung",
    }
    for name, pod in pods(rendered(values)):
        told = {key: secret.get(key, value) if _is_secret(value) else value for key, value in environment(pod).items()}
        settings = Settings.from_environment(told)
        grace = pod["spec"].get("terminationGracePeriodSeconds", 1000)
        assert "command" in ours(pod) or settings.grace_seconds + 6 < grace, (
            f"{name} could be killed while it ends by itself"
        )


def _is_secret(value: str) -> bool:
    return re.fullmatch(r"[a-z0-9-]+/[A-Za-z_]+", value) is not None


def test_the_commands_of_the_notes_are_there() -> None:
    text = (CHART / "templates" / "NOTES.txt").read_text(encoding="utf-8")
    typed = re.findall(r"(?:-- |^ +)rung ((?:\w[\w/-]* ?)+)$", text, re.MULTILINE)
    assert len(typed) >= 2
    for words in typed:
        group, *rest = words.split()
        found = rung.get_command(click.Context(rung), group)
        assert found is not None
        if isinstance(found, click.Group):
            assert found.get_command(click.Context(found), rest[0]) is not None


def test_documents_reach_rung_as_they_were_written(tmp_path: Path) -> None:
    """Helm's text, mounted as Kubernetes does: each key is a link into a folder that is hidden."""
    texts = {
        "roster.yaml": "people:\n  dana: {name: Dana Reyes, email: dana@example.com}\n",
        "platforms.yaml": "# nothing yet\nplatforms: {}\n",
    }
    values = tmp_path / "values.yaml"
    values.write_text(yaml.safe_dump({"config": {"documents": texts}}), encoding="utf-8")
    told = template("--values", str(CHART / "ci" / "minimal-values.yaml"), "--values", str(values))
    found = [one for one in yaml.safe_load_all(told.stdout) if one and one["kind"] == "ConfigMap"]
    assert {named(one) for one in found} == {("ConfigMap", "rung-documents"), ("ConfigMap", "rung-check")}
    for one in found:
        assert read_folder(_mounted(tmp_path / one["metadata"]["name"], one["data"])) == texts


def _mounted(folder: Path, data: dict[str, str]) -> Path:
    hidden = folder / "..2026_11_21_20_00_00.1"
    hidden.mkdir(parents=True)
    (folder / "..data").symlink_to(hidden.name)
    for name, text in data.items():
        (hidden / name).write_text(text, encoding="utf-8")
        (folder / name).symlink_to(f"..data/{name}")
    return folder


def test_a_pod_reaches_its_servers_by_the_secret_that_is_named() -> None:
    worker = environment(dict(pods(rendered("minimal")))["rung-worker"])
    assert worker["RUNG_DATABASE_URL"] == "rung/RUNG_DATABASE_URL"
    assert worker["RUNG_REDIS_URL"] == "rung/RUNG_REDIS_URL"
    parts = environment(dict(pods(rendered("adapter")))["rung-worker"])
    assert parts["RUNG_DATABASE_URL"] == "postgresql://postgres-rw.databases:5433/rung"
    assert parts["PGPASSWORD"] == "postgres-app/password"
    assert parts["RUNG_REDIS_URL"] == "redis://valkey.databases:6379/3"


def test_a_change_of_settings_restarts_pods_and_one_of_documents_does_not() -> None:
    def sums(*sets: str) -> dict[str, str]:
        told = {name: pod["metadata"].get("annotations", {}) for name, pod in pods(rendered("minimal", "rung", *sets))}
        return {name: one["checksum/config"] for name, one in told.items() if "checksum/config" in one}

    before = sums()
    assert set(before) == {"rung-web", "rung-worker", "rung-clock"}
    for change in ("settings.RUNG_LOG_LEVEL=debug", "secretKeyKey=other", "platformSecrets[0]=more"):
        assert not sums(change).items() & before.items()
    assert sums("config.documents.platforms\\.yaml=x") == before
