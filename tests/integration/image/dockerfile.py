"""The Dockerfile as data, and its steps run under a folder instead of in an engine."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
_FLAG = re.compile(r"--[\w-]+(?:=\S+)?\s+")
_OURS = re.compile(r"(?<![\w./])/(?=(?:src|build|wheels|opt|var)\b)")
"""The beginning of a path that the steps make; under a folder it begins there."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction: its word in capitals, its flags, and the rest on one line."""

    word: str
    flags: str
    text: str


@dataclass(frozen=True, slots=True)
class Stage:
    """What stands between one FROM and the next. `base` is an earlier stage's name, or an image."""

    name: str
    base: str
    instructions: tuple[Instruction, ...]

    def of(self, word: str) -> list[Instruction]:
        """Its instructions of that kind."""
        return [one for one in self.instructions if one.word == word]


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """The stages by name, in their order, and what stands before the first."""

    before: tuple[Instruction, ...]
    stages: Mapping[str, Stage]

    def chain(self, name: str) -> list[Stage]:
        """A stage and all that it stands on, the lowest first."""
        stage = self.stages[name]
        return [*(self.chain(stage.base) if stage.base in self.stages else []), stage]

    def environment(self, name: str) -> dict[str, str]:
        """What ENV says in a stage and below; `$NAME` is left as it stands."""
        told = (one.text for stage in self.chain(name) for one in stage.of("ENV"))
        return dict(word.split("=", 1) for line in told for word in shlex.split(line))

    def last(self, name: str, word: str) -> str:
        """The last instruction of that kind, which is the one that counts."""
        return [one.text for stage in self.chain(name) for one in stage.of(word)][-1]

    def command(self, name: str) -> list[str]:
        """The entry point; its words must be in the form that needs no shell."""
        return [str(word) for word in json.loads(self.last(name, "ENTRYPOINT"))]


def read(path: Path = ROOT / "Dockerfile") -> Dockerfile:
    """Read it."""
    before: list[Instruction] = []
    stages: dict[str, Stage] = {}
    found: list[Instruction] = before
    for one in _instructions(path.read_text(encoding="utf-8")):
        if one.word == "FROM":
            base, _, name = one.text.partition(" AS ")
            found = []
            stages[name] = Stage(name, base, ())
        else:
            found.append(one)
        if stages:
            last = list(stages.values())[-1]
            stages[last.name] = Stage(last.name, last.base, tuple(found))
    return Dockerfile(tuple(before), stages)


def _instructions(text: str) -> Iterator[Instruction]:
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    for line in re.sub(r"\\\n\s*", " ", lines).splitlines():
        if line.strip():
            word, rest = line.strip().split(maxsplit=1)
            flags = re.match(f"(?:{_FLAG.pattern})*", rest)
            assert flags
            yield Instruction(word, flags[0].strip(), rest[flags.end() :].strip())


def ignored(name: str, rules: str) -> bool:
    """Whether .dockerignore keeps a path out of the build: the last rule that fits decides."""
    kept_out = False
    for line in rules.splitlines():
        rule = line.strip().removeprefix("!").removeprefix("**/")
        if rule and not rule.startswith("#"):
            parts = Path(name).parts
            spans = parts if "**/" in line else ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
            if any(fnmatch(span, rule) for span in spans):
                kept_out = not line.strip().startswith("!")
    return kept_out


@dataclass
class Machine:
    """Runs stages under `folder`, with this Python in the place of the base image's."""

    dockerfile: Dockerfile
    folder: Path
    at: str = "/"
    variables: dict[str, str] = field(default_factory=dict)

    def here(self, text: str) -> str:
        """The same with every path that the steps make under the folder."""
        return _OURS.sub(f"{self.folder}/", text)

    def build(self, name: str) -> None:
        """Run a stage, and before it what it stands on."""
        for stage in self.dockerfile.chain(name):
            for one in stage.instructions:
                self._do(one)

    def _do(self, one: Instruction) -> None:
        match one.word:
            case "WORKDIR":
                self.at = one.text
                Path(self.here(self.at)).mkdir(parents=True, exist_ok=True)
            case "COPY":
                *sources, target = one.text.split()
                self._copy(sources, Path(self.here(self.at)) / target)
            case "ENV":
                self.variables |= dict(word.split("=", 1) for word in shlex.split(one.text))
            case "RUN":
                self._run(one.text)
            case _:
                raise AssertionError(f"{one.word} has no business in a stage that builds")

    def _copy(self, sources: list[str], target: Path) -> None:
        rules = (ROOT / ".dockerignore").read_text()

        def kept_out(folder: str, names: list[str]) -> set[str]:
            return {name for name in names if ignored(str((Path(folder) / name).relative_to(ROOT)), rules)}

        for source in sources:
            assert not ignored(source, rules), f"{source} is copied, but .dockerignore keeps it out"
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, target, ignore=kept_out)
            else:
                shutil.copy(ROOT / source, target)

    def _run(self, command: str) -> None:
        variables = {name: value for name, value in self.variables.items() if name != "PIP_CACHE_DIR"}
        path = f"{self._python()}:{os.environ['PATH']}"
        done = subprocess.run(
            ["sh", "-euc", self.here(command)],
            cwd=self.here(self.at),
            env={**os.environ, **variables, "PATH": path},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"

    def _python(self) -> Path:
        """A folder whose `python` is the one that runs this."""
        programs = self.folder / "programs"
        programs.mkdir(exist_ok=True)
        script = programs / "python"
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        script.chmod(0o755)
        return programs
