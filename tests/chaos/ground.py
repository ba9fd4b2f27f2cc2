"""Where a run is played: the stand-ins, Rung's processes over their own servers, a time that stands until it jumps."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import psycopg
import requests

from core.store.database import migrate
from rung import timesource
from rung.applying import apply_documents
from rung.settings import Settings
from sandbox.embedded import Sandbox
from tests.chaos import journal
from tests.chaos.family import Family
from tests.chaos.smalldisk import SmallDisk
from tests.e2e.processes import free_port

CONFIG = Path(__file__).parent / "config"
SECRET = "a-secret-of-the-fault-run"
BEGIN = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PEOPLE = ("dana.reyes", "lee.park", "sam.okafor", "ines.moreau", "tomas.novak")
LEASE_SECONDS = 10
"""The shortest that Rung takes: so much later at most the work of a killed process is taken up."""
_PAUSE = 0.05
_START_SECONDS = 120.0
_DISTURBED = 15.0
"""Seconds for which a rest is waited for while faults happen; then they hold still until it has come. What is still not
done after that is stuck, and not only killed again and again on a machine that starts processes slowly."""

_WAITING = """
    SELECT (SELECT count(*) FROM deliveries WHERE status = 'received') AS "deliveries received",
        (SELECT count(*) FROM signals WHERE status = 'waiting') AS "signals waiting",
        (SELECT count(*) FROM actions WHERE status IN ('pending', 'sent')) AS "actions under way",
        (SELECT count(*) FROM actions WHERE status = 'held' AND held_until <= %(now)s) AS "actions held too long",
        (SELECT count(*) FROM timers WHERE due_at <= %(now)s) AS "timers due",
        (SELECT count(*) FROM shift_changes) AS "shift changes"
