"""The stand-in's routes. What it does wrong on demand is in `Mischief`."""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlencode

from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey
from werkzeug.serving import make_server
from werkzeug.wrappers import Response as Answer

from sandbox.issuer.people import CLIENT_ID, CLIENT_SECRET, PEOPLE, Account

CODE_SECONDS = 60
_Json = dict[str, Any]


@dataclass
class Mischief:
    """What the issuer is to do wrong: each changes what it would have told.

    `answers` replaces a whole answer by path; `seconds` is how long it waits before every answer.
    """

    metadata: _Json = field(default_factory=dict)
    claims: _Json = field(default_factory=dict)
    header: _Json = field(default_factory=dict)
    token: _Json = field(default_factory=dict)
    sign: Callable[[_Json, _Json], str] | None = None
    answers: dict[str, Callable[[], Response]] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass(frozen=True)
class _Grant:
    """What a code stands for."""

    account: Account
    nonce: str
    challenge: str
    redirect_uri: str
    until: float


class Issuer:
    """A running issuer at `url`; a context manager that stops it. `asked` are the requests' lines without queries."""

    def __init__(self, port: int = 0) -> None:
        self.key: RSAKey | ECKey = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})
        self.mischief = Mischief()
        self.people = dict(PEOPLE)
        self.asked: list[str] = []
        self._codes: dict[str, _Grant] = {}
        self._access: dict[str, Account] = {}
        self._server = make_server("127.0.0.1", port, self._app(), threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}/realms/main"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def rotate(self, kid: str = "second") -> None:
        """Sign with a new key from now on, and publish no other."""
        self.key = ECKey.generate_key("P-256", {"kid": kid, "use": "sig"})

    def serve(self) -> None:
        """Answer until interrupted."""
        self._server.serve_forever()

    def _app(self) -> Flask:
        app = Flask("issuer")
        app.before_request(self._before)
        base = "/realms/main"
        app.add_url_rule(f"{base}/.well-known/openid-configuration", view_func=self._discovery)
        app.add_url_rule(f"{base}/keys", view_func=self._keys)
        app.add_url_rule(f"{base}/authorize", view_func=self._authorize)
        app.add_url_rule(f"{base}/token", view_func=self._token, methods=["POST"])
        app.add_url_rule(f"{base}/userinfo", view_func=self._userinfo)
        app.add_url_rule(f"{base}/logout", view_func=self._logout)
        return app

    def _before(self) -> Response | None:
        self.asked.append(f"{request.method} {request.path}")
        time.sleep(self.mischief.seconds)
        wrong = self.mischief.answers.get(request.path.rpartition("/")[2])
        return wrong() if wrong else None

    def _discovery(self) -> Response:
        told = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "end_session_endpoint": f"{self.url}/logout",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }
        return jsonify(told | self.mischief.metadata)

    def _keys(self) -> Response:
        return jsonify(KeySet([self.key]).as_dict())

    def _authorize(self) -> Answer:
        """Ask who it is, or take `as`, the account's name, as if it had been typed with its password."""
        asked = request.args
        if asked.get("client_id") != CLIENT_ID or asked.get("response_type") != "code":
            return Response("unknown client", 400)
        name = asked.get("as", "")
        if name not in self.people:
            links = (f'<li><a href="?{urlencode({**asked, "as": one})}">{one}</a></li>' for one in self.people)
            return Response(f"<h1>Sign in as</h1><ul>{''.join(links)}</ul>")
        code = secrets.token_urlsafe(16)
        self._codes[code] = _Grant(
            self.people[name],
            asked.get("nonce", ""),
            asked.get("code_challenge", "") if asked.get("code_challenge_method") == "S256" else "",
            asked["redirect_uri"],
            time.monotonic() + CODE_SECONDS,
        )
        back = {"code": code, "state": asked.get("state", ""), "iss": self.url}
        return redirect(f"{asked['redirect_uri']}?{urlencode(back)}")

    def _token(self) -> Response:
        basic = request.authorization
        given = (basic.username, basic.password) if basic else (None, None)
        posted = (request.form.get("client_id"), request.form.get("client_secret"))
        if (CLIENT_ID, CLIENT_SECRET) not in (given, posted):
            return _refused("invalid_client", 401)
        grant = self._codes.pop(request.form.get("code", ""), None)
        if grant is None or grant.until < time.monotonic() or grant.redirect_uri != request.form.get("redirect_uri"):
            return _refused("invalid_grant")
        if grant.challenge and grant.challenge != _challenge(request.form.get("code_verifier", "")):
            return _refused("invalid_grant")
        access = secrets.token_urlsafe(16)
        self._access[access] = grant.account
        told = {"access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": self._signed(grant)}
        return jsonify(told | self.mischief.token)

    def _signed(self, grant: _Grant) -> str:
        now = int(time.time())
        claims = {"iss": self.url, "sub": grant.account.subject, "aud": CLIENT_ID, "iat": now, "exp": now + 300}
        claims |= {"nonce": grant.nonce, **grant.account.claims, **self.mischief.claims}
        claims = {name: value for name, value in claims.items() if value is not None}
        algorithm = "RS256" if isinstance(self.key, RSAKey) else "ES256"
        header = {"alg": algorithm, "kid": self.key.kid, **self.mischief.header}
        if self.mischief.sign:
            return self.mischief.sign(header, claims)
        return jwt.encode(header, claims, self.key, algorithms=[algorithm])

    def _userinfo(self) -> Response:
        account = self._access.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if account is None:
            return _refused("invalid_token", 401)
        return jsonify({"sub": account.subject, **account.claims, **account.more})

    def _logout(self) -> Answer:
        return redirect(request.args.get("post_logout_redirect_uri", self.url))


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _refused(error: str, status: int = 400) -> Response:
    answer = jsonify({"error": error, "error_description": "as the stand-in sees it"})
    answer.status_code = status
    return answer
