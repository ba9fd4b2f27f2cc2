"""Files that people name on the command line: bounded, and told in words where they cannot be read."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path

from core.mapdesk import Mistake, MistakesError
from mappings.catalogue import DOCUMENT
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


def mappings_in(path: Path, name: str = "") -> dict[str, str]:
    """The texts of mappings by name that stand in a file, in a mapping's own folder, or in a folder of documents.

    A file is called after its folder where it is a `mapping.yaml`, else after itself; `name` says it for one alone.
    Raises as `text_of`, and `MistakesError` where there is none.
    """
    if not path.is_dir():
        return {name or (path.resolve().parent.name if path.name == DOCUMENT else path.stem): text_of(path)}
    if (path / DOCUMENT).exists():
        return {name or path.resolve().name: text_of(path / DOCUMENT)}
    found = {one.parent.name: text_of(one) for one in sorted(path.glob(f"mappings/*/{DOCUMENT}"))}
    if not found:
        hint = f"There can be {DOCUMENT} or mappings/<name>/{DOCUMENT} in it."
        raise MistakesError([Mistake(str(path), 0, "", "holds no mapping.", hint)])
    return found


def headers_of(path: Path) -> dict[str, str]:
    """The headers in a file, a JSON object or a line for each as `Name: value`, with lower-case names.

    Raises as `text_of`, and `MistakesError` for what is neither.
    """
    text = text_of(path)
    try:
        found = json.loads(text)
    except ValueError:
        found = dict(_header(line, number, path) for number, line in enumerate(text.splitlines(), 1) if line.strip())
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise MistakesError([Mistake(str(path), 0, "", "is no object of texts.", _HEADERS)])
    return {name.lower(): value for name, value in found.items()}


_HEADERS = 'Write {"x-name": "value"}, or a line such as X-Name: value for each.'


def _header(line: str, number: int, path: Path) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not name.strip() or " " in name.strip():
        raise MistakesError([Mistake(str(path), number, "", "is no header.", _HEADERS)])
    return name.strip(), value.strip()
