"""Who may look, and whose forms are taken: loopback peers only, no foreign page's requests, strict response headers."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from flask import Request, Response
from itsdangerous import BadSignature, URLSafeTimedSerializer

from console.links import AcknowledgeLinks

FORM_AGE = 24 * 3600
"""Seconds for which a form can be sent after its page was made; an open board renews it."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

_OF_PROXIES = (
    *("forwarded", "via", "x-forwarded", "x-original-", "x-real-ip", "x-client-ip", "x-cluster-client-ip"),
    *("true-client-ip", "cf-", "l5d-", "tailscale-", "x-amzn-", "x-azure-", "x-envoy-"),
)
"""How the names of headers begin that proxies add, and that a browser on this machine never sends.

That there is one counts, not what it says: WSGI takes X_Forwarded_For for the same header as X-Forwarded-For, so that
whoever sends an empty one through a proxy that lets underscores pass takes away what the proxy has written.
"""

REFUSED_PEER = (
    "This page is shown only to the machine that Rung runs on. Open it there, or through an SSH tunnel: "
    "ssh -L 8080:127.0.0.1:PORT HOST, then http://127.0.0.1:8080/."
)
REFUSED_HOST = (
    "This page is shown only under a loopback address. Open it as http://127.0.0.1:PORT/ or http://localhost:PORT/."
)
REFUSED_PROXY = "This page is shown only to the machine that Rung runs on, and this request came through a proxy."
REFUSED_OLD = (
    "This page is shown only to the machine that Rung runs on, and this request came by HTTP/1.0, as proxies send it "
    "and no browser does."
)
REFUSED_ORIGIN = "The request was sent by another site's page, so nothing was done."
REFUSED_FORM = "This form is too old or was not made here, so nothing was done. Go back, reload the page, try again."


_OLD = frozenset({"HTTP/1.0", "HTTP/1"})
"""HTTP/1.0 as WSGI names it, and as Granian does. nginx speaks it where nobody has told it otherwise."""


def is_loopback(address: str) -> bool:
    """Whether an IP address is this machine's own, also as an IPv4 address mapped into IPv6."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return bool((mapped or parsed).is_loopback)


def is_loopback_host(host: str) -> bool:
    """Whether a Host header names this machine; any other name may have been made to point here (DNS rebinding)."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return name == "localhost" or name.endswith(".localhost") or is_loopback(name)


def stranger(request: Request) -> str:
    """Why this request may not see the console; "" if it may."""
    before_proxy_fix = request.environ.get("werkzeug.proxy_fix.orig", {})
    peer = before_proxy_fix.get("REMOTE_ADDR") or request.environ.get("REMOTE_ADDR") or ""
    if not is_loopback(peer):
        return REFUSED_PEER
    if any(name.lower().startswith(_OF_PROXIES) for name, _ in request.headers):
        return REFUSED_PROXY
    if request.environ.get("SERVER_PROTOCOL") in _OLD:
        return REFUSED_OLD
    return "" if is_loopback_host(request.headers.get("Host", "")) else REFUSED_HOST


def foreign(request: Request, ours: str = "") -> str:
    """Why a request that changes something cannot have come from our own page; "" if it can.

    `ours` is the origin of our pages, "" for the one that was asked: behind a proxy that is not what browsers see.

    Browsers tell in Sec-Fetch-Site. Older ones send Origin only, and with our Referrer-Policy may send it as "null",
    which proves nothing. Programs that are no browser send neither.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return "" if site == "same-origin" else REFUSED_ORIGIN
    origin = request.headers.get("Origin")
    return "" if origin in (None, ours or f"{request.scheme}://{request.host}") else REFUSED_ORIGIN


class FormTokens:
    """Marks our own forms, so that a page that cannot read ours cannot send one.

    A mark is bound to whom the form was made for: one that somebody got for themselves opens nothing for another.
    """

    def __init__(self, links: AcknowledgeLinks) -> None:
        self._signer: URLSafeTimedSerializer = links.serializer("form")

    def make(self, bound: str) -> str:
        """A token for a hidden field of a form for that session, "" for where nobody signs in."""
        return str(self._signer.dumps(["form", bound]))

    def accepts(self, token: str, bound: str) -> bool:
        """Whether the token is ours, was made for that session, and is young enough."""
        try:
            return bool(self._signer.loads(token, max_age=FORM_AGE) == ["form", bound])
        except BadSignature:
            return False


def only_https(response: Response) -> Response:
    """Have browsers ask this host by https alone, for a year (RFC 6797): where the board is served so."""
    response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response


def strict(response: Response) -> Response:
    """The headers that keep a browser from doing anything but showing the page."""
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers.setdefault("Cache-Control", "no-store")
    return response
