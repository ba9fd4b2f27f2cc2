"""What went wrong outside, turned into the one error that drives retrying: one table for all platforms.

The rules: a connection that was never made did nothing; one that was cut, or timed out, after a write was sent may have
done it; a refusal (4xx) is for good, but for credentials (401), which the platform's owner mends while the actions
wait; a 5xx and an answer that cannot be read say that the platform is not itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests
import urllib3

from connectors.retry_after import retry_after
from core.ports import DeliveryError

LONGEST_DETAIL = 300
READING = frozenset({"GET", "HEAD"})
LATER = frozenset({408, 409, 423, 425})


class PlatformError(DeliveryError):
    """A `DeliveryError` with what only connectors need.

    `status` is the HTTP status, 0 when there was no answer. `refused` maps fields to the platform's words about each.
    `quick`: worth trying again within this attempt (see `connectors.wire`).
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        retry_after: float | None = None,
        ambiguous: bool = False,
        platform_down: bool = False,
        too_soon: bool = False,
        status: int = 0,
        refused: Mapping[str, str] | None = None,
        quick: bool = False,
    ) -> None:
        super().__init__(
            message,
            permanent=permanent,
            retry_after=retry_after,
            ambiguous=ambiguous,
            platform_down=platform_down,
            too_soon=too_soon,
        )
        self.status = status
        self.refused = dict(refused or {})
        self.quick = quick


@dataclass(frozen=True, slots=True)
class Said:
    """What an error body says: the platform's sentence, and its words about single fields."""

    text: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one platform answers.

    `accepted` are the statuses of a write that was done. `said` reads a parsed body. `error_in` finds an error in a
    body that came with a good status. `advice` maps a status to what the reader should do. `one_record_only` tells
    whether a 429 means one record and not the account. `denied` tells whether the answer means bad credentials,
    whatever its status. `secrets` gives what must never be repeated from an answer.
    """

    name: str
    accepted: frozenset[int]
    said: Callable[[Any], Said]
    error_in: Callable[[Any], bool] = lambda body: False  # noqa: ARG005
    advice: Mapping[int, str] = field(default_factory=dict)
    one_record_only: Callable[[requests.Response], bool] = lambda response: False  # noqa: ARG005
    denied: Callable[[requests.Response], bool] = lambda response: response.status_code == 401
    secrets: Callable[[], tuple[str, ...]] = tuple


def is_write(request: requests.PreparedRequest) -> bool:
    """Whether a request changes something: Jira Cloud's search is a POST that only reads."""
    path = (request.path_url or "").partition("?")[0]
    return request.method not in READING and not path.endswith("/search/jql")


def of_connection(error: requests.RequestException, request: requests.PreparedRequest, name: str) -> PlatformError:
    """What a request that got no whole answer means."""
    if isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        advice = "check the address, or name the authority's certificate as ca_file"
        return PlatformError(f"{name} shows a certificate that is not trusted; {advice}.", platform_down=True)
    if _never_sent(error):
        return PlatformError(f"{name} cannot be reached: no connection could be made.", platform_down=True, quick=True)
    writing = is_write(request)
    if isinstance(error, requests.Timeout):
        return PlatformError(f"{name} did not answer in time{_perhaps(writing)}", platform_down=True, ambiguous=writing)
    message = f"{name} cut the connection before its answer was whole{_perhaps(writing)}"
    return PlatformError(message, platform_down=True, ambiguous=writing, quick=not writing)


@contextmanager
def understood(name: str, form: str, odd: tuple[type[Exception], ...], *, writing: bool) -> Iterator[None]:
    """Turn what a platform's library makes of a strangely shaped answer into a `PlatformError`; its text holds bodies.

    `form` says whose the answer should have been, `odd` is what the library raises where it was not.
    """
    try:
        yield
    except requests.RequestException:
        # Those of the wire are PlatformErrors already: this request could not even be built.
        message = f"{name}: the request could not be built; check its url and credentials."
        raise PlatformError(message, platform_down=True) from None
    except odd:
        message = f"{name} answered in a form that is not {form}; check its url."
        raise PlatformError(message, platform_down=True, ambiguous=writing) from None


def _perhaps(writing: bool) -> str:
    return "; the write may have been done." if writing else "."


def _never_sent(error: requests.RequestException) -> bool:
    """Whether the connection was never made, so that nothing can have been done."""
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError):
        return True
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", cause)
    return isinstance(reason, urllib3.exceptions.NewConnectionError | urllib3.exceptions.ConnectTimeoutError)


