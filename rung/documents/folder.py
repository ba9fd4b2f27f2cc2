"""A folder of documents: `platforms.yaml`, `roster.yaml`, `policy.yaml`, and mappings, each in a folder of its own or,
as a ConfigMap has no folders, in a file called `mapping.<name>.yaml`.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from pathlib import Path

from rung.documents.problems import DocumentsError, Problem, choice
from rung.documents.schemas import SCHEMAS
from rung.documents.text import MAX_BYTES

_YAML = {".yaml", ".yml"}
_FLAT = re.compile(r"mapping\.(?P<name>[^/]+)\.yaml")
_MOUNTED = "..data"
"""What Kubernetes calls the folder in which a mounted ConfigMap really is: a link that it moves when that changes."""


def read_folder(folder: Path) -> dict[str, str]:
    """The texts of a folder by document name; raises `DocumentsError` for what cannot be one.

    Hidden files and folders, and what is no YAML, are left alone. A mounted ConfigMap is read as it was at one moment.
    """
    if not folder.is_dir():
        raise DocumentsError([Problem(str(folder), 0, "", "is not a folder.", "Name the folder of the documents.")])
    problems: list[Problem] = []
    texts: dict[str, str] = {}
    for path, file in _files(_really(folder)):
        name = _document(file)
        if not name:
            problems.append(Problem(file, 0, "", "is not a document's name.", _hint(file)))
            continue
        if name in texts:
            problems.append(Problem(file, 0, "", f"is there twice: {name} is the same mapping.", "Remove one."))
            continue
        try:
            texts[name] = _text(path)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            problems.append(Problem(file, 0, "", f"cannot be read: {reason}."))
    if not texts and not problems:
        hint = f"There can be {', '.join(SCHEMAS)}, mappings/<name>/mapping.yaml and mapping.<name>.yaml."
        problems.append(Problem(str(folder), 0, "", "holds no configuration document.", hint))
    if problems:
        raise DocumentsError(problems)
    return texts


def holds_none(folder: Path) -> bool:
    """Whether there is nothing in a folder that could be a document, as where a ConfigMap may be lacking."""
    return folder.is_dir() and not any(_files(_really(folder)))


def _really(folder: Path) -> Path:
    """Where a mounted ConfigMap is now: it is replaced as a whole, so that its files fit each other."""
    mounted = folder / _MOUNTED
    return mounted.resolve() if mounted.is_dir() else folder


def _files(folder: Path) -> Iterator[tuple[Path, str]]:
    """The files that may be documents, each with its name within the folder."""
    for path in sorted([*folder.iterdir(), *folder.glob("mappings/*/mapping.yaml")]):
        within = path.relative_to(folder)
        if path.suffix in _YAML and not any(part.startswith(".") for part in within.parts):
            yield path, within.as_posix()


def _document(file: str) -> str:
    """The document that a file holds, "" where its name is none."""
    flat = _FLAT.fullmatch(file)
    if flat:
        return f"mappings/{flat['name']}/mapping.yaml"
    return file if "/" in file or file in SCHEMAS else ""


def _hint(file: str) -> str:
    if file.startswith("mapping"):
        return "A mapping stands in mappings/<name>/mapping.yaml, or in mapping.<name>.yaml."
    return choice(file, SCHEMAS)


def _text(path: Path) -> str:
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise ValueError("it is no regular file")
    if found.st_size > MAX_BYTES:
        raise ValueError(f"it is larger than {MAX_BYTES // 1024} KiB")
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8 text") from None
