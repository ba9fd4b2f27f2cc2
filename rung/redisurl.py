"""Redis by its address: one server, or the master that a group of Sentinels names at the moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

import redis
from redis.backoff import NoBackoff
from redis.connection import parse_url
from redis.retry import Retry
from redis.sentinel import Sentinel

_DIRECT = {"redis", "rediss", "unix"}
_BY_SENTINEL = {"redis+sentinel": "redis", "rediss+sentinel": "rediss"}
"""Our schemes, and how redis-py calls a server that is reached likewise."""
_SENTINEL_PORT = 26379
_FORMS = (
    "an address like redis://:password@host:6379/0, rediss://... with TLS, unix:///path?db=0, "
    "or redis+sentinel://:password@host:26379,host:26379/name/0"
)


@dataclass(frozen=True, slots=True)
class Group:
    """The Sentinels of an address: where they are, the name that they know the master by, how either is spoken to."""

    hosts: tuple[tuple[str, int], ...]
    name: str
    server: dict[str, Any] = field(repr=False)
    sentinel: dict[str, Any] = field(repr=False)


def checked(url: str) -> str:
    """The address itself, where it can be one; raises `ValueError` that says what it may look like."""
    try:
        scheme = urlsplit(url).scheme
        known = scheme in {*_DIRECT, *_BY_SENTINEL}
        _ = group(url) if scheme in _BY_SENTINEL else _parsed(url)
    except (ValueError, TypeError):  # whose words can hold the password
        known = False
    if not known:
        raise ValueError(_FORMS) from None
    return url


def client(url: str, **options: Any) -> redis.Redis:
    """A client for the address, not connected yet. `options` are redis-py's, such as socket_timeout in seconds.

    Over Sentinels the master is asked for whenever a connection is made, so a fail-over is followed by itself; while
    there is none, commands raise `redis.ConnectionError` like those to a server that is away.
    """
    if urlsplit(url).scheme not in _BY_SENTINEL:
        return redis.Redis.from_url(url, **options)
    found = group(url)
    # A Sentinel that is away is passed over at once: there are others, and whoever rings must not be held up.
    patience = {"socket_connect_timeout": 1, "socket_timeout": 1, "retry": Retry(NoBackoff(), 0)}
    untyped: Any = Sentinel  # as redis-py leaves it
    asked = untyped(list(found.hosts), sentinel_kwargs={**patience, **found.sentinel})
    made: redis.Redis = asked.master_for(found.name, **{**options, **found.server})
    return made


def group(url: str) -> Group:
    """Read an address of Sentinels; raises `ValueError` where it is none.

    Its user, password, database and parameters are the server's. The Sentinels get the same TLS; a user and password of
    their own stand in the parameters sentinel_username and sentinel_password.
    """
    parts = urlsplit(url)
    login, _, hosts = parts.netloc.rpartition("@")
    name, _, number = parts.path.strip("/").partition("/")
    if not name or not hosts or (number and not number.isdigit()):
        raise ValueError(_FORMS)
    at = f"{login}@" if login else ""
    same = f"{_BY_SENTINEL[parts.scheme]}://{at}localhost/{number or 0}?{parts.query}"
    server = _parsed(same)
    del server["host"]
    server.pop("connection_class", None)
    theirs = {key: server.pop(f"sentinel_{key}") for key in ("username", "password") if f"sentinel_{key}" in server}
    if parts.scheme == "rediss+sentinel":
        server["ssl"] = True
    tls = {key: value for key, value in server.items() if key.startswith("ssl")}
    return Group(tuple(_address(one) for one in hosts.split(",")), unquote(name), server, {**tls, **theirs})


def _parsed(url: str) -> dict[str, Any]:
    """What redis-py reads out of an address."""
    untyped: Any = parse_url  # as redis-py leaves it
    return dict(untyped(url))


def _address(text: str) -> tuple[str, int]:
    found = urlsplit(f"//{text}")
    if not found.hostname:
        raise ValueError(_FORMS)
    return found.hostname, found.port or _SENTINEL_PORT
