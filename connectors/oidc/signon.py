"""Signing in: the authorization code flow with PKCE, state and nonce, by Authlib."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.common.urls import add_params_to_uri
from authlib.integrations.requests_client import OAuth2Session

from connectors.oidc import claims
from connectors.oidc.asking import RUBBISH, fit, get_json
from connectors.oidc.config import OidcConfig
from connectors.oidc.provider import Provider
from core.access import Flow, Identity, SignOnError

REFUSED = "The sign-on service did not accept this sign-in. Begin again; if it stays so, tell who runs Rung."
LONGEST_CODE = 4096


class OidcSignOn:
    """`core.access.SignOn` at an OpenID Connect issuer."""

    def __init__(self, config: OidcConfig) -> None:
        self._config = config
        self._provider = Provider(config)

    @property
    def host(self) -> str:
        """The issuer's host."""
        return urlsplit(self._config.issuer).netloc

    def address(self, flow: Flow, *, choose: bool = False) -> str:
        """Where to send the browser."""
        extra = {"prompt": "select_account"} if choose else {}
        with self._client() as client:
            url, _ = client.create_authorization_url(
                self._provider.endpoints().authorization,
                state=flow.state,
                code_verifier=flow.verifier,
                nonce=flow.nonce,
                **extra,
            )
        return str(url)

    def identify(self, flow: Flow, code: str, issuer: str) -> Identity:
        """Who came back with that code."""
        known = self._provider.endpoints()
        if (issuer or known.tells_issuer) and issuer != known.issuer:
            raise SignOnError(REFUSED, "the answer says that it is from another issuer (RFC 9207)")
        if not 0 < len(code) <= LONGEST_CODE or not code.isprintable():
            raise SignOnError(REFUSED, "the answer has no code")
        token = self._exchanged(flow, code)
        access = token.get("access_token")
        access = access if isinstance(access, str) else ""
        told = claims.verified(token.get("id_token"), self._config, self._provider, flow, access)
        return claims.identity({**self._more(told, access), **told}, self._config)

    def goodbye(self, back: str) -> str:
        """Where people end their session at the issuer too (OpenID Connect RP-Initiated Logout 1.0)."""
        known = self._provider.known()
        address = known.end_session if known else ""
        params = {"client_id": self._config.client_id, "post_logout_redirect_uri": back}
        return str(add_params_to_uri(address, params)) if address else ""

    def _exchanged(self, flow: Flow, code: str) -> Mapping[str, Any]:
        """What the token endpoint gives for the code."""
        with self._client() as client:
            try:
                found = client.fetch_token(
                    self._provider.endpoints().token,
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=flow.verifier,
                    allow_redirects=False,
                )
            except AuthlibBaseError as error:
                raise SignOnError(REFUSED, f"the token endpoint says {_word(error.error)}") from None
            except (requests.RequestException, ValueError, TypeError, KeyError, RecursionError) as error:
                raise SignOnError(RUBBISH, f"the token endpoint: {type(error).__name__}") from None
        return dict(found)

    def _more(self, told: Mapping[str, Any], access: str) -> Mapping[str, Any]:
        """What the userinfo endpoint tells where the ID token lacks groups or address; it must speak of the same."""
        wanted = (self._config.groups_claim, self._config.email_claim)
        address = self._provider.endpoints().userinfo
        if not address or not access or all(claims.found_at(told, one) is not None for one in wanted):
            return {}
        found = get_json(self._config, address, access)
        if found.get("sub") != claims.subject(told):
            raise SignOnError(RUBBISH, "the userinfo endpoint speaks of somebody else")
        return found

    def _client(self) -> OAuth2Session:
        known = self._provider.endpoints()
        client = OAuth2Session(
            self._config.client_id,
            self._config.secret or None,
            token_endpoint_auth_method=known.client_auth,
            scope=self._config.scopes,
            redirect_uri=self._config.redirect_uri,
            code_challenge_method="S256",
        )
        fit(client, self._config)
        return client


def _word(error: object) -> str:
    """An error's name in the protocol, as far as it is one."""
    text = str(error or "")
    return text if text.replace("_", "").isalnum() and text.isascii() and len(text) < 60 else "no"
