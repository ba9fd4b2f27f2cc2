"""What a connection has and lacks: each point with what to do about it, and who can."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from connectors.config import Secret
from connectors.failures import PlatformError


class Verdict(StrEnum):
    """How a point of the connection stands."""

    GOOD = "good"
    LACKING = "missing"
    UNSURE = "unsure"
    """It could not be found out with the rights that the account has, or does no harm yet."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One point: a sentence of what was found, what to do where it is not good, and who on the platform can."""

    verdict: Verdict
    what: str
    remedy: str = ""
    who: str = ""


@dataclass(frozen=True, slots=True)
class Hook:
    """How the platform is to tell Rung. `name` is the source's in platforms.yaml, `url` its address as it may be shown.

    `secret` is what the platform signs with, `ending` what ends the address and must not be shown: each is None where
    the source is authenticated in another way.
    """

    name: str
    url: str
    secret: Secret | None = None
    ending: Secret | None = None

    def address(self) -> str:
        """The whole address; raises what looking up a secret raises."""
        return f"{self.url}/{self.ending.reveal()}" if self.ending else self.url


def good(what: str) -> Finding:
    """A point that stands well."""
    return Finding(Verdict.GOOD, what)


def lacking(what: str, remedy: str, who: str = "") -> Finding:
    """A point without which something of Rung does not work."""
    return Finding(Verdict.LACKING, what, remedy, who)


def unsure(what: str, remedy: str = "", who: str = "") -> Finding:
    """A point that could not be found out."""
    return Finding(Verdict.UNSURE, what, remedy, who)


def guarded(findings: Iterator[Finding]) -> Iterator[Finding]:
    """The findings, and where a question is refused, that it was."""
    try:
        yield from findings
    except PlatformError as error:
        yield unsure("A question was not answered.", error.message)
