"""Where the policy's time comes from: the wall, or a file that makes it run faster."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.ports import Clock
from rung.settings import Settings, SettingsError


@dataclass(frozen=True, slots=True)
class Pace:
    """At the real moment `real` it was `virtual` (both Unix seconds); since then time runs `speed` times as fast."""

    real: float
    virtual: float
    speed: float

    def at(self, real: float) -> datetime:
        """The policy's time at that real moment."""
        return datetime.fromtimestamp(self.virtual, UTC) + timedelta(seconds=(real - self.real) * self.speed)


class FileClock:
    """The time that a file tells; the file is read again whenever it was replaced or changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self._pace = Pace(0, 0, 1)
        self()

    def __call__(self) -> datetime:
        """The present moment; raises `SettingsError` when the file is missing or not in its form."""
        try:
            found = self._path.stat()
            seen = (found.st_mtime_ns, found.st_size, found.st_ino)
            if seen != self._seen:
                self._pace = read(self._path)
                self._seen = seen
        except OSError as error:
            raise SettingsError(f"RUNG_TIME_FILE names {self._path}, which cannot be read: {error.strerror}.") from None
        return self._pace.at(time.time())


def wall() -> datetime:
    """The real time."""
    return datetime.now(UTC)


def clock(settings: Settings) -> Clock:
    """The clock that the settings ask for; raises `SettingsError` when its file cannot be used."""
    return FileClock(settings.time_file) if settings.time_file else wall


def read(path: Path) -> Pace:
    """What the file says; raises `SettingsError` when it is not in its form."""
    try:
        said = json.loads(path.read_bytes())
        pace = Pace(float(said["real"]), float(said["virtual"]), float(said["speed"]))
        pace.at(pace.real)
    except (ValueError, KeyError, TypeError, OverflowError):
        form = '{"real": epoch seconds, "virtual": epoch seconds, "speed": factor}'
        raise SettingsError(f"RUNG_TIME_FILE names {path}, which must hold {form}.") from None
    return pace


def write(path: Path, real: float, virtual: float, speed: float) -> None:
    """Set the time for everybody who follows the file: they see the old form or the new one, never half."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_text(json.dumps({"real": real, "virtual": virtual, "speed": speed}))
    fresh.replace(path)
