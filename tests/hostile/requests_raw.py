"""Requests as no library sends them, and how each may be answered. 0 is no answer: the connection is closed."""

from __future__ import annotations

from tests.hostile.prey import PATH_SECRET, TOKEN

_HEAD = f"Host: 127.0.0.1\r\nAuthorization: Bearer {TOKEN}\r\nContent-Type: application/json\r\n"
POST = f"POST /webhooks/alertmanager HTTP/1.1\r\n{_HEAD}"
_POST = f"HTTP/1.1\r\n{_HEAD}Content-Length: 2\r\n\r\n{{}}"
_CHUNKED = "Transfer-Encoding: chunked\r\n\r\n"
REFUSED = {0, 400, 401, 404, 405, 408, 411, 413, 414, 415, 431, 501, 505}
TAKEN = {200, 202}
WELL = {
    "a body without a length": (f"{POST}\r\n{{}}", REFUSED | TAKEN),
    "two lengths": (f"{POST}Content-Length: 2\r\nContent-Length: 5\r\n\r\n{{}}abc", REFUSED),
    "a length and chunks": (
        f"{POST}Content-Length: 50\r\n{_CHUNKED}0\r\n\r\n",
        REFUSED | TAKEN,
    ),
    "a negative length": (f"{POST}Content-Length: -1\r\n\r\n{{}}", REFUSED),
    "a length beyond all": (f"{POST}Content-Length: {'9' * 30}\r\n\r\n{{}}", REFUSED),
    "a length in words": (f"{POST}Content-Length: 0x10\r\n\r\n{{}}", REFUSED),
    "more announced than sent": (f"{POST}Content-Length: 50\r\n\r\n{{}}", REFUSED),
    "chunks of no size": (f"{POST}{_CHUNKED}ZZ\r\n{{}}\r\n0\r\n\r\n", REFUSED | TAKEN),
    "a chunk beyond all": (f"{POST}{_CHUNKED}FFFFFFFFFFFFFFFFF\r\n{{}}\r\n", REFUSED | TAKEN),
    "chunks that do not end": (f"{POST}{_CHUNKED}2\r\n{{}}\r\n", REFUSED | TAKEN),
    "another coding": (f"{POST}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", REFUSED | TAKEN),
    "compressed": (f"{POST}Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{{}}", {415}),
    "a megabyte of headers": (f"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: {'a' * 1_000_000}\r\n\r\n", REFUSED),
    "ten thousand headers": (f"GET /healthz HTTP/1.1\r\n{f'X-A: 1{chr(13) + chr(10)}' * 10_000}\r\n", REFUSED),
    "a header folded": ("GET /healthz HTTP/1.1\r\nHost: x\r\n Y: z\r\n\r\n", REFUSED),
    "a header with NUL": ("GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: a\x00b\r\n\r\n", REFUSED),
    "a bare line feed": ("GET /healthz HTTP/1.1\nHost: x\n\n", REFUSED | TAKEN),
    "no version": ("GET /healthz\r\n\r\n", REFUSED),
    "HTTP/2 without asking": ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00", REFUSED),
    "a path without a slash": ("GET =healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", REFUSED | TAKEN),
    "no method that there is": (f"{'A' * 5000} /healthz HTTP/1.1\r\nHost: x\r\n\r\n", REFUSED),
    "CONNECT": ("CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n", REFUSED),
    "TRACE": ("TRACE /healthz HTTP/1.1\r\nHost: x\r\nCookie: a=b\r\n\r\n", REFUSED),
    "a path of a megabyte": (f"GET /{'a' * 1_000_000} HTTP/1.1\r\nHost: x\r\n\r\n", REFUSED),
    "an address in whole": ("GET http://evil.example/healthz HTTP/1.1\r\nHost: x\r\n\r\n", REFUSED | TAKEN),
    "a way out of the assets": ("GET /assets/../../../../etc/passwd HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", {404}),
    "the same, hidden": ("GET /assets/..%2f..%2f..%2fetc%2fpasswd HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", {404}),
    "the same, hidden twice": ("GET /assets/%252e%252e%252fetc/passwd HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", {404}),
    "NUL in a path": ("GET /assets/a%00.css HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", {404}),
    "no UTF-8 in a path": ("GET /tickets/%ff%fe HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", {400, 404}),
    "a slash too many": (
        f"POST /webhooks//scripts/{PATH_SECRET} HTTP/1.1\r\n{_HEAD}Content-Length: 2\r\n\r\n{{}}",
        {404},
    ),
    "a slash at the end": (
        f"POST /webhooks/scripts/{PATH_SECRET}/ HTTP/1.1\r\n{_HEAD}Content-Length: 2\r\n\r\n{{}}",
        {404},
    ),
    "another method by a header": (
        "POST /api/v1/tickets HTTP/1.1\r\nHost: 127.0.0.1\r\nX-HTTP-Method-Override: GET\r\nContent-Length: 0\r\n\r\n",
        {405},
    ),
    "a scope by parameters": ("GET /webhooks/..;/api/v1/tickets HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", {404}),
    "a foreign host": ("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", {403}),
    "no host": ("GET / HTTP/1.1\r\n\r\n", {400, 403}),
    "two hosts": ("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n", REFUSED | {403}),
    "a proxy's word": ("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-For: 127.0.0.1\r\n\r\n", {403}),
    "a proxy's word with underscores": ("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX_Forwarded_For: a\r\n\r\n", {403}),
    "credentials that are no ASCII": (
        "POST /webhooks/elastic HTTP/1.1\r\nHost: x\r\nAuthorization: Basic dX\xff\xff\r\nContent-Length: 0\r\n\r\n",
        {401},
    ),
}
"""By its name: the request in Latin-1, and the statuses that it may have.

Chunks that break off are taken as far as they came: the server does not tell that they did.
"""
