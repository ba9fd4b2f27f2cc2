"""Signatures whose form is data: an HMAC in a header, as a mapping or platforms.yaml describes it."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from core.model import SignatureForm
from webhooks.signatures import Secret, Verdict, revealed

MOST = 20
"""So many signatures of one request are looked at; a sender that changes its secret sends two."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A request that is signed in that form with one of the secrets."""

    form: SignatureForm
    secrets: Sequence[Secret] = field(repr=False)
    challenge: ClassVar[str] = ""

    @property
    def credential_headers(self) -> frozenset[str]:
        """The signature's header."""
        return frozenset({self.form.header.lower()})

    def __call__(self, headers: Mapping[str, str], body: bytes, path_secret: str | None, now: datetime) -> Verdict:
        """Compare the signature first, then the timestamp: a forged one must not learn our tolerance."""
        del path_secret
        given = headers.get(self.form.header.lower())
        if given is None:
            return Verdict.MISSING
        said = self._signatures(given)
        if not said:
            return Verdict.MALFORMED
        timestamp = headers.get(self.form.timestamp_header.lower(), "").strip() if self.form.timestamp_header else ""
        sent_at = sent_moment(timestamp)
        if self.form.timestamp_header and sent_at is None:
            return Verdict.MALFORMED if timestamp else Verdict.MISSING
        if not self._matches(said, self._text(body, timestamp)):
            return Verdict.WRONG
        late = sent_at is not None and abs(now - sent_at) > timedelta(seconds=self.form.tolerance)
        return Verdict.STALE if late else Verdict.ACCEPTED

    def _signatures(self, given: str) -> list[bytes]:
        """What the header holds, without prefix, in the form in which signatures are compared."""
        parts = given.split(self.form.separator)[:MOST] if self.form.separator else [given]
        mine = [part.strip() for part in parts]
        bare = [part.removeprefix(self.form.prefix) for part in mine if part.startswith(self.form.prefix)]
        return [self._comparable(part) for part in bare if part]

    def _comparable(self, signature: str) -> bytes:
        """Hexadecimal digits in either case, base64 with or without its padding."""
        text = signature.lower() if self.form.encoding == "hex" else signature.rstrip("=")
        return text.encode(errors="surrogateescape")

    def _text(self, body: bytes, timestamp: str) -> bytes:
        """What is signed. The body is put in last: it may hold anything, such as `{timestamp}`."""
        before, _, after = self.form.over.replace("{timestamp}", timestamp).partition("{body}")
        return before.encode() + body + after.encode()

    def _matches(self, said: Sequence[bytes], text: bytes) -> bool:
        """Whether any was made with any secret: a list, not a generator, so that all are always compared."""
        made = [self._made(secret, text) for secret in revealed(self.secrets)]
        return any([hmac.compare_digest(one, other) for one in said for other in made])  # noqa: C419

    def _made(self, secret: bytes, text: bytes) -> bytes:
        digest = hmac.digest(secret, text, self.form.algorithm)
        return digest.hex().encode() if self.form.encoding == "hex" else base64.b64encode(digest).rstrip(b"=")


def sent_moment(text: str) -> datetime | None:
    """A signed timestamp: Unix seconds or milliseconds, or RFC 3339 with a zone; None when it is anything else."""
    if text.isascii() and text.isdigit():
        if len(text) not in (*range(1, 12), 13):
            return None
        return datetime.fromtimestamp(int(text) / (1000 if len(text) == 13 else 1), UTC)
    try:
        moment = datetime.fromisoformat(text) if len(text) <= 40 else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo else None
