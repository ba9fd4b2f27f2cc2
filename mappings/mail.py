"""From an e-mail (RFC 5322, MIME) to a JSON value: what mappings see of a message.

Everybody can send anything to a mailbox, so nothing here goes by how a message should be: headers are cut before they
are parsed, parts are counted, what cannot be decoded is replaced, and attachments are named but never opened.
"""

from __future__ import annotations

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
_ADDRESSES = {"from": "from", "sender": "sender", "reply-to": "reply_to", "to": "to", "cc": "cc"}


def parsed(body: bytes) -> dict[str, Any]:
    """The message as a mapping sees it; raises `UnmappedError` where the bytes are no message at all."""
    try:
        message = BytesParser(policy=policy.compat32).parsebytes(body)
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


def _headers(message: Message) -> dict[str, str]:
    """The headers in plain text by their lower-case names; of several of one name the first, which is the latest."""
    kept: dict[str, str] = {}
    for name, raw in list(message.raw_items())[:MAX_HEADERS]:
        kept.setdefault(name.lower()[:MAX_HEADER], _plain(name, str(raw)[:MAX_HEADER]))
    return kept


def _plain(name: str, raw: str) -> str:
    """A header's value with its encoded words decoded, on one line."""
    try:
        value = str(policy.default.header_fetch_parse("subject" if name.lower() in _ADDRESSES else name, raw))
    except _HOSTILE:
        value = raw
    return " ".join(value.split())


def _people(message: Message) -> dict[str, Any]:
    """Who sent it and to whom: of `from` and `sender` the first address, of the others all, each with its name."""
    found: dict[str, Any] = {}
    for header, name in _ADDRESSES.items():
        everybody = _addresses([str(raw)[:MAX_HEADER] for raw in message.get_all(header, [])])
        single = name in ("from", "sender")
        found[name] = (everybody or [{"address": "", "name": ""}])[0] if single else everybody
    return found


def _addresses(raw: list[str]) -> list[dict[str, str]]:
    try:
        pairs = getaddresses(raw[:MAX_ADDRESSES])
    except _HOSTILE:
        return []
    known = [(_plain("subject", name), address.strip()) for name, address in pairs if "@" in address]
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
        return _plain("subject", (part.get_filename("") or "")[:MAX_HEADER])
    except _HOSTILE:
        return ""
