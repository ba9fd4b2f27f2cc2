"""Keeps a family of processes running: starts them, starts again what ends, stops all of them in order."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import Self

from rung.child import BusyError, Child, end_group, spawn

Say = Callable[[str, str], None]
"""Takes a process's name and one line that it, or the supervisor about it, has to say."""

_FIRST_DELAY = 0.2
_LONGEST_DELAY = 5.0
_STABLE_SECONDS = 10.0
"""After so long a life, the next end counts as a first one."""
_TICK = 0.1
_LONGEST_LINE = 64 * 1024
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(slots=True, eq=False)
class _Kept:
    """A child and where it stands; `due` is when it is to be started next (monotonic seconds), None while it runs."""

    child: Child
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    due: float | None = None
    ends: int = 0
    unfinished: bytes = field(default=b"", repr=False)


class Supervisor:
    """Use as a context manager, in the main thread: inside, signals ask it to stop; leaving stops everything.

    One thread does all: what a child writes is handed on line by line, an end is noticed within a tenth of a second,
    and the next start comes after 0.2 seconds, doubled up to 5 for a child that keeps ending. `grace` is how many
    seconds each stage gets to stop before it is killed; a second signal kills at once.
    """

    def __init__(self, say: Say, *, grace: float = 10.0) -> None:
        self._say = say
        self._grace = grace
        self._kept: list[_Kept] = []
        self._selector = selectors.DefaultSelector()
        self._asked = 0
        self._previous: dict[signal.Signals, Callable[[int, FrameType | None], object] | int | None] = {}

    def __enter__(self) -> Self:
        self._previous = {number: signal.signal(number, self._on_signal) for number in _SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.stop()
        finally:
            for number, handler in self._previous.items():
                signal.signal(number, handler)
            self._selector.close()

    @property
    def stopping(self) -> bool:
        """Whether a signal, or `ask_to_stop`, asked for the end."""
        return self._asked > 0

    def ask_to_stop(self) -> None:
        """Have `run` and `wait_for` return soon."""
        self._asked += 1

    def pids(self) -> dict[str, int]:
        """The process ids of what runs now."""
        return {kept.child.name: kept.process.pid for kept in self._kept if kept.process}

    def add(self, *children: Child) -> None:
        """Start them now. A command that cannot be run raises `OSError`."""
        for child in children:
            kept = _Kept(child)
            self._kept.append(kept)
            self._start(kept)

    def run(self, until: Callable[[], bool] = lambda: False) -> None:
        """Keep everything running until asked to stop, or until that condition holds."""
        while not self.stopping and not until():
            self._tick()

    def wait_for(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Keep everything running until the condition holds (True), or time is up or a stop is asked for (False)."""
        deadline = time.monotonic() + seconds
        while not condition():
            if self.stopping or time.monotonic() > deadline:
                return False
            self._tick()
        return True

    def stop(self) -> list[str]:
        """Stop everything, stage by stage, and return the names of those that had to be killed."""
        killed: list[str] = []
        self._asked = max(self._asked, 1)
        for stage in sorted({kept.child.stage for kept in self._kept}):
            killed += self._stop_stage([kept for kept in self._kept if kept.child.stage == stage])
        self._kept.clear()
        return killed

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._asked += 1

    def _stop_stage(self, kept: Sequence[_Kept]) -> list[str]:
        deadline = time.monotonic() + self._grace
        for one in kept:
            one.due = None
            if one.process:
                one.process.send_signal(one.child.stop_signal)
        while any(one.process for one in kept) and time.monotonic() < deadline and self._asked <= 1:
            self._listen(_TICK / 5)
            self._notice_ends(kept)
        late = [one for one in kept if one.process]
        for one in late:
            self._kill(one)
        return [one.child.name for one in late]

    def _kill(self, kept: _Kept) -> None:
        assert kept.process  # noqa: S101 - the callers looked
        self._say(kept.child.name, "did not stop in time and was killed")
        end_group(kept.process, signal.SIGKILL)
        kept.process.wait()
        self._forget(kept)

    def _tick(self) -> None:
        self._listen(_TICK)
        self._notice_ends(self._kept)
        for kept in self._kept:
            if kept.due is not None and time.monotonic() >= kept.due and not self.stopping:
                self._start_again(kept)

    def _start_again(self, kept: _Kept) -> None:
        try:
            self._start(kept)
        except OSError as error:
            self._start_later(kept, f"could not be started: {error.strerror}")

    def _start(self, kept: _Kept) -> None:
        readable, writable = os.pipe()
        os.set_blocking(readable, False)
        try:
            kept.process = spawn(kept.child, writable)
        except BusyError as error:
            os.close(readable)
            self._start_later(kept, str(error))
            return
        except OSError:
            os.close(readable)
            raise
        finally:
            os.close(writable)
        kept.due, kept.started = None, time.monotonic()
        self._selector.register(readable, selectors.EVENT_READ, kept)

    def _start_later(self, kept: _Kept, why: str) -> None:
        delay = min(_FIRST_DELAY * 2**kept.ends, _LONGEST_DELAY)
        kept.ends += 1
        kept.due = time.monotonic() + delay
        self._say(kept.child.name, f"{why.rstrip('.')}; starting it again in {delay:.1f} s")

    def _notice_ends(self, among: Sequence[_Kept]) -> None:
        for kept in among:
            if kept.process is None or kept.process.poll() is None:
                continue
            status = kept.process.returncode
            end_group(kept.process, signal.SIGKILL)  # whatever it left running must not meet its successor
            self._forget(kept)
            if not self.stopping:
                if time.monotonic() - kept.started > _STABLE_SECONDS:
                    kept.ends = 0
                self._start_later(kept, _describe(status))

    def _forget(self, kept: _Kept) -> None:
        """Hand on the last that it wrote and let go of its pipe."""
        kept.process = None
        for descriptor in [int(key.fd) for key in self._selector.get_map().values() if key.data is kept]:
            while self._read(descriptor, kept):
                pass
            self._close(descriptor)
        if kept.unfinished:
            self._hand_on(kept.child, kept.unfinished)
            kept.unfinished = b""

    def _listen(self, seconds: float) -> None:
        if not self._selector.get_map():
            time.sleep(seconds)
        for key, _ in self._selector.select(seconds):
            if not self._read(int(key.fd), key.data):
                self._close(int(key.fd))  # it closed its output and lives on

    def _close(self, descriptor: int) -> None:
        self._selector.unregister(descriptor)
        os.close(descriptor)

    def _read(self, descriptor: int, kept: _Kept) -> bool:
        """Hand on what is there to be read; False when there is nothing."""
        with contextlib.suppress(BlockingIOError):
            read = os.read(descriptor, _LONGEST_LINE)
            *lines, kept.unfinished = (kept.unfinished + read).split(b"\n")
            if len(kept.unfinished) > _LONGEST_LINE:
                lines, kept.unfinished = [*lines, kept.unfinished], b""
            for line in lines:
                self._hand_on(kept.child, line)
            return bool(read)
        return False

    def _hand_on(self, child: Child, line: bytes) -> None:
        text = line.decode(errors="replace").rstrip("\r")
        if child.noise is None or not child.noise.search(text):
            self._say(child.name, text)


def _describe(status: int) -> str:
    if status >= 0:
        return f"ended with status {status}"
    return f"was ended by {signal.Signals(-status).name}"
