"""A disk of some megabytes for PostgreSQL, which a fault run can fill to its last byte."""

from __future__ import annotations

import contextlib
import subprocess
from dataclasses import dataclass
from pathlib import Path

MEGABYTES = 384
_BALLAST = "ballast"
_PIECES = (1 << 20, 1 << 12, 1)
"""Bytes that are written at a time, as long as they fit."""


@dataclass
class SmallDisk:
    """A file system in memory over a folder, where this machine lets us mount one; otherwise nothing can fill it."""

    folder: Path
    mounted: bool = False

    def mount(self) -> None:
        """Lay it over the folder, which must be empty."""
        options = f"size={MEGABYTES}m,mode=0711"
        command = ("mount", "-t", "tmpfs", "-o", options, "rung-chaos", str(self.folder))
        with contextlib.suppress(OSError):
            self.mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0

    def unmount(self) -> None:
        """Take it away, with all that is on it."""
        if self.mounted:
            subprocess.run(("umount", "--lazy", str(self.folder)), capture_output=True, check=True)
            self.mounted = False

    def fill(self) -> None:
        """Leave no byte free."""
        with (self.folder / _BALLAST).open("ab", buffering=0) as ballast:
            for piece in _PIECES:
                with contextlib.suppress(OSError):
                    while ballast.write(b"\0" * piece) == piece:
                        pass

    def free(self) -> None:
        """Give back what `fill` took."""
        (self.folder / _BALLAST).unlink(missing_ok=True)
