"""A source: who may post to `/webhooks/<name>`, what, and how much."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from webhooks.signatures import Path, Verifier

JSON_TYPES = ("application/json", "application/*+json")
"""What is taken where a source does not say otherwise: JSON, and the formats built on it, CloudEvents' among them."""

DeliveryKey = Callable[[Mapping[str, str], bytes], "str | None"]
"""Finds what is the same in all retries of one delivery, in the kept headers and the body. Must not raise."""


def no_delivery_key(headers: Mapping[str, str], body: bytes) -> str | None:
    """For senders that do not mark their retries."""
    del headers, body
    return None


@dataclass(frozen=True, slots=True)
class Source:
    """One configured source. `max_bytes` limits the body; `content_types` are shell-style patterns of media types.

    `headers` are those that its mapping reads (lower case): they are kept beside the usual ones. One that sends mere
    `signs_of_life` is only noted as heard, whatever it sends and by whichever method.
    """

    name: str
    verify: Verifier
    max_bytes: int = 1024 * 1024
    content_types: tuple[str, ...] = JSON_TYPES
    delivery_key: DeliveryKey = no_delivery_key
    headers: frozenset[str] = frozenset()
    signs_of_life: bool = False

    @property
    def has_secret_path(self) -> bool:
        """Whether the secret is a segment of the path."""
        return isinstance(self.verify, Path)

    def takes(self, media_type: str) -> bool:
        """Whether a body of that media type (without parameters) may be stored."""
        return any(fnmatchcase(media_type.lower(), pattern) for pattern in self.content_types)
