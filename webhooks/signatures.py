"""Who sent it: one verifier per way in which senders prove themselves.

A verifier is handed the headers (names in lower case), the raw body, the secret from the path (None where the path has
none) and the present moment (real time, UTC), and answers with a `Verdict`. Comparisons take constant time and look at
every valid secret, so that neither a secret nor which of several matched can be told from the answer's time. Secrets
are revealed at use only; one that is empty or not set never matches, so a source without a secret refuses everybody.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Protocol

from werkzeug.datastructures import Authorization

METHODS = {"sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}
"""The digest methods taken from `X-Hub-Signature: <method>=<hex>`. SHA-1 is left out: no sender needs it any more."""


class Secret(Protocol):
    """A secret that is read when it is needed and never before."""

    def reveal(self) -> str:
        """The secret as it is now; "" or `LookupError` when it is not set."""
        ...


class Verdict(StrEnum):
    """What a verifier found; the value of a refusal is the sentence that the sender reads."""

    ACCEPTED = "Accepted."
    MISSING = "The request carries no credentials of the kind that this source asks for."
    WRONG = "The request's credentials or signature do not match."
    MALFORMED = "The request's credentials or signature are not in the expected form."
    UNCHECKED = "The signature could not be checked now. Send it again."
    STALE = "The request's signed timestamp is too old or lies in the future; check the sender's clock."


class Verifier(Protocol):
    """One way of proving who sent a request."""

    @property
    def challenge(self) -> str:
        """The value for WWW-Authenticate, "" where HTTP knows no such scheme."""
        ...

    @property
    def credential_headers(self) -> frozenset[str]:
        """The headers (lower case) that carry the proof and must not be kept."""
        ...

    def __call__(self, headers: Mapping[str, str], body: bytes, path_secret: str | None, now: datetime) -> Verdict:
        """Whether the sender is who they should be."""
        ...


@dataclass(frozen=True, slots=True)
class Basic:
    """A user name and one of several passwords (RFC 7617)."""

    user: str
    passwords: Sequence[Secret] = field(repr=False)
    challenge: ClassVar[str] = 'Basic realm="rung", charset="UTF-8"'
    credential_headers: ClassVar[frozenset[str]] = frozenset({"authorization"})

    def __call__(self, headers: Mapping[str, str], body: bytes, path_secret: str | None, now: datetime) -> Verdict:
        """Compare user and password, both always."""
        del body, path_secret, now
        given = _authorization(headers, "basic")
        if given is None:
            return Verdict.MISSING
        if given.username is None or given.password is None:
            return Verdict.MALFORMED
        user_matches = hmac.compare_digest(given.username.encode(), self.user.encode())
        return _verdict(_matches(given.password, self.passwords) and user_matches)


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token in the Authorization header (RFC 6750)."""

    secrets: Sequence[Secret] = field(repr=False)
    challenge: ClassVar[str] = 'Bearer realm="rung"'
    credential_headers: ClassVar[frozenset[str]] = frozenset({"authorization"})

    def __call__(self, headers: Mapping[str, str], body: bytes, path_secret: str | None, now: datetime) -> Verdict:
        """Compare the token."""
        del body, path_secret, now
        given = _authorization(headers, "bearer")
        if given is None:
            return Verdict.MISSING
        return _verdict(_matches(given.token or "", self.secrets))


@dataclass(frozen=True, slots=True)
class Header:
    """A shared secret in a header of the sender's choice."""

    name: str
    secrets: Sequence[Secret] = field(repr=False)
    challenge: ClassVar[str] = ""

    @property
    def credential_headers(self) -> frozenset[str]:
        """The header that was chosen."""
        return frozenset({self.name.lower()})

    def __call__(self, headers: Mapping[str, str], body: bytes, path_secret: str | None, now: datetime) -> Verdict:
        """Compare the header's value."""
        del body, path_secret, now
        given = headers.get(self.name.lower())
        return Verdict.MISSING if given is None else _verdict(_matches(given, self.secrets))


@dataclass(frozen=True, slots=True)
class Path:
    """A secret as the last segment of the path, for senders that can do nothing else."""

    secrets: Sequence[Secret] = field(repr=False)
    challenge: ClassVar[str] = ""
    credential_headers: ClassVar[frozenset[str]] = frozenset()

    def __call__(self, headers: Mapping[str, str], body: bytes, path_secret: str | None, now: datetime) -> Verdict:
        """Compare the path's last segment."""
        del headers, body, now
        return Verdict.MISSING if path_secret is None else _verdict(_matches(path_secret, self.secrets))


