"""Senders that begin and do not end, and many of them: everybody else is answered as ever."""

from __future__ import annotations

import time

import requests

from rung import patience
from tests.hostile.prey import TOKEN, Prey
from tests.hostile.raw import held

BODY_BEGUN = (
    "POST /webhooks/alertmanager HTTP/1.1\r\nHost: rung\r\nContent-Type: application/json\r\n"
    f"Authorization: Bearer {TOKEN}\r\nContent-Length: 50\r\n\r\n{{"
).encode()
HEAD_BEGUN = b"POST /webhooks/alertmanager HTTP/1.1\r\nHost"
JSON = {"Content-Type": "application/json"}


def _others_are_answered(prey: Prey) -> None:
    for path in ("/healthz", "/readyz", "/api/v1/tickets"):
        assert requests.get(f"{prey.url}{path}", timeout=30).status_code == 200


def test_bodies_that_do_not_end_hold_nobody_up(prey: Prey) -> None:
    most = patience.AT_ONCE
    with held(prey.port, most, BODY_BEGUN):
        _others_are_answered(prey)
        time.sleep(0.5)  # until all of them wait
        with held(prey.port, 1, BODY_BEGUN) as (beyond,):
            answer = beyond.recv(4096)
    assert b" 503 " in answer.split(b"\r\n")[0]
    assert b"retry-after: 1" in answer.lower()
    _others_are_answered(prey)


def test_a_thousand_heads_that_do_not_end_hold_nobody_up(prey: Prey) -> None:
    before = prey.memory()
    with held(prey.port, 1200, HEAD_BEGUN):
        _others_are_answered(prey)
        assert prey.memory() - before < 100 * 1024 * 1024
    _others_are_answered(prey)


def test_a_body_in_pieces_is_held_to_the_same_limit(prey: Prey) -> None:
    pieces = iter([b"{", b" " * 70_000, b"}"])
    answer = requests.post(f"{prey.url}/api/v1/tickets/rebase", data=pieces, headers=JSON, timeout=10)
    assert (answer.status_code, answer.json()) == (413, {"error": "The request is larger than 64 KiB."})