"""


class RestlessError(Exception):
    """Work stayed undone for too long; the message says what."""


@dataclass
class Ground:
    """A context manager: inside, everything runs; `launch` is the family's, where a run brings its own launcher.

    While it `holds`, no fault happens.
    """

    launch: Callable[[str, str], Sequence[str]] | None = None
    port: int = field(default_factory=free_port)
    now: datetime = BEGIN
    holds: threading.Event = field(default_factory=threading.Event)
    _connection: psycopg.Connection[Any] | None = None

    def __enter__(self) -> Self:
        """Start everything."""
        self.folder = Path(tempfile.mkdtemp(prefix="rung-chaos-"))
        self.folder.chmod(0o711)
        self._time_file = self.folder / "time.json"
        self._tell_time()
        self.box = Sandbox(time_file=self._time_file)
        (self.folder / "servers").mkdir()
        self.disk = SmallDisk(self.folder / "servers")
        if self.launch:
            self.disk.mount()
        self.family = Family(self.folder / "servers")
        self.family.environment = self._environment()
        if self.launch:
            self.family.launch = self.launch
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop everything; fails where something did not stop by itself."""
        late = self.close()
        assert not late, f"these did not stop when asked to: {late}"

    def close(self) -> list[str]:
        """Stop everything and remove the folder; returns the names of processes that had to be killed."""
        if self._connection is not None:
            self._connection.close()
        late = self.family.stop()
        self.box.close()
        self.disk.unmount()
        shutil.rmtree(self.folder, ignore_errors=True)
        return late

    @property
    def url(self) -> str:
        """Where Rung's web role listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def database_url(self) -> str:
        """Rung's database."""
        return self.family.postgres.url()

    def jump(self, by: timedelta) -> None:
        """Let so much of the policy's time pass, all at once."""
        self.now += by
        self._tell_time()

    def ask(self, query: str, **values: object) -> list[dict[str, Any]]:
        """Ask the database, again and again while it is away."""
        deadline = time.monotonic() + 60
        while True:
            try:
                return self._asked(query, values)
            except psycopg.OperationalError:
                self._connection = None
                if time.monotonic() > deadline:
                    raise
                time.sleep(_PAUSE)

    def is_ready(self) -> bool:
        """Whether the web role says that it is ready."""
        with contextlib.suppress(requests.RequestException):
            return requests.get(f"{self.url}/readyz", timeout=2).status_code == 200
        return False

    def rest(self, patience: float) -> None:
        """Wait until everything that waits was worked off; raises `RestlessError` after so many seconds."""
        self._until(lambda: sum(self.waiting().values()) == 0, patience)

    def poll(self, patience: float) -> None:
        """Have everything polled at once, and wait until it was."""
        (marked,) = self.ask("SELECT clock_timestamp() AS at")
        self.ask("UPDATE watermarks SET attempt_at = clock_timestamp()")
        polled = "SELECT count(*) AS left FROM watermarks WHERE whole_at IS NULL OR whole_at <= %(at)s"
        self._until(lambda: self.ask(polled, at=marked["at"])[0]["left"] == 0, patience)

    def waiting(self) -> dict[str, int]:
        """How much of what waits."""
        (row,) = self.ask(_WAITING, now=self.now)
        return {name: int(count) for name, count in row.items()}

    def _until(self, calm: Callable[[], bool], patience: float) -> None:
        began = time.monotonic()
        while not calm():
            if time.monotonic() > began + _DISTURBED:
                self.holds.set()
            if time.monotonic() > began + patience:
                told = ", ".join(f"{count} {name}" for name, count in self.waiting().items() if count)
                raise RestlessError(f"after {patience:.0f} s there is still: {told or 'a platform to be polled'}")
            time.sleep(_PAUSE)
        self.holds.clear()

    def _asked(self, query: str, values: dict[str, object]) -> list[dict[str, Any]]:
        if self._connection is None or self._connection.closed:
            options = "-c statement_timeout=20s -c timezone=UTC"
            self._connection = psycopg.connect(
                self.database_url,
                autocommit=True,
                connect_timeout=5,
                row_factory=psycopg.rows.dict_row,
                application_name="chaos",
                options=options,
            )
        found = self._connection.execute(query, values)
        return found.fetchall() if found.description else []

    def _start(self) -> None:
        self.family.start_servers()
        url = self.family.postgres.make_database()
        migrate(url)
        journal.install(url)
        with _environment(self._environment()):
            apply_documents(Settings.from_environment(), self._documents(), "the fault run")
        self.family.start_roles()
        self._until(self.is_ready, _START_SECONDS)
        header = {"kind": "header", "name": "X-Rung-Secret", "value": SECRET}
        self.box.targets("servicenow", [{"url": f"{self.url}/webhooks/servicenow-main", "auth": header}])
        self.box.targets("jira", [{"url": f"{self.url}/webhooks/jira-main", "secret": SECRET}])
        self._until(lambda: len(self.ask("SELECT 1 FROM watermarks")) > 1, _START_SECONDS)

    def _documents(self) -> Path:
        folder = self.folder / "config"
        shutil.copytree(CONFIG, folder)
        platforms = folder / "platforms.yaml"
        text = platforms.read_text(encoding="utf-8").replace("http://127.0.0.1:8322", self.box.servicenow_url)
        platforms.write_text(text.replace("http://127.0.0.1:8323", self.box.jira_url), encoding="utf-8")
        return folder

    def _environment(self) -> dict[str, str]:
        mail = f"mailto://127.0.0.1:{self.box.smtp_port}/?from=rung@example.com&to="
        return {
            "RUNG_HOME": str(self.folder / "home"),
            "RUNG_DATABASE_URL": self.family.postgres.url(),
            "RUNG_REDIS_URL": self.family.redis.url(),
            "RUNG_PORT": str(self.port),
            "RUNG_TIME_FILE": str(self._time_file),
            "RUNG_LOG": "text",
            "RUNG_LEASE_SECONDS": str(LEASE_SECONDS),
            "RUNG_SECRET_KEY": "chaos" * 8,
            "CHAOS_SECRET": SECRET,
            "CHAOS_PASSWORD": "sandbox-only",
            **{f"CHAOS_MAIL_{one.split('.')[0].upper()}": f"{mail}{one}@example.com" for one in PEOPLE},
        }

    def _tell_time(self) -> None:
        timesource.write(self._time_file, time.time(), self.now.timestamp(), 0)


@contextlib.contextmanager
def _environment(ours: dict[str, str]) -> Iterator[None]:
    """Have this process's own settings be these."""
    before = dict(os.environ)
    for name in [name for name in before if name.startswith("RUNG_")]:
        del os.environ[name]
    os.environ.update(ours)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
