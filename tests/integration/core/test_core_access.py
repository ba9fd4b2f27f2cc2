"""Tokens and sessions on the real database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from core.access import NewToken
from core.desk import NotFoundError
from core.model import Role
from core.ports import StorageUnavailableError
from core.store.database import connect
from core.work.access import SqlAccess

DAY = timedelta(days=1)
DANA = {"subject": "42", "email": "Dana.Reyes@example.com", "name": "Dana Reyes", "role": Role.MANAGER}


@pytest.fixture
def access(database: Engine) -> SqlAccess:
    return SqlAccess(database)


def new(name: str = "deploy-bot", life: timedelta = DAY) -> NewToken:
    return NewToken(name=name, role=Role.RESPONDER, person="dana", life=life, by="lee")


def everything(database: Engine) -> str:
    with database.connect() as connection:
        return str([connection.execute(text(one)).all() for one in ("SELECT * FROM tokens", "SELECT * FROM sessions")])


def test_a_token_is_found_by_its_whole_text_and_its_use_is_noted(access: SqlAccess) -> None:
    made, secret = access.create_token(new())
    assert secret.startswith(f"rung_{made.id}_")
    assert (made.role, made.person, made.created_by, made.used_at) == (Role.RESPONDER, "dana", "lee", None)
    assert made.expires_at - made.created_at == pytest.approx(DAY, abs=timedelta(seconds=5))
    found = access.token(secret)
    assert found is not None
    assert found.id == made.id
    (listed,) = access.tokens()
    assert listed.used_at is not None
    assert abs(listed.used_at - datetime.now(UTC)) < timedelta(minutes=1)


def test_use_is_noted_once_a_minute_not_at_every_request(access: SqlAccess) -> None:
    _, secret = access.create_token(new())
    access.token(secret)
    first = access.tokens()[0].used_at
    access.token(secret)
    assert access.tokens()[0].used_at == first


def test_no_secret_is_in_the_database(access: SqlAccess, database: Engine) -> None:
    _, token = access.create_token(new())
    session = access.begin(**DANA, life=DAY)  # type: ignore[arg-type] # each as it is named
    kept = everything(database)
    assert token.rpartition("_")[2] not in kept
    assert session.partition(".")[2] not in kept


@pytest.mark.parametrize(
    "wrong",
    [
        lambda text: text[:-1],
        lambda text: text + "A",
        lambda text: text + "\n",
        lambda text: text[:-1] + ("A" if text[-1] != "A" else "B"),
        lambda text: text.replace("rung_", ""),
        lambda text: text.upper(),
        lambda _: "",
        lambda _: "rung_" + "0" * 12 + "_" + "a" * 43,
        lambda _: "\x00",
        lambda _: "rung_' OR 1=1 --",
    ],
)
def test_a_text_that_is_not_the_tokens_opens_nothing(access: SqlAccess, wrong: object) -> None:
    _, secret = access.create_token(new())
    assert access.token(wrong(secret)) is None  # type: ignore[operator] # one of the functions above


def test_a_secret_opens_no_other_token(access: SqlAccess) -> None:
    first, second = access.create_token(new("a")), access.create_token(new("b"))
    crossed = f"rung_{first[0].id}_{second[1].rpartition('_')[2]}"
    assert second[1].startswith(f"rung_{second[0].id}_")
    assert access.token(crossed) is None


def test_a_token_ends_when_it_expires_or_is_revoked(access: SqlAccess) -> None:
    _, expired = access.create_token(new("old", life=-DAY))
    made, secret = access.create_token(new())
    assert access.token(expired) is None
    revoked = access.revoke_token(made.id)
    assert access.token(secret) is None
    assert access.revoke_token(made.id).revoked_at == revoked.revoked_at
    assert [one.name for one in access.tokens()] == ["deploy-bot", "old"]


def test_revoking_a_token_that_there_is_not_says_so(access: SqlAccess) -> None:
    with pytest.raises(NotFoundError, match="rung tokens list"):
        access.revoke_token("nothing")


def test_a_session_runs_until_it_is_ended(access: SqlAccess) -> None:
    secret, other = (access.begin(**DANA, life=DAY) for _ in range(2))  # type: ignore[arg-type]
    assert secret != other
    session = access.session(secret)
    assert session is not None
    assert (session.email, session.role, session.subject) == ("Dana.Reyes@example.com", Role.MANAGER, "42")
    access.end(session.id)
    access.end(session.id)
    assert access.session(secret) is None
    assert access.session(other) is not None


def test_a_session_expires_and_is_forgotten_at_the_next_sign_in(access: SqlAccess, database: Engine) -> None:
    secret = access.begin(**DANA, life=-DAY)  # type: ignore[arg-type]
    assert access.session(secret) is None
    assert access.sessions() == []
    access.begin(**DANA, life=DAY)  # type: ignore[arg-type]
    assert secret.partition(".")[0] not in everything(database)


def test_somebodys_sessions_are_ended_all_at_once(access: SqlAccess) -> None:
    mine = [access.begin(**DANA, life=DAY) for _ in range(2)]  # type: ignore[arg-type]
    theirs = access.begin(subject="7", email="lee@example.com", name="Lee", role=Role.ADMIN, life=DAY)
    assert access.end_sessions("dana.reyes@EXAMPLE.com") == 2
    assert [access.session(one) for one in mine] == [None, None]
    assert access.session(theirs) is not None
    assert [one.email for one in access.sessions()] == ["lee@example.com"]
    assert access.end_sessions() == 1


def test_who_has_no_address_that_counts_is_signed_out_by_the_issuers_id(access: SqlAccess) -> None:
    access.begin(**{**DANA, "email": "", "subject": "7d1f"}, life=DAY)  # type: ignore[arg-type]
    access.begin(**{**DANA, "subject": "7d1f"}, life=DAY)  # type: ignore[arg-type]
    assert access.end_sessions("7d1f") == 1
    assert [one.email for one in access.sessions()] == [DANA["email"]]


@pytest.mark.parametrize("wrong", ["", ".", "x" * 24 + "." + "y" * 43, "\x00", "a" * 5000])
def test_a_cookie_that_is_no_sessions_opens_nothing(access: SqlAccess, wrong: str) -> None:
    assert access.session(wrong) is None


def test_a_database_that_is_away_is_told_in_the_doors_word() -> None:
    away = SqlAccess(connect("postgresql://127.0.0.1:1/nowhere"))
    with pytest.raises(StorageUnavailableError):
        away.token("rung_" + "0" * 12 + "_" + "a" * 43)
