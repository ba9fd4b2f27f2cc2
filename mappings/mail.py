"""From an e-mail (RFC 5322, MIME) to a JSON value: what mappings see of a message.

Everybody can send anything to a mailbox, so nothing here goes by how a message should be: headers are cut before they
are parsed, parts are counted, what cannot be decoded is replaced, and attachments are named but never opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC
from email import policy
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any

from core.ports import UnmappedError
from mappings.markup import text_of

MEDIA_TYPE = "message/rfc822"
MAX_PARTS = 100
"""Parts beyond these are not looked at."""
MAX_HEADERS, MAX_HEADER, MAX_ADDRESSES = 200, 4_000, 100
"""Header lines that are kept of a message, characters of each, and addresses of one."""
MAX_HEADER_TEXT = 60_000
"""Characters of all headers together that are kept, and of each of those with addresses."""
MAX_STEPS = 4_000_000
"""Python's parser holds every line against the boundary of every part that is open: lines times boundaries."""
MAX_TEXT = 200_000
"""Characters of a body that are kept; an Event takes fewer still."""

_HOSTILE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MessageError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What Python's e-mail package raises on headers and encodings that are not as they should be, by its bug reports."""
_CONTENT_HEADER = re.compile(
    rb"^content-[a-z-]{1,40}[ \t]*:(?:[^\r\n]|\r?\n[ \t]|\r[ \t])*+", re.IGNORECASE | re.MULTILINE
)
"""A header of the message or of a part, with the lines on which it goes on."""
_READ = frozenset({"subject", "message-id", "in-reply-to", "references", "date", "auto-submitted", "from"})
_ADDRESSES = {"from": "from", "sender": "sender", "reply-to": "reply_to", "to": "to", "cc": "cc"}


def parsed(body: bytes) -> dict[str, Any]:
    """The message as a mapping sees it; raises `UnmappedError` where the bytes are no message at all."""
    _check_boundaries(body)
    try:
        message = BytesParser(policy=policy.compat32).parsebytes(_CONTENT_HEADER.sub(_cut, body))
    except _HOSTILE as error:
        raise UnmappedError("The message is nested too deeply, or broken beyond reading.") from error
    headers = _headers(message)
    if not headers:
        raise UnmappedError("The body is no e-mail: it has no headers.")
    plain, html, attachments = _bodies(message)
    text_of_html = text_of(html)[:MAX_TEXT]
    found = {
        "subject": headers.get("subject", ""),
        "text": plain or text_of_html,
        "html": text_of_html,
        "message_id": _ids(headers.get("message-id", ""))[:1],
        "in_reply_to": _ids(headers.get("in-reply-to", ""))[:1],
        "references": _ids(headers.get("references", "")),
        "date": _date(headers.get("date", "")),
        "auto_submitted": headers.get("auto-submitted", "no").partition(";")[0].strip().lower(),
        "headers": headers,
        "attachments": attachments,
        **_people(message),
    }
    return {**found, **{name: "".join(found[name]) for name in ("message_id", "in_reply_to")}}


def _check_boundaries(body: bytes) -> None:
    lines = body.count(b"\n") + body.count(b"\r")
    if lines * len(re.findall(rb"boundary", body, re.IGNORECASE)) > MAX_STEPS:
        raise UnmappedError("The message has too many parts within parts for its length.")


def _cut(header: re.Match[bytes]) -> bytes:
    """A header's beginning: Python's time for the rest of it grows with the square of its length."""
    return header[0][:MAX_HEADER]


def _headers(message: Message) -> dict[str, str]:
    """The headers in plain text by their lower-case names; of several of one name the first, which is the latest.

    Those that say how the message is read come first, so that no others can crowd them out.
    """
    kept: dict[str, str] = {}
    left = MAX_HEADER_TEXT
    for name, raw in sorted(list(message.raw_items())[:MAX_HEADERS], key=lambda one: one[0].lower() not in _READ):
        lower, value = name.lower()[:MAX_HEADER], str(raw)[: min(MAX_HEADER, left)]
        if lower not in kept:
            kept[lower] = _plain(value)
            left -= len(value)
    return kept


def _plain(raw: str) -> str:
    """A header's value with its encoded words decoded, on one line.

    All are read as a subject is. Python also knows the grammar of others, such as `Resent-To`, and takes minutes for
    one that was written for that.
    """
    try:
        value = str(policy.default.header_fetch_parse("subject", raw))
    except _HOSTILE:
        value = raw
    return " ".join(value.split())


def _people(message: Message) -> dict[str, Any]:
    """Who sent it and to whom: of `from` and `sender` the first address, of the others all, each with its name."""
    found: dict[str, Any] = {}
    for header, name in _ADDRESSES.items():
        most = MAX_HEADER_TEXT // MAX_HEADER
        everybody = _addresses([str(raw)[:MAX_HEADER] for raw in message.get_all(header, [])[:most]])
        single = name in ("from", "sender")
        found[name] = (everybody or [{"address": "", "name": ""}])[0] if single else everybody
    return found


def _addresses(raw: list[str]) -> list[dict[str, str]]:
    try:
        pairs = getaddresses(raw)
    except _HOSTILE:
        return []
    known = [(_plain(name), address.strip()) for name, address in pairs if "@" in address]
    return [{"address": address, "name": name} for name, address in known[:MAX_ADDRESSES]]


def _ids(value: str) -> list[str]:
    """Message ids without their angle brackets."""
    return [one.strip("<>") for one in value.split() if one.strip("<>")][:MAX_ADDRESSES]


def _date(value: str) -> str:
    """The date as RFC 3339 in UTC, "" where there is none that can be read."""
    try:
        moment = parsedate_to_datetime(value)
        return (moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment).astimezone(UTC).isoformat()
    except _HOSTILE:
        return ""


def _bodies(message: Message) -> tuple[str, str, list[dict[str, Any]]]:
    """The first plain text, the first HTML, and what is attached."""
    texts: dict[str, str] = {}
    attachments: list[dict[str, Any]] = []
    for part in _leaves(message):
        kind, payload = part.get_content_type(), _bytes(part)
        name = _filename(part)
        if kind in ("text/plain", "text/html") and part.get_content_disposition() != "attachment":
            texts.setdefault(kind, _decoded(part, payload)[:MAX_TEXT])
        else:
            attachments.append({"name": name, "type": kind, "size": len(payload)})
    return texts.get("text/plain", "").strip(), texts.get("text/html", ""), attachments


def _leaves(message: Message) -> Iterator[Message]:
    """The parts that hold no parts, in their order. A message that is attached to this one is one of them."""
    waiting, seen = [message], 0
    while waiting and seen < MAX_PARTS:
        part, seen = waiting.pop(), seen + 1
        inner = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inner, list):
            waiting += [one for one in reversed(inner[:MAX_PARTS]) if isinstance(one, Message)]
        else:
            yield part


def _bytes(part: Message) -> bytes:
    try:
        payload = part.get_payload(decode=True)
    except _HOSTILE:
        return b""
    return payload if isinstance(payload, bytes) else b""


def _decoded(part: Message, payload: bytes) -> str:
    try:
        return payload.decode(part.get_content_charset("utf-8"), errors="replace")
    except _HOSTILE:
        return payload.decode("utf-8", errors="replace")


def _filename(part: Message) -> str:
    try:
        return _plain((part.get_filename("") or "")[:MAX_HEADER])
    except _HOSTILE:
        return ""