@dataclass(frozen=True, slots=True)
class HubSignature:
    """`X-Hub-Signature: <method>=<hex>`, an HMAC over the raw body, as Jira Cloud and Data Center send it."""

    secrets: Sequence[Secret] = field(repr=False)
    header: str = "X-Hub-Signature"
    challenge: ClassVar[str] = ""

    @property
    def credential_headers(self) -> frozenset[str]:
        """The signature's header."""
        return frozenset({self.header.lower()})

    def __call__(self, headers: Mapping[str, str], body: bytes, path_secret: str | None, now: datetime) -> Verdict:
        """Sign the body with every secret and compare."""
        del path_secret, now
        given = headers.get(self.header.lower())
        if given is None:
            return Verdict.MISSING
        method, _, signature = given.strip().partition("=")
        if method.lower() not in METHODS or not signature:
            return Verdict.MALFORMED
        return _verdict(_signs(signature, body, self.secrets, method.lower()))


@dataclass(frozen=True, slots=True)
class GrafanaSignature:
    """Grafana's HMAC-SHA256 in bare hex: over `timestamp:body` where a timestamp header is configured, else the body.

    `timestamp_header` names the header that Grafana was told to send its Unix seconds in; once it is named here, a
    request without it, or one whose timestamp is further than `tolerance` from now, is refused.
    """

    secrets: Sequence[Secret] = field(repr=False)
    timestamp_header: str = ""
    tolerance: timedelta = timedelta(minutes=5)
    header: str = "X-Grafana-Alerting-Signature"
    challenge: ClassVar[str] = ""

    @property
    def credential_headers(self) -> frozenset[str]:
        """The signature's header."""
        return frozenset({self.header.lower()})

    def __call__(self, headers: Mapping[str, str], body: bytes, path_secret: str | None, now: datetime) -> Verdict:
        """Compare the signature first, then the timestamp: a forged one must not learn our tolerance."""
        del path_secret
        given = headers.get(self.header.lower())
        if given is None:
            return Verdict.MISSING
        if not self.timestamp_header:
            return _verdict(_signs(given.strip(), body, self.secrets))
        timestamp = headers.get(self.timestamp_header.lower(), "").strip()
        sent_at = _unix_moment(timestamp)
        if sent_at is None:
            return Verdict.MALFORMED if timestamp else Verdict.MISSING
        if not _signs(given.strip(), timestamp.encode() + b":" + body, self.secrets):
            return Verdict.WRONG
        return Verdict.STALE if abs(now - sent_at) > self.tolerance else Verdict.ACCEPTED


def _verdict(matches: bool) -> Verdict:
    return Verdict.ACCEPTED if matches else Verdict.WRONG


def _authorization(headers: Mapping[str, str], scheme: str) -> Authorization | None:
    """The credentials of that scheme, empty where they cannot be read: Werkzeug raises for some that are no ASCII."""
    header = headers.get("authorization", "")
    try:
        given = Authorization.from_header(header)
    except ValueError:
        given = Authorization(header.partition(" ")[0].lower())
    return given if given is not None and given.type == scheme else None


def revealed(secrets: Sequence[Secret]) -> list[bytes]:
    """The secrets that are set."""
    values = []
    for secret in secrets:
        try:
            values.append(secret.reveal().encode())
        except LookupError:
            continue
    return [value for value in values if value]


def _matches(given: str, secrets: Sequence[Secret]) -> bool:
    """Whether one of the secrets was given; a list, not a generator, so that all are always compared."""
    said = given.encode(errors="surrogateescape")
    return any([hmac.compare_digest(said, secret) for secret in revealed(secrets)])  # noqa: C419


def _signs(signature: str, text: bytes, secrets: Sequence[Secret], method: str = "sha256") -> bool:
    """Whether the hexadecimal signature over the text was made with one of the secrets."""
    said = signature.lower().encode(errors="surrogateescape")
    made = [hmac.digest(secret, text, METHODS[method]).hex().encode() for secret in revealed(secrets)]
    return any([hmac.compare_digest(said, one) for one in made])  # noqa: C419


def _unix_moment(text: str) -> datetime | None:
    """Unix seconds as a moment; None when the text is anything else. Eleven digits reach beyond the year 5000."""
    if not (text.isascii() and text.isdigit() and len(text) <= 11):
        return None
    return datetime.fromtimestamp(int(text), UTC)
