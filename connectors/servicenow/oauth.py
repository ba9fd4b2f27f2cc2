"""ServiceNow's OAuth: an access token, fetched when it is needed and again when it has run out or was refused.

pysnow's own OAuth client takes no timeout and cannot hold a token without a refresh token, so it is not used.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import requests
from requests.auth import AuthBase

from connectors.config import OAuth, PlatformConfig
from connectors.credentials import NoCredentials, in_header, reveal, revealed
from connectors.failures import Dialect, Said
from connectors.wire import Wire, fit
from core.ports import DeliveryError

MARGIN = 60.0
"""Seconds before its end at which a token is no longer used."""


class OAuthCredentials(AuthBase):
    """Signs with a bearer token of the client credentials or the password grant; one token for all threads.

    `clock` gives seconds that only grow.
    """

    def __init__(self, auth: OAuth, config: PlatformConfig, clock: Callable[[], float] = time.monotonic) -> None:
        self._auth = auth
        self._config = config
        self._clock = clock
        self._lock = threading.Lock()
        self._token = ""
        self._until = 0.0

    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign the request, fetching a token first where there is none that holds."""
        with self._lock:
            if not self._token or self._clock() >= self._until:
                self._token, self._until = self._fetch()
            r.headers["Authorization"] = f"Bearer {self._token}"
        return r

    def renew(self, refused: requests.PreparedRequest) -> bool:
        """Forget the token that was refused, unless another thread has already replaced it."""
        with self._lock:
            if refused.headers.get("Authorization") == f"Bearer {self._token}":
                self._token = ""
        return True

    def secrets(self) -> tuple[str, ...]:
        """The client secret, the password and the token."""
        known = (self._token,) if self._token else ()
        return (*revealed(self._auth.client_secret, self._auth.password), *known)

    def _fetch(self) -> tuple[str, float]:
        """A new token and the moment at which it is no longer used; raises `DeliveryError`, never an ambiguous one."""
        try:
            answer = self._ask()
        except DeliveryError as error:
            # The write itself was not sent: nothing is ambiguous, and the platform's owner has to mend this.
            raise DeliveryError(error.message, retry_after=error.retry_after, platform_down=True) from None
        token, seconds = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token:
            raise DeliveryError(f"{self._config.name} gave no access token; check its OAuth entry.", platform_down=True)
        lasts = float(seconds) if isinstance(seconds, int | float | str) and str(seconds).isdecimal() else 600.0
        in_header(token, self._config.name, "access token")
        return token, self._clock() + max(lasts - MARGIN, lasts / 2)

    def _ask(self) -> Mapping[str, Any]:
        """The token endpoint's answer."""
        credentials = NoCredentials()
        with requests.Session() as session:
            fit(session, Wire(self._dialect(), credentials, self._config.timeout, self._config.ca_file), credentials)
            response = session.post(
                f"{self._config.url}/oauth_token.do",
                data=self._form(),
                headers={"Accept": "application/json"},
                timeout=self._config.timeout,
            )
            answer = response.json()
        return answer if isinstance(answer, dict) else {}

    def _form(self) -> dict[str, str]:
        """What is posted: the password grant when there is a password, client credentials otherwise."""
        name, auth = self._config.name, self._auth
        form = {
            "grant_type": "client_credentials",
            "client_id": auth.client_id,
            "client_secret": reveal(auth.client_secret, name, "client secret"),
        }
        if auth.password is None:
            return form
        return form | {
            "grant_type": "password",
            "username": auth.user,
            "password": reveal(auth.password, name, "password"),
        }

    def _dialect(self) -> Dialect:
        return Dialect(
            name=f"{self._config.name} (OAuth)",
            accepted=frozenset({200}),
            said=_said,
            advice={401: "Check client_id, client_secret and, for the password grant, user and password."},
            denied=lambda response: response.status_code in {400, 401, 403},
            secrets=self.secrets,
        )


def _said(body: Any) -> Said:
    """OAuth's error body: `error` and `error_description`."""
    if not isinstance(body, dict):
        return Said()
    return Said(str(body.get("error_description") or body.get("error") or ""))
