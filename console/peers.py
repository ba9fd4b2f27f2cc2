"""Who really sent a request: what proxies tell counts only where the proxy that tells it is one of ours."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from flask import Request

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Peers:
    """The networks of our own proxies; none, and nothing that a header tells of where a request is from counts."""

    proxies: tuple[Network, ...] = ()

    @classmethod
    def of(cls, text: str) -> Peers:
        """Networks with spaces between them; raises `ValueError`."""
        return cls(tuple(ipaddress.ip_network(one) for one in text.split()))

    def client(self, request: Request) -> str:
        """The address of whoever asked: the last one on the way that is none of our proxies'.

        Each proxy adds at the end whom it was asked by, so that what a client made up itself stands before that.
        """
        way = [request.environ.get("REMOTE_ADDR") or ""]
        if self._ours(way[0]):
            way += [one.strip() for one in reversed(",".join(request.headers.getlist("X-Forwarded-For")).split(","))]
        return next((one for one in way if one and not self._ours(one)), way[0])

    def in_the_clear(self, request: Request) -> bool:
        """Whether one of our proxies says that it was asked by plain http."""
        if not self._ours(request.environ.get("REMOTE_ADDR") or ""):
            return False
        return request.headers.get("X-Forwarded-Proto", "").rpartition(",")[2].strip().lower() == "http"

    def _ours(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return False
        plain = getattr(found, "ipv4_mapped", None) or found
        return any(plain.version == one.version and plain in one for one in self.proxies)


NO_PROXIES = Peers()
"""Nobody is believed about who asked."""
