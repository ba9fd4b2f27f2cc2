"""A process of ours: how it is started so that it can neither outlive us nor run twice over the same data."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import pwd
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1


class BusyError(Exception):
    """Another process holds the child's lock: it runs already, or its predecessor is still on its way out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """One process to run.

    `environment` is the whole environment where `bare`, otherwise it is added to ours. `user` is the system user to run
    as ("" for ours). `stage` orders the stopping, lowest first. `stop_signal` asks for an orderly end; `orphan_signal`
    is what the kernel sends when we die without stopping it (Linux only). `lock` names a file that stays locked for as
    long as the process, or any process that it forked, lives. `before` runs before every start, with that lock held.
    `noise` matches the lines of its output that tell people nothing.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    bare: bool = False
    user: str = ""
    stage: int = 0
    stop_signal: signal.Signals = signal.SIGTERM
    orphan_signal: signal.Signals = signal.SIGKILL
    lock: Path | None = None
    before: Callable[[], None] | None = None
    noise: re.Pattern[str] | None = None


def spawn(child: Child, output: int | None = None) -> subprocess.Popen[bytes]:
    """Start it in a process group of its own; `output` is a descriptor for its stdout and stderr, None for ours.

    Must be called from a thread that lives as long as the child should: on Linux the child gets its `orphan_signal`
    when that thread ends. Raises `BusyError`, and `OSError` when the command cannot be run.
    """
    environment = dict(child.environment) if child.bare else {**os.environ, **child.environment}
    with _locked(child) as held:
        if child.before:
            child.before()
        return subprocess.Popen(  # noqa: S603 - the commands are ours
            child.command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=held,
            process_group=0,
            preexec_fn=_tie_to_parent(child.orphan_signal),  # noqa: PLW1509 - prctl has to run in the child
            **_identity(child.user),
        )


def tie_to_parent(number: signal.Signals = signal.SIGKILL) -> None:
    """Have the kernel end this process when the one that made it dies; for a child that somebody else's code forks."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)


def end_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Send a signal to everything in the child's process group, which may be gone already."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def _identity(user: str) -> dict[str, Any]:
    """`Popen`'s arguments to run as that user, with its own group and no other."""
    if not user:
        return {}
    entry = pwd.getpwnam(user)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


@contextlib.contextmanager
def _locked(child: Child) -> Iterator[tuple[int, ...]]:
    """The descriptor that carries the child's lock. The child inherits it, so the lock ends with the child."""
    if child.lock is None:
        yield ()
        return
    held = os.open(child.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _lock(held, child)
        yield (held,)
    finally:
        os.close(held)


def _lock(held: int, child: Child) -> None:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise BusyError(f"{child.name} is already running here: another process holds {child.lock}.") from None


def _tie_to_parent(number: signal.Signals) -> Callable[[], None] | None:
    """What makes the kernel signal the child when its parent dies, however it dies (prctl(2)); None where it cannot.

    Runs in the child after its user was set, because a change of user clears the setting.
    """
    if _LIBC is None:
        return None
    libc, parent = _LIBC, os.getpid()

    def tie() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:  # it died before we were tied to it
            os._exit(1)

    return tie