def check(response: requests.Response, dialect: Dialect) -> None:
    """Raise `PlatformError` unless the answer is one that a library may be given: right status, readable JSON."""
    status, writing = response.status_code, is_write(response.request)
    if status >= 400 or (status < 300 and dialect.denied(response)):
        raise _refused(response, dialect, writing)
    if status in {301, 302, 303, 307, 308}:
        message = f"{dialect.name} answered with a redirect, which is never followed; set its url to the final address."
        raise PlatformError(message, platform_down=True, status=status)
    if status not in (dialect.accepted if writing else {200}):
        message = f"{dialect.name} answered HTTP {status} without saying that it did it{_perhaps(writing)}"
        raise PlatformError(message, platform_down=True, ambiguous=writing, status=status)
    if status != 204:
        _check_body(response, dialect, writing)


def _check_body(response: requests.Response, dialect: Dialect, writing: bool) -> None:
    """Raise unless the body is JSON without an error in it."""
    try:
        body = json.loads(response.content)
    except ValueError:
        kind = (
            "a web page (it may be asleep, or ask for a login)" if b"<html" in response.content[:2000].lower() else ""
        )
        message = f"{dialect.name} answered with {kind or 'something that is not JSON'}{_perhaps(writing)}"
        raise _unreadable(message, response, writing) from None
    if dialect.error_in(body):
        detail = _clean(dialect.said(body).text, dialect)
        raise _unreadable(f"{dialect.name} reported an error with a good status: {detail}", response, writing)


def _unreadable(message: str, response: requests.Response, writing: bool) -> PlatformError:
    return PlatformError(message, platform_down=True, ambiguous=writing, status=response.status_code, quick=not writing)


def _refused(response: requests.Response, dialect: Dialect, writing: bool) -> PlatformError:
    """What a bad status means."""
    status, wait = response.status_code, retry_after(response.headers)
    said = _said(response, dialect)
    detail = _clean(said.text, dialect)
    if dialect.denied(response):
        advice = dialect.advice.get(401, "Check the credentials.")
        return PlatformError(_sentence(dialect.name, response, detail, advice), platform_down=True, status=status)
    message = _sentence(dialect.name, response, detail, dialect.advice.get(status, ""))
    if status == 429:
        down = not dialect.one_record_only(response)
        return PlatformError(message, retry_after=wait, platform_down=down, status=status, quick=wait is not None)
    if status >= 500:
        asked = status == 503 and wait is not None
        unsure = writing and not asked
        quick = asked or not writing
        message += " The write may have been done." if unsure else ""
        return PlatformError(
            message, retry_after=wait, platform_down=True, ambiguous=unsure, status=status, quick=quick
        )
    if status in LATER:
        return PlatformError(message, retry_after=wait, ambiguous=writing and status == 408, status=status)
    refused = {name: _clean(words, dialect) for name, words in said.fields.items()}
    return PlatformError(message, permanent=True, status=status, refused=refused)


def _said(response: requests.Response, dialect: Dialect) -> Said:
    """The body's own words, or nothing where it cannot be read."""
    try:
        return dialect.said(json.loads(response.content))
    except ValueError:
        return Said()


def _sentence(name: str, response: requests.Response, detail: str, advice: str) -> str:
    """One or two sentences for people: who, what was tried, the status, the platform's words, what to do."""
    what = f"the write of {wrote}" if (wrote := _field_names(response.request)) else "the request"
    begin = f"{name} did not accept {what} (HTTP {response.status_code})"
    ended = detail if detail.endswith((".", "!", "?")) or not detail else f"{detail}."
    return " ".join(part for part in (f"{begin}: {ended}" if ended else f"{begin}.", advice) if part)


def _field_names(request: requests.PreparedRequest) -> str:
    """The names of the fields that a write holds, for the sentence about it."""
    if not is_write(request) or not request.body:
        return ""
    try:
        body = json.loads(request.body)
    except ValueError:
        return ""
    names = body.get("fields") or body if isinstance(body, dict) else {}
    return ", ".join(sorted(str(name) for name in names))


def _clean(text: str, dialect: Dialect) -> str:
    """The platform's words without control characters and secrets, cut to a readable length."""
    for secret in dialect.secrets():
        text = text.replace(secret, "***") if secret else text
    text = re.sub(r"\s+", " ", re.sub(r"[\x00-\x1f\x7f]", " ", text)).strip()
    return text if len(text) <= LONGEST_DETAIL else text[: LONGEST_DETAIL - 1] + "…"
