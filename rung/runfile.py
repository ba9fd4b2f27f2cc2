"""What runs under a home folder: the lock that `rung up` holds, and the file that tells others where its parts are."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from rung.settings import Settings


class AlreadyUpError(Exception):
    """Another `rung up` runs over this home. The message says so."""


class NothingRunsError(Exception):
    """There is no database to talk to. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Running:
    """One `rung up`: its process id, the board's address, its servers' addresses where they are its own, its time."""

    pid: int
    web: str
    database_url: str
    redis_url: str
    time_file: str = ""


def _path(home: Path) -> Path:
    return home / "run.json"


@contextlib.contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold the home's lock; raises `AlreadyUpError`. The kernel lets go of it however the process ends."""
    home.mkdir(parents=True, exist_ok=True)
    held = os.open(home / "up.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyUpError(_already(home)) from None
        _path(home).unlink(missing_ok=True)  # left behind by one that was killed
        yield
    finally:
        os.close(held)


def _already(home: Path) -> str:
    found = running(home)
    where = f" as process {found.pid}, its board at {found.web}" if found else ""
    return f"Rung already runs over {home}{where}: stop it first, or choose another RUNG_HOME."


@contextlib.contextmanager
def announced(home: Path, what: Running) -> Iterator[None]:
    """Tell others for as long as the block runs. The file is private: an address may grant access."""
    fresh = home / f".run.json.{os.getpid()}"
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(asdict(what), file)
    fresh.replace(_path(home))
    try:
        yield
    finally:
        _path(home).unlink(missing_ok=True)


def running(home: Path) -> Running | None:
    """What runs over the home; None when nothing does."""
    try:
        what = Running(**json.loads(_path(home).read_bytes()))
        os.kill(what.pid, 0)
    except (OSError, ValueError, TypeError):
        return None
    return what


def located(settings: Settings) -> Settings:
    """The settings with the addresses of what runs here where they name none; raises `NothingRunsError`."""
    if settings.database_url:
        return settings
    found = running(settings.home)
    if found is None or not found.database_url:
        demo = settings.home / "demo"
        if running(demo):
            raise NothingRunsError(f"Only a demonstration runs here: say RUNG_HOME={demo} to look into it.")
        raise NothingRunsError(
            f"Nothing runs under {settings.home}: start `rung up` (or `rung demo`) there, "
            "or name a database with RUNG_DATABASE_URL."
        )
    return replace(
        settings,
        database_url=found.database_url,
        redis_url=settings.redis_url or found.redis_url,
        public_url=found.web,
        time_file=Path(found.time_file) if found.time_file else None,
    )
