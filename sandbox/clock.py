"""The sandbox's time: wall time, or a virtual time that a file describes."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path


class Clock:
    """Gives the time for records.

    The time file holds JSON `{"real": epoch seconds, "virtual": epoch seconds, "speed": factor}`: virtual time now is
    `virtual + (time.time() - real) * speed`. It is read again when it changes. Without a file it is wall time.
    Socket timeouts never use this clock.
    """

    def __init__(self, time_file: Path | None = None, speed: float = 1.0) -> None:
        self._file = time_file
        self._speed = speed
        self._seen: tuple[int, int] | None = None
        self._line: tuple[float, float, float] | None = None

    def now(self) -> float:
        """Virtual time in epoch seconds."""
        line = self._read()
        if line is None:
            return time.time()
        real, virtual, speed = line
        return virtual + (time.time() - real) * speed

    def moment(self) -> datetime:
        """Virtual time as an aware UTC datetime."""
        return datetime.fromtimestamp(self.now(), UTC)

    @property
    def speed(self) -> float:
        """How many virtual seconds pass in a real one: the file's factor, or the one given at the start."""
        line = self._read()
        return max(line[2] if line else self._speed, 0.001)

    def _read(self) -> tuple[float, float, float] | None:
        if self._file is None:
            return None
        try:
            stat = self._file.stat()
            seen = (stat.st_mtime_ns, stat.st_size)
            if seen != self._seen:
                told = json.loads(self._file.read_text())
                self._line = (float(told["real"]), float(told["virtual"]), float(told["speed"]))
                self._seen = seen
        except (OSError, ValueError, KeyError):
            return self._line  # half written or gone: the last line that was understood holds
        return self._line
