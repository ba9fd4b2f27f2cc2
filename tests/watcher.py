"""What watches Rung from outside: it listens on loopback, and keeps what it heard."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

from tests.loopback import serving

KEY = "f3c1-hush"


@dataclass
class Watcher:
    """What it heard, and how it answers (0 for not at all)."""

    status: int = 200
    heard: list[str] = field(default_factory=list)
    url: str = ""

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        self.heard.append(f"{request.command} {request.path} {request.headers['User-Agent'].partition('/')[0]}")
        if self.status:
            request.send_response(self.status)
            request.send_header("Location", "/elsewhere")
            request.send_header("Content-Length", "0")
            request.end_headers()


@contextmanager
def watching() -> Iterator[Watcher]:
    """A watcher for as long as the block runs; its address holds a key, as real ones do."""
    made = Watcher()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.answer(self)

    with serving(Handler) as address:
        made.url = f"{address}/ping/{KEY}?state=up"
        yield made
