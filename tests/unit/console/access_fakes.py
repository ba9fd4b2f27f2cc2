"""Tokens and sessions kept in memory."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from core.access import Session, Token
from core.model import Role

THEN = datetime(2026, 3, 2, 9, tzinfo=UTC)


@dataclass
class FakeAccess:
    """What works, by its whole secret."""

    tokens: dict[str, Token] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    begun: int = 0

    def give(self, role: Role, person: str = "", *, any_person: bool = False) -> dict[str, str]:
        """The header of a new token."""
        number = len(self.tokens) + 1
        token = Token(
            id=f"{number:012x}", name="robot", role=role, person=person, any_person=any_person, created_by="dana",
            created_at=THEN, expires_at=THEN + timedelta(days=9), used_at=None, revoked_at=None,
        )  # fmt: skip
        self.tokens[f"rung_{token.id}_secret"] = token
        return {"Authorization": f"Bearer rung_{token.id}_secret"}

    def token(self, text: str) -> Token | None:
        return self.tokens.get(text)

    def session(self, secret: str) -> Session | None:
        return self.sessions.get(secret)

    def begin(self, *, subject: str, email: str, name: str, role: Role, life: timedelta) -> str:
        self.begun += 1
        number = self.begun
        secret = f"{number:024x}.secret"
        self.sessions[secret] = Session(
            id=f"{number:024x}",
            subject=subject,
            email=email,
            name=name,
            role=role,
            begun_at=THEN,
            expires_at=THEN + life,
        )
        return secret

    def end(self, session_id: str) -> None:
        self.sessions = {secret: one for secret, one in self.sessions.items() if one.id != session_id}

    def demote(self, role: Role) -> None:
        """Give everybody who is signed in another role."""
        self.sessions = {secret: replace(one, role=role) for secret, one in self.sessions.items()}
