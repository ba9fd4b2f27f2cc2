"""The one way out to the issuer: bounded in time and size, sent on to nowhere, with no cookies kept."""

from __future__ import annotations

import time
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from connectors.oidc.config import OidcConfig
from core.access import SignOnError

LARGEST = 1024 * 1024
"""Bytes of an answer; a set of keys or somebody's claims are a few kilobytes."""

SILENT = "The sign-on service does not answer at the moment. Try again in a minute."
RUBBISH = "The sign-on service answered something that cannot be used. Try again; if it stays so, tell who runs Rung."


class BoundedAdapter(HTTPAdapter):
    """What a session to the issuer is given for http:// and https://; raises `SignOnError`."""

    def __init__(self, config: OidcConfig) -> None:
        super().__init__(max_retries=0)
        self._config = config

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: ARG002 - the body is always read here
        timeout: object = None,  # noqa: ARG002 - ours holds, whatever a library gives
        verify: bool | str = True,
        cert: object = None,  # noqa: ARG002
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """One request, its whole body read."""
        trusted, where = self._config.ca_file or verify or True, _shown(request.url)
        deadline = time.monotonic() + self._config.whole
        try:
            response = super().send(request, stream=True, timeout=self._config.timeout, verify=trusted, proxies=proxies)
            # requests has no public way to hand over a body that was already read.
            response._content = _body(response, deadline)
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            raise SignOnError(SILENT, f"{where}: {type(error).__name__}") from None
        if response.is_redirect:
            raise SignOnError(RUBBISH, f"{where} sends on to another address, which is not followed")
        return response


def fit(session: requests.Session, config: OidcConfig) -> None:
    """Have a session go out this way alone."""
    adapter = BoundedAdapter(config)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))


def get_json(config: OidcConfig, url: str, access_token: str = "") -> dict[str, Any]:
    """The JSON object at an address of the issuer; raises `SignOnError`."""
    headers = {"Accept": "application/json", "User-Agent": "rung"}
    if access_token:
        headers["Authorization"] = f"Bearer {access_token}"
    with requests.Session() as session:
        fit(session, config)
        try:
            answer = session.get(url, headers=headers, allow_redirects=False, auth=_as_it_is)
        except (requests.RequestException, ValueError) as error:
            raise SignOnError(RUBBISH, f"{_shown(url)}: {type(error).__name__}") from None
    if answer.status_code != requests.codes.ok:
        raise SignOnError(SILENT, f"{_shown(url)} answered with status {answer.status_code}")
    try:
        found = answer.json()
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise SignOnError(RUBBISH, f"{_shown(url)} answered with what is no JSON object")
    return found


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """No credentials but those given: requests would look for some in ~/.netrc, and send them instead of ours."""
    return request


def _body(response: requests.Response, deadline: float) -> bytes:
    """The body in bounds: what has come so far is counted, however little, since a byte now and then has no end."""
    body = bytearray()
    while part := response.raw.read1(65536, decode_content=True):
        body += part
        if len(body) > LARGEST or time.monotonic() > deadline:
            response.close()
            raise requests.ReadTimeout
    return bytes(body)


def _shown(url: str | None) -> str:
    """An address for the log, without its query."""
    return str(url).partition("?")[0]
