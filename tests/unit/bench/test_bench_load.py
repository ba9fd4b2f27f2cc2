"""What the load generator sends, and how it counts what comes back."""

from __future__ import annotations

import asyncio
import json

import pytest

from bench.alerts import Requests, signature
from bench.load import Run, send, whole
from bench.mapping import events_of
from bench.noop import Nothing


def keys(requests: Requests, count: int) -> list[str]:
    return [event.key for number in range(count) for event in events_of("alertmanager", requests.body(number))]


def test_every_body_differs_and_tells_of_another_alert() -> None:
    requests = Requests("/")
    assert len({requests.body(number) for number in range(20)}) == 20
    assert len(set(keys(requests, 20))) == 20


def test_repeats_are_different_bodies_about_the_same_alerts() -> None:
    requests = Requests("/", keys=5)
    assert len({requests.body(number) for number in range(20)}) == 20
    assert len(set(keys(requests, 20))) == 5


def test_a_batch_holds_as_many_alerts_as_were_asked_for() -> None:
    assert len(set(keys(Requests("/", alerts=50), 2))) == 100


def test_alerts_are_of_as_many_names_and_as_bad_as_was_asked_for() -> None:
    requests = Requests("/", groups=4, severity="warning")
    told = [json.loads(requests.body(number))["alerts"][0]["labels"] for number in range(8)]
    assert len({labels["alertname"] for labels in told}) == 4
    assert {labels["severity"] for labels in told} == {"warning"}


def test_a_request_is_signed_and_tells_its_length() -> None:
    head, _, body = Requests("/webhooks/kept").request(3).partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /webhooks/kept HTTP/1.1"
    assert f"Content-Length: {len(body)}" in lines
    assert f"X-Hub-Signature: {signature(body)}" in lines
    assert json.loads(body)["status"] == "firing"


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (b"HTTP/1.1 202 Accepted\r\ncontent-length: 2\r\n\r\n{}", "202"),
        (b"HTTP/1.1 503 No\r\nContent-Length: 3\r\n\r\nabc", "503"),
        (b"HTTP/1.1 202 Accepted\r\ncontent-length: 2\r\n\r\n{", None),
        (b"HTTP/1.1 202 Acc", None),
        (b"HTTP/1.1 204 Nothing\r\n\r\n", "204"),
    ],
)
def test_an_answer_counts_once_it_is_whole(answer: bytes, status: str | None) -> None:
    assert whole(answer) == status


async def answered(run: Run, connections: int) -> float:
    server = await asyncio.get_running_loop().create_server(Nothing, "127.0.0.1", 0)
    try:
        return await send(run, server.sockets[0].getsockname()[1], connections)
    finally:
        server.close()
        await server.wait_closed()


def test_it_sends_as_many_as_it_was_told_to_and_counts_the_answers() -> None:
    run = Run(Requests("/"), count=50, seconds=10, rate=0)
    asyncio.run(answered(run, 4))
    told = run.told(1.0)
    assert told["requests"] == 50
    assert told["statuses"] == {"202": 50}


def test_with_a_rate_requests_are_sent_at_even_distances() -> None:
    run = Run(Requests("/"), count=1000, seconds=0.2, rate=100)
    spent = asyncio.run(answered(run, 4))
    assert run.sent == 20
    assert spent >= 0.19
