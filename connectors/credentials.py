"""Signing requests with secrets that are looked up at each use, so that a rotated one works at once."""

from __future__ import annotations

from base64 import b64encode

import requests
from requests.auth import AuthBase

from connectors.config import ApiKey, Basic, Bearer, Secret
from core.ports import DeliveryError


def reveal(secret: Secret, name: str, what: str) -> str:
    """The secret's value, a line break at its end (from a file) left out.

    Raises `DeliveryError` (the platform waits) when it is not set; `name` is the platform, `what` the setting.
    """
    try:
        value = secret.reveal().rstrip("\r\n")
    except (LookupError, ValueError, OSError) as error:
        raise DeliveryError(f"{name}: its {what} could not be looked up; set it.", platform_down=True) from error
    if not value:
        raise DeliveryError(f"{name}: its {what} is empty; set it.", platform_down=True)
    return value


def revealed(*secrets: Secret | None) -> tuple[str, ...]:
    """What the secrets are now, those that are not set left out."""
    found = []
    for secret in secrets:
        try:
            found.append(secret.reveal().rstrip("\r\n") if secret else "")
        except (LookupError, ValueError, OSError):
            continue
    return tuple(value for value in found if value)


def in_header(value: str, name: str, what: str) -> str:
    """The value, if a header can carry it; the error of requests would repeat it."""
    if not (value.isascii() and value.isprintable()):
        message = f"{name}: its {what} holds characters that cannot be sent in a header; check how it was stored."
        raise DeliveryError(message, platform_down=True)
    return value


class BasicCredentials(AuthBase):
    """HTTP basic, in UTF-8."""

    def __init__(self, auth: Basic, name: str) -> None:
        self._auth = auth
        self._name = name

    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign the request."""
        r.headers["Authorization"] = f"Basic {self._pair(reveal(self._auth.password, self._name, 'password'))}"
        return r

    def _pair(self, password: str) -> str:
        return b64encode(f"{self._auth.user}:{password}".encode()).decode()

    def renew(self, refused: requests.PreparedRequest) -> bool:  # noqa: ARG002
        """A password does not renew itself."""
        return False

    def secrets(self) -> tuple[str, ...]:
        """The password, and the form in which it travels."""
        return tuple(form for value in revealed(self._auth.password) for form in (self._pair(value), value))


class TokenCredentials(AuthBase):
    """A token or key in a header: `Authorization: Bearer` or ServiceNow's `x-sn-apikey`."""

    def __init__(self, auth: Bearer | ApiKey, name: str) -> None:
        self._secret = auth.token if isinstance(auth, Bearer) else auth.key
        self._what, self._header, self._prefix = (
            ("token", "Authorization", "Bearer ") if isinstance(auth, Bearer) else ("API key", "x-sn-apikey", "")
        )
        self._name = name

    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign the request."""
        value = in_header(reveal(self._secret, self._name, self._what), self._name, self._what)
        r.headers[self._header] = self._prefix + value
        return r

    def renew(self, refused: requests.PreparedRequest) -> bool:  # noqa: ARG002
        """A token does not renew itself."""
        return False

    def secrets(self) -> tuple[str, ...]:
        """The token."""
        return revealed(self._secret)


class NoCredentials(AuthBase):
    """Nothing to sign with, said aloud: otherwise requests would look into a .netrc file."""

    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        """Leave the request as it is."""
        return r

    def renew(self, refused: requests.PreparedRequest) -> bool:  # noqa: ARG002
        """There is nothing to renew."""
        return False

    def secrets(self) -> tuple[str, ...]:
        """None."""
        return ()
