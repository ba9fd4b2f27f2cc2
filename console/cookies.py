"""The cookies of those who sign in: one for the session, and one for each sign-in that is under way."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from console.links import AcknowledgeLinks
from core.access import Flow

FLOW_SECONDS = 600
"""So long somebody may take at the issuer."""
FLOWS = 5
"""So many sign-ins a browser may have under way; the cookies of more would make its requests too large."""
LONGEST_NEXT = 1500
"""Characters of an address to go on to."""


@dataclass(frozen=True, slots=True)
class Cookies:
    """Reads and writes them, signed with the key that signs links.

    Under https their names begin with `__Host-`, which has browsers take them from this very host over https only: no
    neighbour under the same domain can put one here (RFC 6265bis, section 4.1.3.2).
    """

    links: AcknowledgeLinks
    seconds: int

    @property
    def secure(self) -> bool:
        """Whether people reach the board by https."""
        return urlsplit(self.links.base_url).scheme == "https"

    @property
    def session_name(self) -> str:
        """The session's cookie."""
        return self._named("rung_session")

    def session(self, request: Request) -> str:
        """The session's secret that the browser has; "" for none, or for one that we did not sign or that is old."""
        return _read(self.links.serializer("session"), request.cookies.get(self.session_name, ""), self.seconds)

    def begin(self, response: Response, secret: str) -> None:
        """Have the browser keep a session's secret."""
        self._set(response, self.session_name, self.links.serializer("session").dumps(secret), self.seconds)

    def end(self, response: Response) -> None:
        """Have the browser forget it."""
        self._forget(response, self.session_name)

    def flow(self, request: Request, state: str) -> tuple[Flow, str] | None:
        """The sign-in that this browser began with that state, and where to go on to; None if it did not."""
        found = _read(self.links.serializer("flow"), request.cookies.get(self._flow_name(state), ""), FLOW_SECONDS)
        parts = found.split("\n") if found else []
        if len(parts) != 4 or not secrets.compare_digest(parts[0].encode(), state.encode()):
            return None
        return Flow(*parts[:3]), parts[3]

    def begin_flow(self, request: Request, response: Response, flow: Flow, onward: str) -> None:
        """Have the browser keep a sign-in that begins, and forget those of before where there are many."""
        mine = [name for name in request.cookies if name.startswith(self._named("rung_flow_"))]
        for name in mine if len(mine) >= FLOWS else ():
            self._forget(response, name)
        kept = f"{flow.state}\n{flow.nonce}\n{flow.verifier}\n{onward}"
        self._set(response, self._flow_name(flow.state), self.links.serializer("flow").dumps(kept), FLOW_SECONDS)

    def end_flow(self, response: Response, state: str) -> None:
        """Have the browser forget it: it is good for one answer."""
        self._forget(response, self._flow_name(state))

    def _flow_name(self, state: str) -> str:
        return self._named(f"rung_flow_{hashlib.sha256(state.encode(errors='replace')).hexdigest()[:12]}")

    def _named(self, name: str) -> str:
        return f"__Host-{name}" if self.secure else name

    def _set(self, response: Response, name: str, value: str | bytes, seconds: int) -> None:
        text = value if isinstance(value, str) else value.decode()
        response.set_cookie(name, text, max_age=seconds, secure=self.secure, httponly=True, samesite="Lax", path="/")

    def _forget(self, response: Response, name: str) -> None:
        response.delete_cookie(name, secure=self.secure, httponly=True, samesite="Lax", path="/")


def new_flow() -> Flow:
    """A sign-in of chance; the verifier has the 43 characters that PKCE asks for at least (RFC 7636, section 4.1)."""
    return Flow(state=secrets.token_urlsafe(24), nonce=secrets.token_urlsafe(24), verifier=secrets.token_urlsafe(48))


def onward(address: str) -> str:
    """An address of our own to go on to after signing in; the board for anything else.

    Browsers take a backslash for a slash and drop tabs and line ends, and two slashes begin another host's address.
    """
    fine = address.startswith("/") and not address.startswith("//") and "\\" not in address
    if not fine or not address.isprintable() or len(address) > LONGEST_NEXT or address.startswith("/sign-"):
        return "/"
    return address


def _read(serializer: URLSafeTimedSerializer, text: str, seconds: int) -> str:
    try:
        found = serializer.loads(text, max_age=seconds)
    except BadSignature:
        return ""
    return found if isinstance(found, str) else ""
