"""Who is calling: basic, OAuth bearer, API key; and the OAuth token endpoint."""

import secrets
import time
from typing import NoReturn

from flask import request

from sandbox.calls import RefusedError
from sandbox.seed import Person
from sandbox.servicenow.rules import refuse
from sandbox.stand import Stand, current_call
from sandbox.store import Json

EXPIRES_SECONDS = 1799


def caller(stand: Stand) -> Person:
    """The person whose credentials came with the request. Raises RefusedError 401 without valid ones."""
    person = _by_key(stand) or _by_bearer(stand) or _by_password(stand)
    if person is None:
        detail = "Required to provide Auth information"
        refuse(401, "User Not Authenticated", detail, {"WWW-Authenticate": 'BASIC realm="Service-now"'})
    current_call().user = person.user_name
    return person


def _by_key(stand: Stand) -> Person | None:
    key = request.headers.get("x-sn-apikey", "")
    return next((one for one in stand.seed.people if key and one.api_key == key), None)


def _by_bearer(stand: Stand) -> Person | None:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer":
        return None
    with stand.store.lock:
        known = stand.state["tokens"].get(token)
    if known is None or known["kind"] != "access" or known["until"] < time.time():
        return None
    return stand.seed.by_name.get(known["user"])


def _by_password(stand: Stand) -> Person | None:
    given = request.authorization
    if given is None or given.type != "basic":
        return None
    return check_password(stand, given.username or "", given.password or "")


def check_password(stand: Stand, user_name: str, password: str) -> Person | None:
    """The active person with this user name and password."""
    person = stand.seed.by_name.get(user_name)
    return person if person and person.active and secrets.compare_digest(person.password, password) else None


def give_token(stand: Stand) -> Json:
    """Answer `POST /oauth_token.do`. Raises RefusedError 401 for a wrong client, user or refresh token."""
    form = request.form
    client = _client(stand, form.get("client_id", ""), form.get("client_secret", ""))
    grant = form.get("grant_type")
    if grant == "password":
        person = check_password(stand, form.get("username", ""), form.get("password", ""))
        user = person.user_name if person else ""
    elif grant == "refresh_token":
        with stand.store.lock:
            known = stand.state["tokens"].get(form.get("refresh_token", ""), {})
        user = known["user"] if known.get("kind") == "refresh" else ""
    elif grant == "client_credentials":
        user = str(client.get("user_name", ""))
    else:
        user = ""
    if not user:
        _deny("server_error", "access_denied")
    current_call().user = user
    return _issue(stand, user, refreshable=grant != "client_credentials")


def _client(stand: Stand, client_id: str, client_secret: str) -> Json:
    if request.authorization is not None and not client_id:
        client_id, client_secret = request.authorization.username or "", request.authorization.password or ""
    for client in stand.seed.oauth_clients:
        if client["client_id"] == client_id and client["client_secret"] == client_secret:
            return client
    return _deny("invalid_client", "access_denied")


def _issue(stand: Stand, user: str, *, refreshable: bool) -> Json:
    access, refresh = secrets.token_urlsafe(48), secrets.token_urlsafe(48)
    with stand.store.lock:
        tokens = stand.state["tokens"]
        tokens[access] = {"kind": "access", "user": user, "until": time.time() + EXPIRES_SECONDS}
        if refreshable:
            tokens[refresh] = {"kind": "refresh", "user": user}
        stand.store.changed()
    answer: Json = {
        "access_token": access,
        "scope": "useraccount",
        "token_type": "Bearer",
        "expires_in": EXPIRES_SECONDS,
    }
    return answer | ({"refresh_token": refresh} if refreshable else {})


def _deny(error: str, description: str) -> NoReturn:
    raise RefusedError(401, {"error": error, "error_description": description})
