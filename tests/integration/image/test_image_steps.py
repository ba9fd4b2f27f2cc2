"""The image without an engine: its own steps make an environment from the locks alone, and the roles run from there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
import requests
from dockerfile import ROOT, Machine, read
from test_image_file import pins

from tests.e2e.processes import Process, free_port, wait_for
from tests.watcher import KEY, Watcher, watching

FILE = read()
_SECRET = "an-image-has-no-secret"
_DOCUMENTS = """\
platforms:
  jira-main:
    {kind: jira, url: "http://127.0.0.1:9", deployment: cloud, project: OPS,
     auth: {basic: {user: rung@example.com, password: "${IMAGE_SECRET}"}}}
sources:
  alertmanager: {mapping: alertmanager, auth: {bearer: {secrets: ["${IMAGE_SECRET}"]}}}
"""


@dataclass
class Image:
    """What the steps made, under a folder, and what runs from there."""

    folder: Path
    environment: dict[str, str]
    roles: dict[str, Process] = field(default_factory=dict)

    @property
    def inside(self) -> Path:
        """The environment that the last stage is given."""
        return self.folder / "opt/rung"

    @property
    def packages(self) -> Path:
        """Where its packages are."""
        return next((self.inside / "lib").glob("python3.*/site-packages"))

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """A command, to its end."""
        command = [str(self.inside / "bin" / FILE.command("rung")[0]), *arguments]
        return subprocess.run(
            command,
            env=self.environment | more,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def start(self, role: str, **more: str) -> int:
        """A role, under a port of its own, which is returned."""
        port = free_port()
        ports = {"RUNG_PORT" if role == "web" else "RUNG_METRICS_PORT": str(port)}
        command = (str(self.inside / "bin" / FILE.command("rung")[0]), role)
        process = Process(command, self.environment | ports | more, self.folder / f"{role}.log")
        self.roles[role] = process
        process.start()
        return port

    def files(self) -> set[str]:
        """All that is in the environment, so that nobody writes there unseen."""
        return {str(path.relative_to(self.inside)) for path in self.inside.rglob("*")}


def _room() -> Path | None:
    """Memory, where programs may be run from it: fifteen thousand small files take a slow disk a minute."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made there
    if not memory.is_dir():
        return None
    there = os.statvfs(memory)
    has_room = there.f_bavail * there.f_frsize > 2**30
    return memory if has_room and not there.f_flag & os.ST_NOEXEC else None


@pytest.fixture
def image(postgres_url: str, redis_url: str) -> Iterator[Image]:
    """The environment, made, over a database that nobody has migrated and an empty Redis."""
    folder = Path(tempfile.mkdtemp(prefix="rung-image-", dir=_room()))
    given = FILE.environment("rung") | {
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "RUNG_HOME": str(folder / "home"),
        "RUNG_HOST": "127.0.0.1",
        "RUNG_DATABASE_URL": postgres_url,
        "RUNG_REDIS_URL": redis_url,
        "RUNG_SECRET_KEY": "k" * 40,
        "IMAGE_SECRET": _SECRET,
    }
    made = Image(folder, given)
    yield made
    for process in made.roles.values():
        process.end()
    shutil.rmtree(folder)


def test_the_images_steps_make_an_environment_from_the_locks_alone_and_every_role_runs_from_there(
    image: Image,
) -> None:
    Machine(FILE, image.folder).build("serve-environment")
    _holds_what_is_locked_and_nothing_else(image)
    _holds_every_file_that_is_no_code(image)
    _says_that_it_has_no_servers_of_its_own(image)
    before = image.files()
    _takes_its_documents(image)
    with watching() as watcher:
        ports = {role: image.start(role, RUNG_HEARTBEAT_URL=watcher.url) for role in ("web", "worker", "clock")}
        for role, port in ports.items():
            _is_ready(image, role, port)
        _takes_a_webhook_and_applies_it(image, ports["web"])
        _says_that_every_role_does_its_part(image, ports["web"], watcher)
    assert {role: process.stop() for role, process in image.roles.items()} == {"web": 0, "worker": 0, "clock": 0}
    _has_left_in_good_order(image)
    assert image.files() == before, "something is written into the image"


