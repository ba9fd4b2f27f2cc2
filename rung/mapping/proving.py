"""Running the fixtures beside mappings."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import mappings
from core.maptrial import Difference
from mappings import Mapping as CompiledMapping
from mappings import fixtures
from rung.mapping.configured import Configured, document, known_as
from rung.mapping.differing import differences

LARGEST = 8 * 1024 * 1024
"""Bytes of a fixture that are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What came of one fixture: `wrong` says why it could not be run, "" where it could; `differences` are between what
    stands beside it and what the mapping made of it."""

    mapping: str
    fixture: str
    file: str
    wrong: str = ""
    differences: tuple[Difference, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the mapping does what the fixture says."""
        return not self.wrong and not self.differences


@dataclass(frozen=True, slots=True)
class Proofs:
    """All that was run, and the mappings beside which there is no fixture."""

    run: tuple[Proof, ...]
    bare: tuple[str, ...]


def folders(made: Configured, own: Path | None, names: Sequence[str]) -> dict[str, Path]:
    """The folder of each mapping, by name; all where no name is given. Raises `NotFoundError`.

    `own` is the folder of documents, which holds the own mappings' fixtures.
    """
    for name in names:
        known_as(name, "mapping", made.catalogue)
    chosen = names or sorted(made.catalogue)
    return {name: _folder(made, own, name) for name in dict.fromkeys(chosen)}


def _folder(made: Configured, own: Path | None, name: str) -> Path:
    if document(name) not in made.texts:
        return mappings.PACKAGED / name
    return (own or Path("nowhere")) / "mappings" / name


def prove(
    catalogue: Mapping[str, CompiledMapping], where: Mapping[str, Path], told: Callable[[int], None] = lambda _: None
) -> Proofs:
    """Run the fixtures in those folders; `told` hears how many have been run so far."""
    run: list[Proof] = []
    bare: list[str] = []
    for name, folder in where.items():
        bodies = fixtures.bodies(folder)
        bare += [] if bodies else [name]
        for proof in _proofs(catalogue[name], bodies):
            run.append(proof)
            told(len(run))
    return Proofs(tuple(run), tuple(bare))


def count(where: Mapping[str, Path]) -> int:
    """How many fixtures there are."""
    return sum(len(fixtures.bodies(folder)) for folder in where.values())


def _proofs(mapping: CompiledMapping, bodies: Sequence[Path]) -> Iterator[Proof]:
    bound = fixtures.bound(mapping)
    for body in bodies:
        file = "/".join(body.parts[-4:])
        try:
            wanted = _wanted(body)
            request = fixtures.delivery(body.read_bytes(), fixtures.headers(body), mapping.name)
        except (OSError, ValueError, TypeError) as error:
            yield Proof(mapping=mapping.name, fixture=body.stem, file=file, wrong=_why(error))
            continue
        found = fixtures.found(bound, request)
        told = tuple(differences(wanted, json.loads(json.dumps(found))))
        yield Proof(mapping=mapping.name, fixture=body.stem, file=file, differences=told)


def _wanted(body: Path) -> object:
    if body.stat().st_size > LARGEST:
        raise ValueError(f"it is larger than {LARGEST // 1024 // 1024} MiB")
    return fixtures.expected(body)


def _why(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "nothing stands beside it: write what is expected into <event>.expected.json."
    if isinstance(error, OSError):
        return f"it cannot be read: {error.strerror}."
    if isinstance(error, json.JSONDecodeError):
        return f"what stands beside it is not JSON: {error.msg} in line {error.lineno}."
    return f"it cannot be used: {error}."
