"""Patience with slow senders: how many requests may wait for the rest of their bodies, and for how long.

Granian hands a request over as soon as its head is there, bounds only how long the head takes, and reads the body for
whoever asks, however long that is. So each sender that begins a body and does not end it would have a thread for
itself, and a handful of them the whole web role. Here those that wait are counted, those beyond `AT_ONCE` are asked to
come again, and what takes longer than `SECONDS` is cut off. WSGI tells no request's connection; but whoever sends a
body gets no answer meanwhile, so that the peer's connections to which nothing was sent for that long are cut: the slow
one, and idle ones with it, which lose nothing.
"""

from __future__ import annotations

import contextlib
import ipaddress
import itertools
import os
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import structlog
from werkzeug.exceptions import ServiceUnavailable

SECONDS = 20.0
"""How long a body may take, from its first read on."""
AT_ONCE = 64
"""So many requests may wait for their bodies. The server has as many threads more than it works with."""
BUSY = "Too many senders take their time over their bodies at this moment. Send it again."

_LOOK_SECONDS = 1.0
_PLACE_SECONDS = 0.1
"""A body that is there already is read in less than this: many honest senders at once are let in one after another."""
_LAST_SENT = struct.Struct("=10I")
"""Linux' tcp_info behind its eight bytes of flags; the last of these numbers is `tcpi_last_data_sent`, in ms."""
_log = structlog.get_logger("rung.web")

Cut = Callable[[set[str]], int]
"""Ends those addresses' connections to which nothing was sent for too long; returns how many they were."""


class _Body(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class Patience:
    """Which requests wait for their bodies, and what is done about those that wait for too long."""

    def __init__(self, cut: Cut, seconds: float = SECONDS, at_once: int = AT_ONCE) -> None:
        self._seconds, self._cut = seconds, cut
        self._places = threading.BoundedSemaphore(at_once)
        self._waiting: dict[int, tuple[str, float]] = {}
        self._numbers = itertools.count()

    def around(self, application: WSGIApplication) -> WSGIApplication:
        """The application, with this patience."""

        def called(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            if environ.get("CONTENT_LENGTH") or environ.get("HTTP_TRANSFER_ENCODING"):
                environ["wsgi.input"] = _Awaited(environ["wsgi.input"], self, environ.get("REMOTE_ADDR", ""))
            return application(environ, start_response)

        return called

    @contextlib.contextmanager
    def waiting(self, peer: str, began: float) -> Iterator[None]:
        """For as long as a read lasts; raises `ServiceUnavailable` where too many wait."""
        if not self._places.acquire(timeout=_PLACE_SECONDS):
            raise ServiceUnavailable(BUSY, retry_after=1)
        number = next(self._numbers)
        self._waiting[number] = (peer, began)
        try:
            yield
        finally:
            del self._waiting[number]
            self._places.release()

    def watch(self) -> None:
        """Cut off, for ever, whoever takes too long; in a thread of its own."""
        threading.Thread(target=self._watch, name="patience", daemon=True).start()

    def _watch(self) -> None:
        while True:
            time.sleep(_LOOK_SECONDS)
            try:
                self.look(time.monotonic())
            except Exception:  # noqa: BLE001 - the outermost boundary of a thread: nobody would be cut off any more
                _log.exception("slow senders could not be looked at; they are again in a second")

    def look(self, now: float) -> None:
        """Cut off those that take too long by now."""
        late = {peer for peer, began in list(self._waiting.values()) if now - began > self._seconds}
        if late:
            many = self._cut(late)
            _log.warning("a body took too long and was cut off", peers=sorted(late), connections=many)


class _Awaited:
    """A request's body, each read of which is waited for with patience."""

    def __init__(self, body: _Body, patience: Patience, peer: str) -> None:
        self._body, self._patience, self._peer, self._began = body, patience, peer, 0.0

    def read(self, size: int = -1) -> bytes:
        """So many bytes, or all; raises `ServiceUnavailable` where too many senders take their time."""
        self._began = self._began or time.monotonic()
        with self._patience.waiting(self._peer, self._began):
            return self._body.read() if size < 0 else self._body.read(size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._body, name)


def cut_off(peers: set[str], port: int, seconds: float = SECONDS) -> int:
    """End what those addresses have with our port where nothing was sent to them for so long; how many these were.

    By Linux' own account of each connection; elsewhere none is ended.
    """
    if not sys.platform.startswith("linux"):
        return 0
    late = {_plain(one) for one in peers}
    return sum(_end(int(name), late, port, seconds) for name in os.listdir("/proc/self/fd"))  # noqa: PTH208 - names


def _end(number: int, peers: set[str], port: int, seconds: float) -> bool:
    """Looked at through a handle of our own: the server may close its one, and open another by that number.

    The port is ours on what others opened; to a database on the peer's host we have connections of our own.
    """
    try:
        with _handle(number) as connection:
            if connection.getsockname()[1] != port or _plain(str(connection.getpeername()[0])) not in peers:
                return False
            told = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 8 + _LAST_SENT.size)
            if _LAST_SENT.unpack_from(told, 8)[-1] < (seconds - _LOOK_SECONDS) * 1000:
                return False
            connection.shutdown(socket.SHUT_RDWR)
    except (OSError, IndexError, struct.error):  # no socket, none of TCP, none that is connected
        return False
    return True


def _handle(number: int) -> socket.socket:
    """A handle of our own for what that number stands for; where that is no socket, `OSError` and nothing left open."""
    handle = os.dup(number)
    try:
        return socket.socket(fileno=handle)
    except OSError:
        os.close(handle)
        raise


def _plain(address: str) -> str:
    """An address in one form: IPv4's may come mapped into IPv6."""
    with contextlib.suppress(ValueError):
        parsed = ipaddress.ip_address(address.partition("%")[0])
        return str(getattr(parsed, "ipv4_mapped", None) or parsed)
    return address
