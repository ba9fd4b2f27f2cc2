"""Who may come in: tokens of programs and sessions of people, as the doors ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
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
        """Every token that works, or did until not too long ago, the newest first."""
        ...

    def revoke_token(self, token_id: str) -> Token:
        """Have a token work no more; raises `NotFoundError`."""
        ...

    def sessions(self) -> Sequence[Session]:
        """Every session that runs, the newest first."""
        ...

    def end_sessions(self, email: str = "") -> int:
        """End all sessions of that address (the issuer's id, for one without), or everybody's; how many ran."""
        ...


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom an issuer says that somebody is. `subject` is its own id of them; `email` is "" unless it may be trusted.

    `lacks` says, for people, why it told no groups or no e-mail address where that can be seen.
    """

    subject: str
    email: str
    name: str
    groups: frozenset[str]
    lacks: str = ""


@dataclass(frozen=True, slots=True)
class Flow:
    """One sign-in under way, known to the browser that began it alone. All three are chance, and secret."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


class SignOnError(Exception):
    """A sign-in came to nothing. The message is for whoever signs in; `detail` is for the log, without any secret."""

    def __init__(self, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.detail = detail


class SignOn(Protocol):
    """An issuer at which people sign in. Raises `SignOnError`."""

    @property
    def host(self) -> str:
        """The issuer's host, to say where somebody signs in."""
        ...

    def address(self, flow: Flow, *, choose: bool = False) -> str:
        """Where to send the browser; `choose` asks the issuer to let people choose another account."""
        ...

    def identify(self, flow: Flow, code: str, issuer: str) -> Identity:
        """Who came back with that code; `issuer` is who the answer says that it is from, "" where it does not."""
        ...

    def goodbye(self, back: str) -> str:
        """Where people end their session at the issuer too, and then go `back`; "" where that is not known yet."""
        ...
