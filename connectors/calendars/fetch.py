"""Fetching a feed: over HTTPS, in bounds of size and time, and never sent on to an address inside the network."""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urljoin

import requests
from urllib3.exceptions import HTTPError
from urllib3.util import parse_url

from core.ports import DeliveryError

LARGEST = 4 * 1024 * 1024
CONNECT, READ, WHOLE = 5.0, 15.0, 30.0
"""Seconds: to connect, between two parts of the answer, for all of it."""
REDIRECTS = 3

_TRANSLATED = tuple(map(ipaddress.IPv6Network, ("::/96", "64:ff9b::/96")))
"""Networks whose addresses end in the IPv4 address for which they stand."""

Look = Callable[[str], list[str]]
"""The addresses of a host; raises `OSError`."""


def addresses(host: str) -> list[str]:
    """What the host's name stands for; raises `OSError`."""
    return [str(one[4][0]) for one in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]


def read_file(path: str) -> bytes:
    """A feed that something else puts on this machine; raises `DeliveryError`."""
    try:
        with Path(path).open("rb") as file:
            body = file.read(LARGEST + 1)
    except OSError as error:
        raise DeliveryError(f"the file cannot be read: {error.strerror or 'unreadable'}.") from None
    _check_size(body)
    return body


def fetch(url: str, look: Look = addresses) -> bytes:
    """The body at that address; raises `DeliveryError`, which never tells the address: it is a secret."""
    url = f"https://{url.removeprefix('webcal://')}" if url.startswith("webcal://") else url
    first, deadline = _host(url), time.monotonic() + WHOLE
    _check_scheme(url)
    for _ in range(REDIRECTS + 1):
        with requests.Session() as session:
            status, answer = _get(session, url, deadline)
        if status == HTTPStatus.OK:
            return answer
        url = urljoin(url, answer.decode())
        _check_scheme(url)
        if _host(url) != first:
            _check_outside(_host(url), look)
    raise DeliveryError(f"it was sent on more than {REDIRECTS} times.")


def _get(session: requests.Session, url: str, deadline: float) -> tuple[int, bytes]:
    """The status and the body; of a redirect, where to instead."""
    headers = {"Accept": "text/calendar", "User-Agent": "rung"}
    try:
        with session.get(url, headers=headers, stream=True, allow_redirects=False, timeout=(CONNECT, READ)) as response:
            if response.is_redirect:
                return response.status_code, response.headers["location"].encode()
            if response.status_code != HTTPStatus.OK:
                raise DeliveryError(f"the calendar's server answered with status {response.status_code}.")
            return HTTPStatus.OK, _body(response, deadline)
    except (requests.RequestException, HTTPError, UnicodeError, ValueError) as error:
        raise DeliveryError(f"the calendar's server could not be asked: {type(error).__name__}.") from None


def _body(response: requests.Response, deadline: float) -> bytes:
    body = bytearray()
    # What has come so far, however little: waiting for a whole part, a byte now and then would outlast every deadline.
    while part := response.raw.read1(65536, decode_content=True):
        body += part
        _check_size(body)
        if time.monotonic() > deadline:
            raise DeliveryError(f"the calendar's server took longer than {WHOLE:.0f} seconds.")
    return bytes(body)


def _check_size(body: bytes | bytearray) -> None:
    if len(body) > LARGEST:
        raise DeliveryError(f"the calendar is larger than {LARGEST // 1024 // 1024} MiB.")


def _host(url: str) -> str:
    """The host that will be asked: read by whom requests has it read, for others read odd addresses otherwise."""
    try:
        return (parse_url(url).host or "").strip("[]").casefold()
    except (HTTPError, ValueError):
        return ""


def _check_scheme(url: str) -> None:
    """Only HTTPS, whose certificate proves the host whatever its name is made to stand for; HTTP on this machine."""
    host, scheme = _host(url), url.partition(":")[0].lower()
    if not host or not (scheme == "https" or (scheme == "http" and _is_here(host))):
        raise DeliveryError("the calendar's address is none of https; plain http is only for this machine.")


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_outside(address: str) -> bool:
    """Whether an address is everybody's, and so is the IPv4 address within it where it stands for one."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        last = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        within = found.sixtofour or (last if any(found in network for network in _TRANSLATED) else None)
        if found.is_site_local or (within and not within.is_global):
            return False
    return found.is_global


def _check_outside(host: str, look: Look) -> None:
    """Where a server sends us on to is its choice: it must not have us ask inside the network for it."""
    try:
        found = look(host)
        inside = not found or not all(map(_is_outside, found))
    except (OSError, ValueError):
        inside = True
    if inside:
        raise DeliveryError("the calendar's server sends on to an address inside the network, which is not asked.")
