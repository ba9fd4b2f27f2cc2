"""`rung up` as a whole: real processes, killed one by one, and what is left when it ends."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil
import pytest

import rung

FORWARDED = "X-Forwarded-For: 203.0.113.9\r\nX_Forwarded_For: \r\n"
"""What a proxy passes on of a request whose sender tries to take away what the proxy adds."""
ROOT = Path(rung.__file__).resolve().parent.parent


@dataclass
class Home:
    """A home folder, a port, and what is started over them."""

    folder: Path
    port: int
    mail_port: int

    @property
    def environment(self) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith("RUNG_")}
        return {
            **ours,
            "RUNG_HOME": str(self.folder),
            "RUNG_PORT": str(self.port),
            "RUNG_MAIL_PORT": str(self.mail_port),
            "RUNG_WORKERS": "1",
            "RUNG_GRACE_SECONDS": "5",
            "PYTHONPATH": str(ROOT),
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "rung", *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60, check=False)

    def up(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "rung", "up", *arguments]
        with (self.folder / "output").open("w") as output:
            return subprocess.Popen(command, env=self.environment, stdout=output, stderr=output, text=True)

    def apply_mail(self) -> None:
        """A source that gets mails, put in force while all runs."""
        config = self.folder / "mailed"
        config.mkdir()
        source = "sources: {letters: {mapping: email, auth: {mail: {to: [alerts@rung.example]}}}}"
        (config / "platforms.yaml").write_text(source)
        applied = self.run("apply", str(config))
        assert applied.returncode == 0, applied.stderr

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def line(self, protocol: str, headers: str) -> str:
        """The first line of what the board answers, under a loopback name."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as raw:
            raw.sendall(f"GET / HTTP/{protocol}\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n".encode())
            return raw.recv(1024).decode().partition("\r\n")[0]

    def wait(self, condition: Callable[[], bool], seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, (self.folder / "output").read_text()
            time.sleep(0.05)


@pytest.fixture
def home() -> Iterator[Home]:
    folder = Path(tempfile.mkdtemp(prefix="rung-"))
    folder.chmod(0o711)
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        ports = one.getsockname()[1], other.getsockname()[1]
    yield Home(folder, *ports)
    shutil.rmtree(folder)


def children(process: subprocess.Popen[str]) -> dict[str, psutil.Process]:
    """The direct children by what they are."""
    found = {}
    for child in psutil.Process(process.pid).children():
        with contextlib.suppress(psutil.NoSuchProcess):
            line = child.cmdline()
            found[line[-1] if "rung" in line else child.name()] = child
    return found


def family(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def came_back(process: subprocess.Popen[str], name: str, old: int) -> bool:
    now = children(process)
    return name in now and now[name].pid != old


def test_what_is_killed_comes_back_what_is_wanted_later_is_started_and_nothing_is_left_at_the_end(home: Home) -> None:
    process = home.up()
    try:
        home.wait(lambda: (home.folder / "run.json").exists() and home.is_ready())
        assert json.loads(home.run("tickets", "list", "--json").stdout) == []
        assert set(children(process)) == {"postgres", "redis-server", "web", "worker", "clock"}
        for name, child in children(process).items():
            child.kill()
            home.wait(partial(came_back, process, name, child.pid))
        home.wait(home.is_ready)
        # The board is for this machine alone: a proxy on it is told by its headers, or as nginx is without any.
        seen = [home.line(*request) for request in (("1.1", ""), ("1.0", ""), ("1.1", FORWARDED))]
        assert [line.split()[1] for line in seen] == ["200", "403", "403"]
        home.wait(lambda: home.run("status").returncode == 0)
        assert home.run("deliveries", "list").stdout == "Nothing was received.\n"
        home.apply_mail()
        home.wait(lambda: "mail" in children(process))
        second = home.run("up")
        assert second.returncode == 1
        assert f"Rung already runs over {home.folder} as process {process.pid}" in second.stderr
        everybody = family(process)
    finally:
        process.terminate()
        process.wait(60)
    assert process.returncode == 0, (home.folder / "output").read_text()
    _, alive = psutil.wait_procs(everybody, timeout=5)
    assert alive == []
    assert not (home.folder / "run.json").exists()
    assert home.run("tickets", "list").returncode == 3


def test_nothing_outlives_rung_up_when_it_is_killed_and_it_starts_again(home: Home) -> None:
    process = home.up()
    home.wait(home.is_ready)
    everybody = family(process)
    process.kill()
    process.wait()
    _, alive = psutil.wait_procs(everybody, timeout=20)
    assert alive == []
    again = home.up()
    try:
        home.wait(home.is_ready)
    finally:
        again.terminate()
        again.wait(60)


def test_a_port_that_is_taken_is_said_before_anything_starts(home: Home) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", home.port))
        taken.listen()
        refused = home.run("up")
    assert refused.returncode == 1
    assert (
        refused.stderr
        == f"Another program listens on 127.0.0.1 port {home.port}: choose another port with RUNG_PORT.\n"
    )
    assert not (home.folder / "postgres").exists()


def test_documents_with_mistakes_stop_the_start_and_every_mistake_is_told(home: Home) -> None:
    config = home.folder / "config"
    config.mkdir()
    (config / "policy.yaml").write_text("severity: {default: SEV9}\nreopen_within: soon\n")
    refused = home.run("up", "--config", str(config))
    assert refused.returncode == 1
    assert "policy.yaml:1: severity.default: cannot be “SEV9”." in refused.stderr
    assert "policy.yaml:2: reopen_within: is not a length of time." in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_stop_during_the_start_leaves_nothing(home: Home) -> None:
    process = home.up()
    home.wait((home.folder / "postgres").exists)
    everybody = family(process)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    _, alive = psutil.wait_procs(everybody, timeout=5)
    assert alive == []
