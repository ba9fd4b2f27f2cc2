"""Whose word about where a request is from counts."""

from __future__ import annotations

import pytest
from flask import Flask, request

from console.peers import Peers

PROXIES = Peers.of("10.0.0.0/8 fd00::/8")


def client(peers: Peers, peer: str, *told: str) -> str:
    headers = [("X-Forwarded-For", one) for one in told]
    with Flask("x").test_request_context("/", headers=headers, environ_overrides={"REMOTE_ADDR": peer}):
        return peers.client(request)


@pytest.mark.parametrize(
    ("peer", "told", "found"),
    [
        ("10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("fd00::1", ["2001:db8::9"], "2001:db8::9"),
        ("::ffff:10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["1.1.1.1, 203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["127.0.0.1, 203.0.113.9, 10.2.0.1"], "203.0.113.9"),
        ("10.0.0.1", ["1.1.1.1", "203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["10.0.0.2"], "10.0.0.1"),
        ("10.0.0.1", [" , "], "10.0.0.1"),
        ("203.0.113.9", ["127.0.0.1"], "203.0.113.9"),
    ],
)
def test_the_last_address_that_is_no_proxy_of_ours_asked(peer: str, told: list[str], found: str) -> None:
    assert client(PROXIES, peer, *told) == found


def test_without_proxies_no_header_counts() -> None:
    assert client(Peers(), "10.0.0.1", "203.0.113.9") == "10.0.0.1"


@pytest.mark.parametrize(
    ("peer", "told", "clear"),
    [
        ("10.0.0.1", "http", True),
        ("10.0.0.1", "https, http", True),
        ("10.0.0.1", "http, https", False),
        ("10.0.0.1", "", False),
        ("203.0.113.9", "http", False),
        ("not an address", "http", False),
    ],
)
def test_plain_http_is_what_our_own_proxy_says(peer: str, told: str, clear: bool) -> None:
    headers = {"X-Forwarded-Proto": told} if told else {}
    with Flask("x").test_request_context("/", headers=headers, environ_overrides={"REMOTE_ADDR": peer}):
        assert PROXIES.in_the_clear(request) is clear
