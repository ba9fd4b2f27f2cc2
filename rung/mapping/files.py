"""Files that people name on the command line: bounded, and told in words where they cannot be read."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

from core.mapdesk import Mistake, MistakesError
from rung.documents import MAX_BYTES


def bytes_of(path: Path, most: int) -> bytes:
    """What the file holds, or what comes in for `-`; raises `MistakesError` for more than so many bytes, and for what
    is no file; `OSError` for what cannot be opened."""
    if str(path) == "-":
        found = sys.stdin.buffer.read(most + 1)
    else:
        if path.exists() and not stat.S_ISREG(path.stat().st_mode):
            raise MistakesError([Mistake(str(path), 0, "", "is no regular file.")])
        with path.open("rb") as file:
            found = file.read(most + 1)
    if len(found) > most:
        raise MistakesError([Mistake(str(path), 0, "", f"is larger than {most // 1024} KiB.")])
    return found


def text_of(path: Path) -> str:
    """A document's text; raises as `bytes_of`, and `MistakesError` for what is no text."""
    try:
        return bytes_of(path, MAX_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise MistakesError([Mistake(str(path), 0, "", "is not UTF-8 text.")]) from None
