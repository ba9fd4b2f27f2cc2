"""What the documents mean, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from connectors.config import PlatformConfig
from core.model import SignatureForm
from core.model.signature import flaws
from core.policy import Policy, Roster
from rung.documents.problems import Problem
from webhooks.signatures import Secret, Verifier
from webhooks.signed import Signed


@dataclass(frozen=True, slots=True, kw_only=True)
class PollDoc:
    """How a platform is polled: which tables or projects, how often, and whether what it finds may open tickets."""

    every: timedelta
    collections: tuple[str, ...]
    opens: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformDoc:
    """One platform instance: what its connector is told, and the mapping (by name) of its records both ways.

    `poll` is None for one that is not polled.
    """

    config: PlatformConfig
    mapping: str
    poll: PollDoc | None = None


@dataclass(frozen=True, slots=True)
class SignedDoc:
    """A source that signs in its mapping's form, with the `parts` of the form that platforms.yaml says otherwise."""

    secrets: Sequence[Secret] = field(repr=False)
    parts: Mapping[str, Any] = field(default_factory=dict)

    def verifier(self, form: SignatureForm | None) -> Verifier:
        """The verifier, given the mapping's form; raises `ValueError` with a sentence where no whole form results."""
        if form is None and "header" not in self.parts:
            raise ValueError("its mapping does not say in which form this source signs.")
        whole = SignatureForm(**self.parts) if form is None else replace(form, **self.parts)
        for part, message in flaws(whole):
            raise ValueError(f"“{part}” {message}")
        return Signed(whole, self.secrets)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDoc:
    """One source of webhooks at /webhooks/`name`.

    `platform` is the platform whose webhooks these are, "" for a monitoring tool; `creates_on` the platform on which
    records for its alerts are created, "" for none. `mapping` is the platform's where there is one, and "" where the
    source sends mere signs of life. It is called silent where it is not `heard_every` so often. `options` are what
    its mapping finds at `$option.x`, beside its platform's.
    """

    name: str
    mapping: str
    verify: Verifier | SignedDoc
    platform: str = ""
    creates_on: str = ""
    max_bytes: int = 1024 * 1024
    options: Mapping[str, str] = field(default_factory=dict)
    heard_every: timedelta | None = None


@dataclass(frozen=True, slots=True)
class PlatformsDocument:
    """platforms.yaml, by name."""

    platforms: Mapping[str, PlatformDoc] = field(default_factory=dict)
    sources: Mapping[str, SourceDoc] = field(default_factory=dict)

    @property
    def creates_on(self) -> dict[str, str]:
        """For the policy: source of alerts to the platform on which their records are created."""
        return {source.name: source.creates_on for source in self.sources.values() if source.creates_on}


@dataclass(frozen=True, slots=True)
class SecretUse:
    """A place in a document that refers to the environment variable `name`."""

    name: str
    file: str
    line: int
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """All documents together, known to fit each other.

    `texts` holds what was read, by the document's name (platforms.yaml, mappings/<name>/mapping.yaml): what is stored
    as a version. `warnings` are worth a look but stop nothing. `secrets` are the references to the environment.
    """

    platforms: PlatformsDocument
    roster: Roster
    policy: Policy
    texts: Mapping[str, str]
    warnings: tuple[Problem, ...] = ()
    secrets: tuple[SecretUse, ...] = ()