def _says_that_every_role_does_its_part(image: Image, port: int, watcher: Watcher) -> None:
    wait_for("the heartbeat is heard outside", lambda: watcher.heard, 40, image.roles["clock"].said)
    told = requests.get(f"http://127.0.0.1:{port}/api/v1/status", timeout=10).json()
    assert told["unable"] == []
    assert {one["role"]: sorted(one["rounds"]) for one in told["processes"]} == {
        "web": ["door"],
        "worker": ["delivery", "intake", "notices"],
        "clock": ["calendars", "heartbeat", "polling", "retention", "sweep"],
    }
    assert KEY not in "".join(process.said() for process in image.roles.values())


def _has_left_in_good_order(image: Image) -> None:
    with psycopg.connect(image.environment["RUNG_DATABASE_URL"]) as connection:
        assert connection.execute("SELECT role FROM processes").fetchall() == [], "an end in good order is no loss"


def _holds_what_is_locked_and_nothing_else(image: Image) -> None:
    told = [path.name.removesuffix(".dist-info").split("-") for path in image.packages.glob("*.dist-info")]
    found = {(name.lower().replace("_", "-").replace(".", "-"), version) for name, version in told}
    locked = {(name.replace(".", "-"), version) for name, version in pins("serve")}
    assert {name for name, _ in found - locked} == {"rung"}
    assert {name for name, _ in locked - found} <= _for_others()
    check = [sys.executable, "-m", "pip", "--python", str(image.inside / "bin/python"), "check"]
    checked = subprocess.run(check, capture_output=True, text=True, timeout=60, check=False)
    assert checked.returncode == 0, checked.stdout


def _for_others() -> set[str]:
    """Names of pins that are for another system or another Python only."""
    text = (ROOT / "requirements/serve.txt").read_text()
    return {line.partition("==")[0] for line in text.splitlines() if "==" in line and " ; " in line}


def _holds_every_file_that_is_no_code(image: Image) -> None:
    told = subprocess.run(
        ["git", "ls-files", "core", "mappings", "webhooks", "connectors", "console", "sandbox", "rung"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    names = told.stdout.split()
    assert len(names) > 500
    assert [name for name in names if not (image.packages / name).exists()] == []


def _says_that_it_has_no_servers_of_its_own(image: Image) -> None:
    told = image.run("up", RUNG_DATABASE_URL="", RUNG_REDIS_URL="")
    assert told.returncode == 1
    assert "is not installed" in told.stderr
    assert "Traceback" not in told.stderr


def _takes_its_documents(image: Image) -> None:
    documents = image.folder / "config"
    documents.mkdir()
    (documents / "platforms.yaml").write_text(_DOCUMENTS)
    for words in (["migrate"], ["apply", str(documents)]):
        told = image.run(*words)
        assert told.returncode == 0, told.stderr


def _is_ready(image: Image, role: str, port: int) -> None:
    def answers() -> bool:
        try:
            answer = requests.get(f"http://127.0.0.1:{port}/readyz", timeout=5)
        except requests.ConnectionError:
            assert image.roles[role].is_alive(), image.roles[role].said()
            return False
        return answer.status_code == 200 and answer.json()["status"] == "ready"

    wait_for(f"{role} is ready", answers, 60, image.roles[role].said)


def _takes_a_webhook_and_applies_it(image: Image, port: int) -> None:
    url = f"http://127.0.0.1:{port}"
    body = (ROOT / "mappings/alertmanager/fixtures/firing.json").read_bytes()
    headers = {"Authorization": f"Bearer {_SECRET}", "Content-Type": "application/json"}
    took = requests.post(f"{url}/webhooks/alertmanager", data=body, headers=headers, timeout=10)
    assert took.status_code == 202, took.text
    listed = f"{url}/api/v1/deliveries"
    wait_for(
        "the worker applied it",
        lambda: [one["status"] for one in requests.get(listed, timeout=10).json()["deliveries"]] == ["applied"],
        20,
        image.roles["worker"].said,
    )
    board = requests.get(url, timeout=10)
    assert board.status_code == 200
    assert "<html" in board.text
