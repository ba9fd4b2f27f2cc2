"""A source that gets e-mails: to which addresses, and from whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import ClassVar

from webhooks.signatures import Verdict


@dataclass(frozen=True, slots=True)
class Mail:
    """A source whose deliveries are mails to one of these addresses, from senders that fit one of these patterns.

    By HTTP nobody can prove to be such a source.
    """

    to: frozenset[str]
    senders: tuple[str, ...] = ("*",)
    challenge: ClassVar[str] = ""
    credential_headers: ClassVar[frozenset[str]] = frozenset()

    def __call__(self, headers: Mapping[str, str], body: bytes, path_secret: str | None, now: datetime) -> Verdict:
        """Refuse everybody: mails come by SMTP."""
        del headers, body, path_secret, now
        return Verdict.MISSING

    def allows(self, sender: str) -> bool:
        """Whether a mail may come from that address, case aside."""
        return any(fnmatchcase(sender.casefold(), pattern.casefold()) for pattern in self.senders)
