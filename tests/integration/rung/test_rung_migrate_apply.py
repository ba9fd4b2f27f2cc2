"""`rung migrate` and `rung apply` as a deployment calls them: exit statuses, waiting, a mounted ConfigMap."""

from __future__ import annotations

import json
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from core.store import schema
from core.store.database import migrate
from rung.awaiting import NotReadyError
from rung.cli.main import rung
from rung.embedded import Postgres

DOCUMENTS = {
    "platforms.yaml": 'sources: {a: {mapping: mine, auth: {bearer: {secrets: ["${A}"]}}}}\n',
    "roster.yaml": "people: {dana: {name: Dana Reyes}}\n",
    "mapping.mine.yaml": "title: Mine\nextends: alertmanager\n",
}


@pytest.fixture(scope="module")
def shared_url(postgres_server: Postgres) -> str:
    """A migrated database for the tests of this file, which leave its schema up to date."""
    return postgres_server.make_database("deployed", template="migrated")


@pytest.fixture(autouse=True)
def environment(shared_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RUNG_DATABASE_URL", shared_url)
    monkeypatch.setenv("RUNG_HOME", str(tmp_path / "home"))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(rung, arguments)


def configmap(folder: Path, documents: dict[str, str], version: str) -> Path:
    """The documents as Kubernetes mounts them: links into a hidden folder that is replaced as a whole."""
    real = folder / f"..{version}"
    real.mkdir(parents=True)
    for name, content in documents.items():
        (real / name).write_text(content)
        if not (folder / name).is_symlink():
            (folder / name).symlink_to(Path("..data") / name)
    fresh = folder / "..data_tmp"
    fresh.symlink_to(real.name)
    fresh.replace(folder / "..data")
    return folder


@pytest.fixture
def behind(shared_url: str) -> Iterator[None]:
    """The schema of the release before."""
    from core.store import migrating

    migrating.migrate(shared_url, to=schema.BASELINE, stopped=True)
    yield
    migrate(shared_url)


def test_a_schema_that_is_up_to_date_leaves_nothing_to_do() -> None:
    found = run("migrate", "--check")
    assert (found.exit_code, found.output) == (
        0,
        f"The schema is at {schema.newest_revision()} and serves this Rung: there is nothing to do.\n",
    )
    assert run("migrate").output == f"The schema is at {schema.newest_revision()}.\n"


@pytest.mark.usefixtures("behind")
def test_steps_that_are_to_do_are_told_and_done() -> None:
    check = run("migrate", "--check")
    assert check.exit_code == 4
    assert check.output.startswith("The schema is at 0015; to do:\n  0016  ")
    assert "\n  0018  Which code the schema serves" in check.output
    told = json.loads(run("migrate", "--check", "--json").output)
    assert (told["at"], told["wants"], told["stops"]) == ("0015", schema.newest_revision(), None)
    done = run("migrate")
    assert done.exit_code == 0
    assert done.output.endswith(f"The schema is at {schema.newest_revision()}.\n")
    assert "  0018  Which code" in done.output
    assert run("migrate", "--check").exit_code == 0


def test_going_back_is_told_and_refused_while_anything_may_run() -> None:
    check = run("migrate", "--check", "--to", "0015")
    assert check.exit_code == 4
    assert "back to do:" in check.output
    assert "`rung migrate --stopped`" in check.output
    refused = run("migrate", "--to", "0015")
    assert "Stop every role, then say --stopped." in str(refused.exception)


@pytest.mark.usefixtures("behind")
def test_documents_are_not_applied_to_a_schema_that_is_behind(tmp_path: Path) -> None:
    folder = configmap(tmp_path / "mounted", DOCUMENTS, "one")
    refused = run("apply", str(folder))
    assert isinstance(refused.exception, NotReadyError)
    assert "run `rung migrate`" in str(refused.exception)


def test_a_mounted_configmap_is_applied_once(tmp_path: Path) -> None:
    folder = configmap(tmp_path / "mounted", DOCUMENTS, "2026_11_21_10_00_00.1")
    (folder / "NOTES.txt").write_text("Not ours.")
    first = json.loads(run("apply", str(folder), "--json").output)
    assert {one["document"]: one["new"] for one in first} == {
        "mappings/mine/mapping.yaml": True,
        "platforms.yaml": True,
        "roster.yaml": True,
    }
    again = run("apply", str(folder), "--json")
    assert again.exit_code == 0
    assert [one["new"] for one in json.loads(again.output)] == [False, False, False]
    configmap(folder, {**DOCUMENTS, "roster.yaml": "people: {lee: {name: Lee Park}}\n"}, "2026_11_21_10_05_00.2")
    changed = json.loads(run("apply", str(folder), "--json").output)
    assert [one["document"] for one in changed if one["new"]] == ["roster.yaml"]


def test_a_dry_run_tells_what_would_be_new_and_stores_nothing(tmp_path: Path) -> None:
    folder = configmap(tmp_path / "mounted", {"roster.yaml": "people: {kim: {name: Kim Osei}}\n"}, "one")
    for _ in range(2):
        assert "would be new" in run("apply", str(folder), "--dry-run").output
    (told,) = json.loads(run("apply", str(folder), "--dry-run", "--json").output)
    (stored,) = json.loads(run("apply", str(folder), "--json").output)
    assert told == stored
    assert stored["new"]
    assert "unchanged" in run("apply", str(folder), "--dry-run").output


def test_a_dry_run_refuses_what_applying_would_refuse(tmp_path: Path) -> None:
    folder = configmap(tmp_path / "mounted", {"policy.yaml": "routing: {default: nobody}\n"}, "one")
    dry, real = (run("apply", str(folder), *more) for more in (["--dry-run"], []))
    assert dry.exit_code != 0
    assert str(dry.exception) == str(real.exception)
    assert "policy.yaml" in str(dry.exception)


def test_a_folder_without_documents_is_a_mistake_unless_it_may_be_empty(tmp_path: Path) -> None:
    """A ConfigMap that may be lacking, and is, is mounted as an empty folder."""
    folder = configmap(tmp_path / "mounted", {}, "one")
    found = run("apply", str(folder), "--dry-run", "--if-any")
    assert (found.exit_code, found.output) == (0, f"{folder} holds no document.\n")
    assert "holds no configuration document" in str(run("apply", str(folder), "--dry-run").exception)
    assert "is not a folder" in str(run("apply", str(tmp_path / "none"), "--if-any").exception)


def test_a_mounted_configmap_is_checked_like_a_folder(tmp_path: Path) -> None:
    folder = configmap(tmp_path / "mounted", DOCUMENTS, "one")
    assert run("check", str(folder)).exit_code in {0, 4}
    configmap(folder, {"mapping.mine.yaml": "title: Mine\nextends: nothing\n"}, "two")
    shutil.rmtree(folder / "..one")
    refused = run("check", str(folder))
    assert refused.exit_code == 1
    assert "mapping" in refused.output


def test_apply_waits_until_the_schema_is_there(postgres_server: Postgres, tmp_path: Path) -> None:
    url = postgres_server.make_database("waited_for")
    folder = configmap(tmp_path / "mounted", {"roster.yaml": DOCUMENTS["roster.yaml"]}, "one")
    late = threading.Timer(0.3, migrate, [url])
    late.start()
    try:
        applied = CliRunner(env={"RUNG_DATABASE_URL": url}).invoke(rung, ["apply", str(folder), "--wait", "30"])
    finally:
        late.join()
    assert applied.exit_code == 0, applied.exception
    assert applied.stderr.startswith("Waiting for the database: The schema is at nothing, not at")


def test_a_database_that_does_not_come_is_told_after_the_wait() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nowhere = f"postgresql://rung:hush@127.0.0.1:{free.getsockname()[1]}/rung"
        found = CliRunner(env={"RUNG_DATABASE_URL": nowhere}).invoke(rung, ["migrate", "--check", "--wait", "0.6"])
    assert type(found.exception).__name__ == "OperationalError"
    assert found.stderr.startswith("Waiting for the database: connection failed")
    assert found.stderr.count("Waiting") == 1
    assert "hush" not in found.output
