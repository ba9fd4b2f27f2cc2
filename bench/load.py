"""`python -m bench.load`: the load generator, a process of its own with keep-alive connections on one asyncio loop.

Without a rate every connection sends its next request as soon as it has its answer. With a rate, requests are due at
even distances and their latency counts from when they were due, so that a server that stalls is not flattered.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import click

from bench.alerts import Requests
from bench.timing import percentile

_END = b"\r\n\r\n"
_LENGTH = b"content-length:"


@dataclass(slots=True)
class Run:
    """What is sent and what came back. It ends after `count` requests or `seconds`, whichever is first."""

    requests: Requests
    count: int
    seconds: float
    rate: float
    sent: int = 0
    began: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)

    def next(self) -> tuple[float, bytes] | None:
        """When the next request is due (on the monotonic clock), and the request; None when the run is over."""
        offset = self.sent / self.rate if self.rate else time.monotonic() - self.began
        if self.sent >= self.count or offset >= self.seconds:
            return None
        self.sent += 1
        return self.began + offset, self.requests.request(self.sent - 1)

    def told(self, spent: float) -> dict[str, object]:
        """The result: requests, seconds, what was answered, latencies in ms, our own CPU time per request in µs.

        `began` is when, on the machine's monotonic clock.
        """
        done = len(self.latencies)
        return {
            "began": self.began,
            "requests": done,
            "seconds": spent,
            "statuses": dict(self.statuses),
            "p50": percentile(self.latencies, 50) * 1000 if done else None,
            "p99": percentile(self.latencies, 99) * 1000 if done else None,
            "cpu": time.process_time() / done * 1e6 if done else None,
        }


class Connection(asyncio.Protocol):
    """One keep-alive connection: one request at a time."""

    def __init__(self, run: Run, ended: asyncio.Future[None]) -> None:
        self._run, self._ended = run, ended
        self._answer = b""
        self._due = 0.0
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        """Take in a part of the answer."""
        self._answer += data
        if (status := whole(self._answer)) is None:
            return
        self._answer = b""
        self._run.latencies.append(time.monotonic() - self._due)
        self._run.statuses[status] += 1
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        """The run is over, or the server went away."""
        if not self._ended.done():
            self._ended.set_result(None)
        if exc is not None:
            self._run.statuses[type(exc).__name__] += 1

    def _next(self) -> None:
        following = self._run.next()
        if following is None:
            self._transport.close()
            return
        self._due, request = following
        wait = self._due - time.monotonic()
        if wait > 0:
            asyncio.get_running_loop().call_later(wait, self._transport.write, request)
        else:
            self._transport.write(request)


def whole(answer: bytes) -> str | None:
    """The status of an answer that is complete, else None."""
    head, found, body = answer.partition(_END)
    if not found:
        return None
    at = head.lower().find(_LENGTH)
    length = int(head[at + len(_LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0
    return head[9:12].decode() if len(body) >= length else None


async def send(run: Run, port: int, connections: int) -> float:
    """Send it all; returns the seconds that it took."""
    loop = asyncio.get_running_loop()
    run.began = time.monotonic()
    ends = [loop.create_future() for _ in range(connections)]
    for ended in ends:
        await loop.create_connection(lambda ended=ended: Connection(run, ended), "127.0.0.1", port)  # type: ignore[misc] # mypy cannot infer a lambda with a default
    await asyncio.gather(*ends)
    return time.monotonic() - run.began


@click.command()
@click.option("--port", type=int, required=True, help="Where to send to, on 127.0.0.1.")
@click.option("--path", required=True, help="The path to post to.")
@click.option("--connections", default=16, show_default=True)
@click.option("--seconds", default=3.0, show_default=True, help="How long at most.")
@click.option("--count", default=1_000_000, help="How many requests at most.")
@click.option("--rate", default=0.0, help="Requests per second; 0 for as fast as they are answered.")
@click.option("--alerts", default=1, show_default=True, help="Alerts in each body.")
@click.option("--first", default=0, help="Number of the first alert.")
@click.option("--keys", default=0, help="So many different alerts, over and over; 0 for always new ones.")
@click.option("--groups", default=1, show_default=True, help="So many different names among the alerts.")
@click.option("--severity", default="critical", show_default=True, help="What the alerts say of how bad it is.")
def main(port: int, connections: int, seconds: float, count: int, rate: float, **alerts: Any) -> None:
    """Send signed Alertmanager webhooks and print what came of it as JSON."""
    run = Run(Requests(**alerts), count, seconds, rate)
    spent = asyncio.run(send(run, port, connections))
    click.echo(json.dumps(run.told(spent)))


if __name__ == "__main__":
    main()
