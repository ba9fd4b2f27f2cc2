"""Who may come in: tokens of programs and sessions of people, as the doors ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from core.model import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A program's token without its secret. Moments are in the database's own time, UTC.

    `person` is the roster id of whoever it acts for, "" for nobody; with `any_person` the request names them.
    """

    id: str
    name: str
    role: Role
    person: str
    any_person: bool
    created_by: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody who signed in. `id` names the session and opens nothing; `subject` is the issuer's own id of them.

    `email` is "" where the issuer told none that counts. The role holds until `expires_at` (the database's time, UTC).
    """

    id: str
    subject: str
    email: str
    name: str
    role: Role
    begun_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """What a token is to be: see `Token`. `life` is how long it works, `by` who made it."""

    name: str
    role: Role
    person: str = ""
    any_person: bool = False
    life: timedelta
    by: str


class Access(Protocol):
    """Looks up who comes in; raises `StorageUnavailableError`."""

    def token(self, text: str) -> Token | None:
        """The token whose whole text that is; None for one that is unknown, expired or revoked. Notes its use."""
        ...

    def session(self, secret: str) -> Session | None:
        """The session that has this secret; None once it has ended."""
        ...

    def begin(self, *, subject: str, email: str, name: str, role: Role, life: timedelta) -> str:
        """Begin a session and return its secret, which is kept nowhere."""
        ...

    def end(self, session_id: str) -> None:
        """End a session; one that has ended already stays so."""
        ...


class AccessDesk(Access, Protocol):
    """What the command line does on top: tokens made and revoked, sessions looked at and ended."""

    def create_token(self, new: NewToken) -> tuple[Token, str]:
        """Make a token; the second value is its whole text, which is kept nowhere and cannot be had again."""
        ...

    def tokens(self) -> Sequence[Token]:
        """Every token that there ever was, the newest first."""
        ...

    def revoke_token(self, token_id: str) -> Token:
        """Have a token work no more; raises `NotFoundError`."""
        ...

    def sessions(self) -> Sequence[Session]:
        """Every session that runs, the newest first."""
        ...

    def end_sessions(self, email: str = "") -> int:
        """End all sessions of that address, or of everybody; returns how many ran."""
        ...
