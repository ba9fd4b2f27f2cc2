"""A lean stand-in for ServiceNow, and for a channel that takes messages, that notes when each record arrives.

`python -m bench.standin --port PORT` serves the same in a process of its own, for what is measured in this one.

The sandbox plays ServiceNow faithfully and is slow for it; this one answers just enough of the Table API for the
connector to be content, so that what is measured is Rung.
"""

from __future__ import annotations

import asyncio
import json
import queue
import signal
import threading
import time
import uuid
from collections.abc import Mapping
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

import click

Json = dict[str, object]
_END = b"\r\n\r\n"


def url_at(port: int) -> str:
    """Where the stand-in at that port plays ServiceNow."""
    return f"http://127.0.0.1:{port}"


def way_at(port: int) -> str:
    """Where the stand-in at that port takes messages to people, as Apprise reads it."""
    return f"json://127.0.0.1:{port}/notice"


class StandIn:
    """Serves in a thread of this process for as long as the block runs.

    `arrivals` gets, for every record that is created, the moment (time.monotonic) at which its request had arrived
    whole, and its short description. `notices` gets the same of every message to people: the moment, and its body.
    """

    def __init__(self, port: int = 0) -> None:
        self.arrivals: queue.SimpleQueue[tuple[float, str]] = queue.SimpleQueue()
        self.notices: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
        self.requests = 0
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(
            self._loop.create_server(lambda: _Connection(self), "127.0.0.1", port)
        )
        self.port = int(self._server.sockets[0].getsockname()[1])
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def url(self) -> str:
        """Where it is."""
        return url_at(self.port)

    @property
    def way(self) -> str:
        """Where messages to people go, as Apprise reads it."""
        return way_at(self.port)

    def cpu(self) -> float:
        """Seconds of processor time that it has spent on all its `requests`."""
        assert self._thread.ident is not None
        return time.clock_gettime(time.pthread_getcpuclockid(self._thread.ident))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._server.close()
        self._loop.close()


class _Connection(asyncio.Protocol):
    """One keep-alive connection."""

    def __init__(self, owner: StandIn) -> None:
        self._owner = owner
        self._came = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer as soon as a request is whole."""
        self._came += data
        head, found, rest = self._came.partition(_END)
        length = _length(head)
        if not found or len(rest) < length:
            return
        self._came = b""
        self._owner.requests += 1
        method, target = head.split(b" ", 2)[:2]
        status, answer = self._answer(method.decode(), target.decode(), rest[:length])
        body = json.dumps(answer).encode()
        lines = f"HTTP/1.1 {status} Done\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self._transport.write(lines.encode() + body)

    def _answer(self, method: str, target: str, body: bytes) -> tuple[int, Json]:
        if method == "GET":
            return 200, {"result": [looked_up(parse_qs(urlsplit(target).query).get("sysparm_query", [""])[0])]}
        if not target.startswith("/api/now/table/"):
            self._owner.notices.put((time.monotonic(), body))
            return 200, {}
        sent = json.loads(body)
        if method == "POST":
            self._owner.arrivals.put((time.monotonic(), sent.get("short_description", "")))
        sys_id = uuid.uuid4().hex if method == "POST" else urlsplit(target).path.rsplit("/", 1)[1]
        return (201 if method == "POST" else 200), {"result": record(sys_id, sent)}


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


def looked_up(query: str) -> Json:
    """Whatever is looked for by equal values is there."""
    wanted = dict(part.split("=", 1) for part in query.split("^") if "=" in part)
    return {**wanted, "sys_id": "5e" * 16}


def record(sys_id: str, sent: Mapping[str, object]) -> Json:
    """A record that holds what was sent, read with raw and display values."""
    fields = {**sent, "sys_id": sys_id, "number": f"INC{sys_id[:7]}", "sys_mod_count": "0"}
    return {name: {"value": value, "display_value": value} for name, value in fields.items()}


@click.command()
@click.option("--port", type=int, required=True)
def main(port: int) -> None:
    """Answer until ended; nobody reads what arrives."""
    with StandIn(port):
        signal.pause()


if __name__ == "__main__":
    main()
