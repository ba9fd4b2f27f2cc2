"""A `rung up` and a sandbox as real processes, connected as an administrator would, and a stage for the stories."""

from __future__ import annotations

import contextlib
import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import requests

import rung.demo
from rung import timesource
from sandbox.clock import Clock
from sandbox.embedded import Admin
from sandbox.scenario import Stage
from tests.e2e.processes import Process, free_port, wait_for
from tests.e2e.processes import tell as tell_all

DOCUMENTS = Path(rung.demo.__file__).parent / "config"
SECRET = "a-secret-of-the-tests"
PEOPLE = ("dana.reyes", "lee.park", "sam.okafor", "ines.moreau", "tomas.novak")
START_SECONDS = 60.0


@dataclass
class Land:
    """Everything over one folder: time runs `speed` times as fast, and the sandbox outlives Rung."""

    folder: Path
    speed: float = 1.0
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        """Begin the time and describe both processes; nothing runs yet."""
        self.time_file = self.folder / "time.json"
        timesource.write(self.time_file, time.time(), time.time(), self.speed)
        self.where = self.folder / "ports.json"
        options = ("--ports-file", str(self.where), "--time-file", str(self.time_file))
        self.sandbox = Process.python(self.folder, "sandbox.log", "sandbox", *options)
        self.rung = Process.python(self.folder, "rung.log", "rung", "up", **self._environment())

    @property
    def url(self) -> str:
        """Where Rung listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def home(self) -> Path:
        """Rung's home."""
        return self.folder / "home"

    def start(self) -> None:
        """Start the sandbox, then Rung over documents that name it, and have the platforms tell Rung."""
        self.sandbox.start()
        wait_for("the sandbox listens", self.where.exists, START_SECONDS, self.sandbox.said)
        told = json.loads(self.where.read_text())
        self.admin = Admin(told["servicenow"], told["jira"])
        self._write_documents(told)
        self.rung.environment = {**self.rung.environment, **self._ways(told["smtp"]["port"])}
        self.start_rung()
        header = {"kind": "header", "name": "X-Rung-Secret", "value": SECRET}
        self.admin.targets("servicenow", [{"url": f"{self.url}/webhooks/servicenow-main", "auth": header}])
        self.admin.targets("jira", [{"url": f"{self.url}/webhooks/jira-main", "secret": SECRET}])

    def start_rung(self) -> None:
        """Start `rung up`, also again over the same home, and wait until it is ready."""
        self.rung.start()
        wait_for("rung up is ready", self.is_ready, START_SECONDS, self.rung.said)

    @contextlib.contextmanager
    def while_time_stands_still(self) -> Iterator[None]:
        """Let no time pass for Rung and the platforms: how long a machine takes is no part of the play."""
        self._run_time(0)
        yield
        self._run_time(self.speed)

    def _run_time(self, speed: float) -> None:
        now = timesource.read(self.time_file).at(time.time()).timestamp()
        timesource.write(self.time_file, time.time(), now, speed)

    def is_ready(self) -> bool:
        """Whether `rung up` has announced itself and its web role says that it is ready."""
        assert self.rung.is_alive(), f"rung up ended\n{self.rung.said()}"
        with contextlib.suppress(requests.RequestException):
            announced = (self.home / "run.json").exists()
            return announced and requests.get(f"{self.url}/readyz", timeout=5).status_code == 200
        return False

    def stage(self) -> Stage:
        """Where the stories are played; what they tell is printed, and so shown when a test fails."""
        clock = Clock(self.time_file)
        return Stage(
            rung=self.url,
            admin=self.admin,
            clock=clock,
            speed=self.speed,
            bearer=SECRET,
            grafana_secret=SECRET,
            tell=lambda who, what: tell_all(f"{clock.moment():%H:%M:%S} {who:<10} {what}"),
        )

    def parts(self) -> dict[str, psutil.Process]:
        """What `rung up` keeps running, by name, and `web-worker`, the process that serves the web role's requests."""
        named: dict[str, psutil.Process] = {}
        for child in sorted(_children(self.rung.running.pid), key=lambda one: one.pid):
            with contextlib.suppress(psutil.NoSuchProcess):
                words = child.cmdline()
                name = words[-1] if "rung" in words else child.name().split("-")[0]
                workers = sum(one.startswith("worker") for one in named)
                named[f"worker-{workers + 1}" if name == "worker" else name] = child
        for child in _children(named["web"].pid) if "web" in named else ():
            named["web-worker"] = child
        return named

    def redis_url(self) -> str:
        """The address of Rung's own Redis."""
        return str(json.loads((self.home / "run.json").read_text())["redis_url"])

    def _environment(self) -> dict[str, str]:
        words = ("ALERTMANAGER_TOKEN", "GRAFANA_SECRET", "SERVICENOW_SECRET", "JIRA_SECRET")
        return {
            "RUNG_HOME": str(self.home),
            "RUNG_CONFIG": str(self.folder / "config"),
            "RUNG_PORT": str(self.port),
            "RUNG_TIME_FILE": str(self.time_file),
            "RUNG_LOG": "text",
            "RUNG_DEMO_SERVICENOW_PASSWORD": "sandbox-only",
            "RUNG_DEMO_JIRA_TOKEN": "sandbox-only",
            **{f"RUNG_DEMO_{word}": SECRET for word in words},
            **self.settings,
        }

    def _ways(self, smtp: int) -> dict[str, str]:
        mail = f"mailto://127.0.0.1:{smtp}/?from=rung@example.com&to="
        return {f"RUNG_DEMO_MAIL_{one.split('.')[0].upper()}": f"{mail}{one}@example.com" for one in PEOPLE}

    def _write_documents(self, told: dict[str, str]) -> None:
        config = self.folder / "config"
        shutil.copytree(DOCUMENTS, config)
        platforms = config / "platforms.yaml"
        text = platforms.read_text(encoding="utf-8").replace("http://127.0.0.1:8322", told["servicenow"])
        platforms.write_text(text.replace("http://127.0.0.1:8323", told["jira"]), encoding="utf-8")


def _children(pid: int) -> list[psutil.Process]:
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).children()
    return []
