"""Connections as no library would make them: begun and not ended, in pieces, by the byte."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

TIMEOUT = 30.0


def opened(port: int) -> socket.socket:
    """A connection to the web role."""
    return socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)


@contextlib.contextmanager
def held(port: int, many: int, begin: bytes) -> Iterator[list[socket.socket]]:
    """So many connections on each of which those bytes were sent, and nothing more comes."""
    with contextlib.ExitStack() as stack:
        connections = []
        for _ in range(many):
            connections.append(stack.enter_context(opened(port)))
            connections[-1].sendall(begin)
        yield connections


def asked(port: int, request: bytes) -> bytes:
    """What is answered to those bytes; where nothing is, what is answered once no more of them come."""
    with opened(port) as connection, contextlib.suppress(ConnectionError):
        connection.sendall(request)
        connection.settimeout(1)
        with contextlib.suppress(TimeoutError):
            return connection.recv(65536)
        connection.settimeout(TIMEOUT)
        connection.shutdown(socket.SHUT_WR)
        return everything(connection)
    return b""


def everything(connection: socket.socket) -> bytes:
    """All that comes before the connection ends."""
    pieces = []
    with contextlib.suppress(ConnectionError):
        while piece := connection.recv(65536):
            pieces.append(piece)
    return b"".join(pieces)


def status(answer: bytes) -> int:
    """The status of an answer; 0 for what is none."""
    head = answer.split(b"\r\n", 1)[0].split()
    return int(head[1]) if len(head) > 1 and head[0].startswith(b"HTTP/1.") and head[1].isdigit() else 0
