"""Slow senders: few at once, not for long, and nobody else waits for them."""

from __future__ import annotations

import io
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.test import EnvironBuilder

from rung.patience import Patience, cut_off


def nobody(peers: set[str]) -> int:
    raise AssertionError(peers)


def _read(patience: Patience, body: bytes = b"a body", size: int = -1) -> bytes:
    """What an application reads of a request with that body."""
    read: list[bytes] = []

    def application(environ: dict[str, Any], start_response: object) -> list[bytes]:
        read.append(environ["wsgi.input"].read(size))
        return []

    environ = EnvironBuilder(method="POST", input_stream=io.BytesIO(body), content_length=len(body)).get_environ()
    patience.around(application)(environ, lambda *_: lambda _: None)  # type: ignore[arg-type] # never called
    return read[0]


def test_a_body_is_read_as_it_came() -> None:
    assert _read(Patience(nobody)) == b"a body"
    assert _read(Patience(nobody), size=3) == b"a b"


def test_beyond_so_many_that_wait_a_sender_is_asked_to_come_again() -> None:
    patience = Patience(nobody, at_once=2)
    with ExitStack() as waiting:
        for peer in ("192.0.2.1", "192.0.2.2"):
            waiting.enter_context(patience.waiting(peer, 0.0))
        with pytest.raises(ServiceUnavailable) as refused:
            _read(patience)
        assert refused.value.retry_after == 1
    assert _read(patience) == b"a body"


def test_whoever_takes_too_long_is_cut_off_and_nobody_else() -> None:
    cut: list[set[str]] = []

    def note(peers: set[str]) -> int:
        cut.append(peers)
        return 1

    patience = Patience(note, seconds=20)
    with patience.waiting("192.0.2.1", began=100.0), patience.waiting("192.0.2.2", began=110.0):
        patience.look(119.0)
        assert cut == []
        patience.look(121.0)
        assert cut == [{"192.0.2.1"}]
    patience.look(1000.0)
    assert len(cut) == 1


@contextmanager
def connected() -> Iterator[tuple[socket.socket, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as sender:
        taken, _ = server.accept()
        with taken:
            yield sender, taken


def test_a_connection_to_which_nothing_was_sent_for_so_long_is_ended() -> None:
    with connected() as (sender, taken):
        port, elsewhere = taken.getsockname()[1], sender.getsockname()[1]
        sender.sendall(b"POST / HTTP/1.1\r\n")
        assert cut_off({"192.0.2.1"}, port, seconds=0) == 0
        assert cut_off({"127.0.0.1"}, port, seconds=3600) == 0
        taken.sendall(b"still here")
        assert sender.recv(100) == b"still here"
        assert elsewhere != port
        assert cut_off({"::ffff:127.0.0.1"}, port, seconds=0) == 1
        assert sender.recv(100) == b""


def test_to_look_for_whom_to_cut_off_leaves_nothing_open() -> None:
    with connected() as (_, taken):
        no_socket = os.pipe()
        before = len(list(Path("/proc/self/fd").iterdir()))
        for _ in range(3):
            cut_off({"192.0.2.1"}, taken.getsockname()[1], seconds=0)
        assert len(list(Path("/proc/self/fd").iterdir())) == before
        for one in no_socket:
            os.close(one)


def test_whoever_cannot_be_cut_off_now_is_cut_off_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rung.patience._LOOK_SECONDS", 0.001)
    tries, done = [OSError("no handle is left")], threading.Event()

    def cut(peers: set[str]) -> int:
        if tries:
            raise tries.pop()
        done.set()
        return len(peers)

    patience = Patience(cut, seconds=0)
    with patience.waiting("192.0.2.1", began=0.0):
        patience.watch()
        assert done.wait(10)
