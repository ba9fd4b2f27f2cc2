"""The gate before every page and every call: who asks, and may they?"""

from __future__ import annotations

from dataclasses import dataclass

from flask import request
from werkzeug.exceptions import Forbidden, HTTPException, Unauthorized

from console import guard
from console.callers import HERE, Caller, Open, by_token, let_in, need
from core.access import Access
from core.model import Role

UNDECLARED = "Nobody has said who may use this, so nobody may."
BAD_TOKEN = "This token is unknown, has expired or was revoked: `rung tokens list` shows those that there are."  # noqa: S105 - a sentence


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets in whoever may come in."""

    access: Access

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
        if not found.role.covers(needed):
            return Forbidden(lacking(found, needed))
        let_in(found)
        return None

    def _who(self) -> Caller | HTTPException:
        """Whoever asks. A token that does not work is refused, also where one could do without any."""
        sentence = guard.stranger(request)
        if sentence:
            return Forbidden(sentence)
        text = bearer()
        if text is None:
            return HERE
        token = self.access.token(text)
        return by_token(token) if token else Unauthorized(BAD_TOKEN)


def bearer() -> str | None:
    """The token that the request brings; None where it brings none. Another kind of credentials is not for us."""
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    return text.strip() if kind.lower() == "bearer" else None


def lacking(who: Caller, needed: Role) -> str:
    """What right is missing, for people."""
    return f"That takes the role {needed.value}; you come in as {who.role.value}."
