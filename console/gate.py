"""The gate before every page and every call: who asks, and may they?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import request
from werkzeug.exceptions import Forbidden, HTTPException, Unauthorized

from console import guard
from console.callers import HERE, Caller, Open, by_session, by_token, let_in, need
from console.cookies import Cookies
from console.peers import Peers
from core.access import Access, Session
from core.model import Role

UNDECLARED = "Nobody has said who may use this, so nobody may."
BAD_TOKEN = "This token is unknown, has expired or was revoked: `rung tokens list` shows those that there are."  # noqa: S105 - a sentence
SIGN_IN = "You are not signed in, or your sign-in has ended."
BRING_A_TOKEN = "Bring a token (Authorization: Bearer ...), or sign in."  # noqa: S105 - a sentence
IN_THE_CLEAR = (
    "This token came over plain http, where others can read it: revoke it, make another, and send that to {}."
)
OTHER_HOST = "This page is shown at {} only."


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets in whoever may come in.

    `cookies` are those of people who sign in, None where nobody can: then only whoever is at the machine that Rung runs
    on comes in. `base_url` is the address of the board. `who` gives the roster id of somebody by their e-mail address.
    """

    access: Access
    peers: Peers
    base_url: str
    cookies: Cookies | None
    who: Callable[[str], str]

    def refusal(self) -> HTTPException | None:
        """Why this request goes no further; None where it may, and then it is known who sent it."""
        needed = need(request.endpoint)
        if needed is Open.TO_ALL:
            return None
        if not isinstance(needed, Role):
            return Forbidden(UNDECLARED)
        found = self._who()
        if isinstance(found, HTTPException):
            return found
        let_in(found)
        return None if found.role.covers(needed) else Forbidden(lacking(found, needed))

    def session(self) -> Session | None:
        """The session of the browser that asks; None for none, or where nobody signs in."""
        secret = self.cookies.session(request) if self.cookies else ""
        return self.access.session(secret) if secret else None

    @property
    def origin(self) -> str:
        """The origin of our pages, "" for the one that was asked."""
        address = urlsplit(self.base_url)
        return f"{address.scheme}://{address.netloc}" if self.cookies else ""

    def _who(self) -> Caller | HTTPException:
        """Whoever asks. A token that does not work is refused, also where one could do without any."""
        if self.cookies is None and (sentence := guard.stranger(request)):
            return Forbidden(sentence)
        text = bearer()
        if text is not None:
            return self._by_token(text)
        return HERE if self.cookies is None else self._by_session()

    def _by_token(self, text: str) -> Caller | HTTPException:
        if self.peers.in_the_clear(request) and urlsplit(self.base_url).scheme == "https":
            return Forbidden(IN_THE_CLEAR.format(self.base_url))
        token = self.access.token(text)
        return by_token(token, self.origin) if token else Unauthorized(BAD_TOKEN)

    def _by_session(self) -> Caller | HTTPException:
        if not self.asks_our_host():
            return Forbidden(OTHER_HOST.format(self.base_url))
        session = self.session()
        if session is None:
            return Unauthorized(f"{SIGN_IN} {BRING_A_TOKEN}" if request.path.startswith("/api/") else SIGN_IN)
        return by_session(session, self.who(session.email), self.origin)

    def asks_our_host(self) -> bool:
        """Whether the browser asks the host at which people reach the board: no other one is to show it."""
        return _host(request.headers.get("Host", "")) == _host(urlsplit(self.base_url).netloc)


def _host(netloc: str) -> str:
    name = netloc.lower()
    return name.removesuffix(":443").removesuffix(":80")


def bearer() -> str | None:
    """The token that the request brings; None where it brings none. Another kind of credentials is not for us."""
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    return text.strip() if kind.lower() == "bearer" else None


def lacking(who: Caller, needed: Role) -> str:
    """What right is missing, for people."""
    return f"That takes the role {needed.value}; you come in as {who.role.value}."
