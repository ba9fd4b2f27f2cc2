"""The one way out to a platform: every request that pysnow and jira make passes through `Wire`.

It gives each call a timeout, checks certificates, follows no redirect (requests would make a GET of a redirected POST),
reads bodies of a bounded size within a bounded time, keeps no cookies (a shared ServiceNow session answers 202 and
drops the request), repeats within the attempt only what is safe to repeat, and raises every failure as `PlatformError`
before a library can log a body or guess.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Protocol

import requests
import tenacity
from requests.adapters import HTTPAdapter

from connectors.failures import Dialect, PlatformError, check, is_write, of_connection

LARGEST_BODY = 8 * 1024 * 1024
LONGEST_WAIT = 5.0
ATTEMPTS = 3
LONGEST_IDLE = 15.0
"""Seconds for which a connection is kept that nobody uses. What stands between us and a platform forgets one in silence
after some minutes (Azure's load balancer after four), and a write that is sent into it is in doubt for nothing."""

Timeout = tuple[float, float]


class Credentials(Protocol):
    """Signs requests: an auth object of requests that knows its secrets and may be able to renew itself."""

    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put the credentials into the request; raises `DeliveryError` when there are none."""
        ...

    def renew(self, refused: requests.PreparedRequest) -> bool:
        """Forget what that request was refused with (an access token); whether another try makes sense."""
        ...

    def secrets(self) -> tuple[str, ...]:
        """Everything that must not be shown, as far as it is known now."""
        ...


class Wire(HTTPAdapter):
    """The adapter that a session is given for http:// and https://; see the module.

    `timeout` is (connect, read) in seconds; a whole answer may take three times the read timeout. `sleep` and `clock`
    (seconds) are handed in by tests. For one thread.
    """

    def __init__(
        self,
        dialect: Dialect,
        credentials: Credentials,
        timeout: Timeout,
        ca_file: str = "",
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(max_retries=0)
        self._dialect = dialect
        self._credentials = credentials
        self._timeout = timeout
        self._ca_file = ca_file
        self._sleep = sleep
        self._clock = clock
        self._used = clock()

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: ARG002 - the body is always read here
        timeout: object = None,  # noqa: ARG002 - ours holds, also where a library forgets to give one
        verify: bool | str = True,
        cert: object = None,  # noqa: ARG002
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Send, with short repetitions where they are safe; raises `PlatformError`."""
        if self._clock() - self._used > LONGEST_IDLE:
            self.close()  # the connections that it has kept; the next request opens one
        trusted = self._ca_file or verify or True
        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(ATTEMPTS),
            wait=_pause,
            retry=tenacity.retry_if_exception(_is_quick),
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return retrying(self._signed, request, trusted, proxies)
        finally:
            self._used = self._clock()

    def _signed(
        self, request: requests.PreparedRequest, verify: bool | str, proxies: Mapping[str, str] | None
    ) -> requests.Response:
        """One try; a refused access token is renewed once: a 401 has done nothing."""
        try:
            return self._once(request, verify, proxies)
        except PlatformError as error:
            if error.status != 401 or not self._credentials.renew(request):
                raise
        return self._once(self._credentials(request), verify, proxies)

    def _once(
        self, request: requests.PreparedRequest, verify: bool | str, proxies: Mapping[str, str] | None
    ) -> requests.Response:
        """One request, its whole body read and its status checked."""
        try:
            response = super().send(request, stream=True, timeout=self._timeout, verify=verify, proxies=proxies)
            # requests has no public way to hand over a body that was already read.
            response._content = self._body(response)
        except requests.RequestException as error:
            raise of_connection(error, request, self._dialect.name) from None
        response.request = request
        check(response, self._dialect)
        return response

    def _body(self, response: requests.Response) -> bytes:
        """The decoded body, in bounds of size and time."""
        body, deadline = bytearray(), time.monotonic() + 3 * self._timeout[1]
        for part in response.iter_content(65536):
            body += part
            if len(body) > LARGEST_BODY:
                response.close()
                raise self._too_much(response.request)
            if time.monotonic() > deadline:
                response.close()
                raise requests.ReadTimeout
        return bytes(body)

    def _too_much(self, request: requests.PreparedRequest) -> PlatformError:
        message = (
            f"{self._dialect.name} answered with more than {LARGEST_BODY // 1024 // 1024} MiB, which was not read."
        )
        return PlatformError(message, platform_down=True, ambiguous=is_write(request))


def _is_quick(error: BaseException) -> bool:
    """Whether to try again within this attempt."""
    return isinstance(error, PlatformError) and error.quick and (error.retry_after or 0.0) <= LONGEST_WAIT


def _pause(state: tenacity.RetryCallState) -> float:
    """The seconds until the next try: what was asked for, otherwise a little more each time."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, PlatformError) else None
    return asked if asked is not None else 0.2 * 2.0**state.attempt_number


def fit(session: requests.Session, wire: Wire, credentials: Credentials) -> None:
    """Make a session use this wire for everything, sign with these credentials, and keep no cookies."""
    session.mount("https://", wire)
    session.mount("http://", wire)
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.auth = credentials
