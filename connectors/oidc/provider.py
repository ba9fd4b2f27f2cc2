"""What an issuer says about itself: its addresses and its keys, kept for a while."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from connectors.oidc.asking import RUBBISH, get_json
from connectors.oidc.config import OidcConfig
from core.access import SignOnError

KEPT_SECONDS = 3600.0
"""For so long addresses and keys are taken to be as they were."""
AGAIN_SECONDS = 30.0
"""An unknown key has the keys fetched anew, at most so often."""
_PUBLIC = {"RSA", "EC"}
"""Kinds of keys that verify and cannot sign. A symmetric key that an issuer publishes would let anybody sign."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The issuer's own name as its tokens have it, and its addresses; "" for one that it has not."""

    issuer: str
    authorization: str
    token: str
    keys: str
    userinfo: str
    end_session: str
    client_auth: str
    tells_issuer: bool


class Provider:
    """An issuer's addresses and keys, fetched at first use and anew after a while. Raises `SignOnError`.

    Threads may fetch them at the same time; each puts a whole new value in place.
    """

    def __init__(self, config: OidcConfig) -> None:
        self._config = config
        self._endpoints: tuple[float, Endpoints] | None = None
        self._keys: tuple[float, KeySet] | None = None

    def endpoints(self) -> Endpoints:
        """Where to ask what."""
        known = self._endpoints
        if known and time.monotonic() - known[0] < KEPT_SECONDS:
            return known[1]
        found = _endpoints(get_json(self._config, discovery(self._config.issuer)), self._config)
        self._endpoints = (time.monotonic(), found)
        return found

    def known(self) -> Endpoints | None:
        """Where to ask what, as it was told last; None before. Asks nobody."""
        return self._endpoints[1] if self._endpoints else None

    def keys(self, *, anew: bool = False) -> KeySet:
        """The keys with which tokens are verified; `anew` where one was not among them."""
        oldest = AGAIN_SECONDS if anew else KEPT_SECONDS
        known = self._keys
        if known and time.monotonic() - known[0] < oldest:
            return known[1]
        found = _keys(get_json(self._config, self.endpoints().keys))
        self._keys = (time.monotonic(), found)
        return found


def discovery(issuer: str) -> str:
    """Where an issuer describes itself (OpenID Connect Discovery 1.0, section 4)."""
    return f"{issuer.rstrip('/')}/.well-known/openid-configuration"


def _endpoints(told: dict[str, Any], config: OidcConfig) -> Endpoints:
    if _text(told, "issuer").rstrip("/") != config.issuer.rstrip("/"):
        raise SignOnError(RUBBISH, f"{discovery(config.issuer)} says that its issuer is another one")
    secure = config.issuer.startswith("https://")
    return Endpoints(
        issuer=_text(told, "issuer"),
        authorization=_address(told, "authorization_endpoint", secure=secure),
        token=_address(told, "token_endpoint", secure=secure),
        keys=_address(told, "jwks_uri", secure=secure),
        userinfo=_address(told, "userinfo_endpoint", secure=secure, needed=False),
        end_session=_address(told, "end_session_endpoint", secure=secure, needed=False),
        client_auth=_client_auth(told, config),
        tells_issuer=told.get("authorization_response_iss_parameter_supported") is True,
    )


def _text(told: dict[str, Any], name: str) -> str:
    value = told.get(name, "")
    return value if isinstance(value, str) else ""


def _address(told: dict[str, Any], name: str, *, secure: bool, needed: bool = True) -> str:
    """An address of the issuer: https, where the issuer itself is; "" for one that is not needed and not told."""
    value = _text(told, name)
    if not value and not needed:
        return ""
    try:
        parts = urlsplit(value)
        fine = parts.scheme in ({"https"} if secure else {"https", "http"}) and bool(parts.hostname)
    except ValueError:
        fine = False
    if not fine or not value.isprintable() or " " in value:
        raise SignOnError(RUBBISH, f"the issuer's {name} is no address that can be used")
    return value


def _client_auth(told: dict[str, Any], config: OidcConfig) -> str:
    """How we prove ourselves at the token endpoint, in the protocol's words."""
    if not config.secret:
        return "none"
    known = told.get("token_endpoint_auth_methods_supported")
    only_by_post = isinstance(known, list) and "client_secret_basic" not in known and "client_secret_post" in known
    return "client_secret_post" if only_by_post else "client_secret_basic"


def _keys(told: dict[str, Any]) -> KeySet:
    """The public keys that are meant for signatures."""
    given = told.get("keys")
    usable = [
        one
        for one in (given if isinstance(given, list) else [])
        if isinstance(one, dict) and one.get("kty") in _PUBLIC and one.get("use") in {None, "sig"}
    ]
    try:
        return KeySet.import_key_set({"keys": usable})
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise SignOnError(RUBBISH, f"the issuer's keys cannot be used: {type(error).__name__}") from None
