"""What of a request is kept: the headers that help to understand it, and a delivery key that any store can hold."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

MAX_HEADERS = 40
MAX_HEADER_BYTES = 2048
MAX_KEY = 200

_KEPT = re.compile(r"content-type|user-agent|x-.+|ce-.+")
_CREDENTIAL = re.compile(r"auth|secret|token|passw|signature|cookie|credential|session|api-?key|access-?key")
_OF_THE_WAY = re.compile(r"x-(forwarded|real|envoy|request-start|amzn|cloud-trace).*")


def kept_headers(
    headers: Iterable[tuple[str, str]], credential_headers: frozenset[str], wanted: frozenset[str] = frozenset()
) -> Mapping[str, str]:
    """The useful headers with lower-case names: no credential, none of a proxy's, none too long, at most `MAX_HEADERS`.

    `wanted` are those that the source's mapping reads, whatever their names; what looks like a credential stays out all
    the same. A header that is too long is left out rather than cut, because half a value says something else than the
    whole.
    """
    named = ((name.lower(), value) for name, value in headers)
    useful = [
        one for one in named if _is_kept(one[0], one[0] in wanted, one[0] in credential_headers) and _fits(one[1])
    ]
    if len(useful) > MAX_HEADERS:
        useful.sort(key=lambda one: one[0] not in wanted)
    return dict(useful[:MAX_HEADERS])


@lru_cache(4096)  # senders have the same few again and again
def _is_kept(name: str, wanted: bool, proves: bool) -> bool:
    kept = wanted or _KEPT.fullmatch(name)
    useful = kept and not proves and not _CREDENTIAL.search(name) and not _OF_THE_WAY.fullmatch(name)
    return bool(useful) and len(name) <= MAX_KEY


def _fits(value: str) -> bool:
    return len(value) <= MAX_HEADER_BYTES and value.isprintable()


def storable_key(key: str | None) -> str | None:
    """The key itself, or its digest where it is too long or holds what a database cannot; None when there is none."""
    if not key:
        return None
    if len(key) <= MAX_KEY and key.isprintable():
        return key
    return "sha256-" + hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()
