"""Tokens and sessions: made of chance, kept as digests, compared in constant time.

A secret has 256 random bits, so that its plain SHA-256 cannot be guessed back and needs no slow hash. What is looked up
in the database is the public id beside it, never the secret.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine

from core.access import NewToken, Session, Token
from core.desk import NotFoundError
from core.model import Role
from core.store import access as stored
from core.store.database import transaction

PREFIX = "rung"
"""What every token's text begins with, so that scanners for leaked secrets know it."""
_TOKEN = re.compile(rf"{PREFIX}_([0-9a-f]{{12}})_([A-Za-z0-9_-]{{43}})")
_SESSION = re.compile(r"([0-9a-f]{24})\.([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class SqlAccess:
    """`core.access.AccessDesk` over PostgreSQL."""

    database: Engine

    def token(self, text: str) -> Token | None:
        """The token whose whole text that is, noted as used; None for one that does not work."""
        parts = _TOKEN.fullmatch(text)
        if parts is None:
            return None
        with transaction(self.database) as connection:
            found = stored.living_token(connection, parts[1])
            if found is None or not _is(parts[2], found[1]):
                return None
            stored.token_used(connection, parts[1])
        return found[0]

    def session(self, secret: str) -> Session | None:
        """The session that has this secret; None once it has ended."""
        parts = _SESSION.fullmatch(secret)
        if parts is None:
            return None
        with transaction(self.database) as connection:
            found = stored.living_session(connection, parts[1])
        return found[0] if found and _is(parts[2], found[1]) else None

    def begin(self, *, subject: str, email: str, name: str, role: Role, life: timedelta) -> str:
        """Begin a session and return its secret."""
        session_id, secret = secrets.token_hex(12), secrets.token_urlsafe(32)
        values = {"id": session_id, "subject": subject, "email": email, "name": name, "role": role.value}
        with transaction(self.database) as connection:
            stored.add_session(connection, _digest(secret), life, **values)
        return f"{session_id}.{secret}"

    def end(self, session_id: str) -> None:
        """End a session."""
        with transaction(self.database) as connection:
            stored.end_session(connection, session_id)

    def create_token(self, new: NewToken) -> tuple[Token, str]:
        """Make a token; the second value is its whole text."""
        token_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        values = {
            "id": token_id,
            "name": new.name,
            "role": new.role.value,
            "person": new.person,
            "any_person": new.any_person,
            "created_by": new.by,
        }
        with transaction(self.database) as connection:
            made = stored.add_token(connection, _digest(secret), new.life, **values)
        return made, f"{PREFIX}_{token_id}_{secret}"

    def tokens(self) -> Sequence[Token]:
        """Every token that works, or did until not too long ago."""
        with transaction(self.database) as connection:
            return stored.every_token(connection)

    def revoke_token(self, token_id: str) -> Token:
        """Have a token work no more."""
        with transaction(self.database) as connection:
            found = stored.revoke_token(connection, token_id)
        if found is None:
            raise NotFoundError(f"There is no token {token_id!r}: `rung tokens list` shows them all.")
        return found

    def sessions(self) -> Sequence[Session]:
        """Every session that runs."""
        with transaction(self.database) as connection:
            return stored.every_session(connection)

    def end_sessions(self, email: str = "") -> int:
        """End all sessions of that address, or of everybody."""
        with transaction(self.database) as connection:
            return stored.end_sessions(connection, email)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _is(secret: str, digest: str) -> bool:
    return hmac.compare_digest(_digest(secret), digest)
