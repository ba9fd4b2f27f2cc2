"""Tokens and sessions in the database, each found by its id; whether the secret is theirs is judged elsewhere.

All times are the database's own: an accelerated policy clock must not lengthen anybody's access.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, insert, or_, select, update

from core.access import Session, Token
from core.model import Role
from core.store.tables import sessions, tokens

NOTED_EVERY = timedelta(minutes=1)
"""A token's use is noted at most so often: it may be used many times a second."""

_now = func.clock_timestamp


def add_token(connection: Connection, digest: str, life: timedelta, **values: object) -> Token:
    """Keep a new token."""
    made = insert(tokens).values(digest=digest, expires_at=_now() + life, **values).returning(*tokens.c)
    return _token(connection.execute(made).one())


def living_token(connection: Connection, token_id: str) -> tuple[Token, str] | None:
    """A token that works, with its secret's digest."""
    alive = (tokens.c.revoked_at.is_(None), tokens.c.expires_at > _now())
    row = connection.execute(select(tokens).where(tokens.c.id == token_id, *alive)).one_or_none()
    return (_token(row), row.digest) if row else None


def token_used(connection: Connection, token_id: str) -> None:
    """Note that a token was used just now."""
    stale = or_(tokens.c.used_at.is_(None), tokens.c.used_at < _now() - NOTED_EVERY)
    connection.execute(update(tokens).where(tokens.c.id == token_id, stale).values(used_at=_now()))


def every_token(connection: Connection) -> list[Token]:
    """All of them, the newest first."""
    return [_token(row) for row in connection.execute(select(tokens).order_by(tokens.c.created_at.desc(), tokens.c.id))]


def revoke_token(connection: Connection, token_id: str) -> Token | None:
    """Have it work no more, from when it was first revoked; None where there is none."""
    when = func.coalesce(tokens.c.revoked_at, _now())
    changed = update(tokens).where(tokens.c.id == token_id).values(revoked_at=when).returning(*tokens.c)
    row = connection.execute(changed).one_or_none()
    return _token(row) if row else None


def add_session(connection: Connection, digest: str, life: timedelta, **values: object) -> None:
    """Keep a new session, and forget those that have expired."""
    connection.execute(delete(sessions).where(sessions.c.expires_at <= _now()))
    connection.execute(insert(sessions).values(digest=digest, expires_at=_now() + life, **values))


def living_session(connection: Connection, session_id: str) -> tuple[Session, str] | None:
    """A session that runs, with its secret's digest."""
    found = select(sessions).where(sessions.c.id == session_id, sessions.c.expires_at > _now())
    row = connection.execute(found).one_or_none()
    return (_session(row), row.digest) if row else None


def every_session(connection: Connection) -> list[Session]:
    """All that run, the newest first."""
    running = select(sessions).where(sessions.c.expires_at > _now()).order_by(sessions.c.begun_at.desc(), sessions.c.id)
    return [_session(row) for row in connection.execute(running)]


def end_session(connection: Connection, session_id: str) -> None:
    """Forget it."""
    connection.execute(delete(sessions).where(sessions.c.id == session_id))


def end_sessions(connection: Connection, email: str) -> int:
    """Forget all of that address, case aside, or all where it is ""; returns how many ran.

    Who came without an address that counts is known by the issuer's own id.
    """
    chosen = delete(sessions).returning(sessions.c.expires_at > _now())
    if email:
        nameless = and_(sessions.c.email == "", sessions.c.subject == email)
        chosen = chosen.where(or_(func.lower(sessions.c.email) == email.lower(), nameless))
    return sum(connection.execute(chosen).scalars())


def ended_tokens(connection: Connection, kept: timedelta) -> int:
    """How many expired or were revoked longer ago than that."""
    return connection.execute(select(func.count()).select_from(tokens).where(_ended(kept))).scalar_one()


def forget_tokens(connection: Connection, kept: timedelta, limit: int) -> int:
    """Forget so many of those at most; returns how many that were."""
    page = select(tokens.c.id).where(_ended(kept)).limit(limit).with_for_update(skip_locked=True)
    return connection.execute(delete(tokens).where(tokens.c.id.in_(page))).rowcount


def forget_sessions(connection: Connection, limit: int) -> int:
    """Forget so many of the sessions that have expired at most; returns how many that were."""
    page = select(sessions.c.id).where(sessions.c.expires_at <= _now()).limit(limit).with_for_update(skip_locked=True)
    return connection.execute(delete(sessions).where(sessions.c.id.in_(page))).rowcount


def _ended(kept: timedelta) -> ColumnElement[bool]:
    """Whether a token has worked no more for so long; `least` passes over what is null."""
    return func.least(tokens.c.expires_at, tokens.c.revoked_at) < _now() - kept


def _token(row: Row[Any]) -> Token:
    return Token(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        person=row.person,
        any_person=row.any_person,
        created_by=row.created_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
        revoked_at=row.revoked_at,
    )


def _session(row: Row[Any]) -> Session:
    return Session(
        id=row.id,
        subject=row.subject,
        email=row.email,
        name=row.name,
        role=Role(row.role),
        begun_at=row.begun_at,
        expires_at=row.expires_at,
    )
