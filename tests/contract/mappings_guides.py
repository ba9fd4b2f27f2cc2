"""What a source's guide documents: the ways of proving oneself that an administrator copies from it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import yaml
from mappings_fixtures import FOLDERS

_BLOCK = re.compile(r"(?:^(?: {4,}.*)?\n)+", re.MULTILINE)
_SECRETS = {"secrets", "passwords"}
_SPAN = re.compile(r"`(auth: \{[^`]*\})`")


@dataclass(frozen=True, slots=True)
class Documented:
    """One `auth` of a guide: its kind, such as bearer, and its settings with one secret, `${TESTED}`."""

    folder: Path
    kind: str
    settings: Mapping[str, Any]

    @property
    def name(self) -> str:
        """For a test's name."""
        return f"{self.folder.name}-{self.kind}"

    @property
    def document(self) -> str:
        """A platforms.yaml with one source that proves itself so."""
        auth = {self.kind: dict(self.settings)}
        return yaml.safe_dump({"sources": {"tested": {"mapping": self.folder.name, "auth": auth}}})


def guide(folder: Path) -> str:
    """The guide's text."""
    return (folder / "README.md").read_text(encoding="utf-8")


def _auths(text: str) -> Iterator[Mapping[str, Any]]:
    for block in (found[0] for found in _BLOCK.finditer(text) if "sources:" in found[0]):
        for source in yaml.safe_load(dedent(block)).get("sources", {}).values():
            yield source["auth"]
    for span in _SPAN.findall(text):
        yield yaml.safe_load(" ".join(span.split()))["auth"]


def _tested(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: ["${TESTED}"] if name in _SECRETS else value for name, value in settings.items()}


def documented(folder: Path) -> dict[str, Documented]:
    """Each documented way by its name; two that differ in their secrets alone are one."""
    found: dict[str, Documented] = {}
    for auth in _auths(guide(folder)):
        for kind, settings in auth.items():
            # How Rung signs in to a platform is not how a sender proves itself. Amazon proves itself without a secret.
            if _SECRETS & set(settings) or kind == "sns":
                one = Documented(folder, kind, _tested(settings))
                found.setdefault(f"{one.name} {sorted(settings)}", one)
    return found


ALL = [one for folder in FOLDERS for one in documented(folder).values()]
