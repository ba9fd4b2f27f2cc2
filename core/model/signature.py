"""The form in which a sender signs its requests, as data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

ALGORITHMS = ("sha1", "sha256", "sha512")
"""The digests of an HMAC. SHA-1, which holds as HMAC, is there for tools that sign with nothing else."""
ENCODINGS = ("hex", "base64")
PLACES = ("{body}", "{timestamp}")
"""What can stand in `SignatureForm.over`."""

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_BRACED = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureForm:
    """An HMAC in a header.

    `header` holds one signature, or several with `separator` between them (while the sender changes its secret). Each
    begins with `prefix`; those that do not are of another form and are passed over. `over` is the text that is signed:
    `{body}` stands for the raw body, `{timestamp}` for the value of `timestamp_header` as it was sent. That moment may
    differ from ours by `tolerance` seconds.
    """

    header: str
    algorithm: str = "sha256"
    encoding: str = "hex"
    prefix: str = ""
    separator: str = ""
    over: str = "{body}"
    timestamp_header: str = ""
    tolerance: int = 300


def flaws(form: SignatureForm) -> Iterator[tuple[str, str]]:
    """What makes a form unusable: the part, and a sentence."""
    for part in ("header", "timestamp_header"):
        name = getattr(form, part)
        if (name or part == "header") and not _HEADER.fullmatch(name):
            yield part, "must be the name of an HTTP header."
    unknown = [place for place in _BRACED.findall(form.over) if place not in PLACES]
    if unknown:
        yield "over", f"knows no {unknown[0]}; there are {' and '.join(PLACES)}."
    if form.over.count("{body}") != 1:
        yield "over", "must hold {body} once: what does not sign the body lets anybody change it."
    if ("{timestamp}" in form.over) != bool(form.timestamp_header):
        yield "over", "must hold {timestamp} where there is a timestamp_header, and only there."
