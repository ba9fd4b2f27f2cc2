"""`python -m bench.floor`: the floor that ingest is held against, a bare Flask handler under Granian.

It verifies an HMAC and inserts one row, which is the least that an authentic and durable answer costs with these
libraries. The server's settings are those of Rung's web role (`rung.roles.run_web`).
"""

from __future__ import annotations

import hashlib
import hmac
import os

import click
from flask import Flask, Response, request
from psycopg_pool import ConnectionPool

from bench.documents import SECRET
from rung.child import tie_to_parent

TABLE = "CREATE TABLE IF NOT EXISTS bench_floor (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body bytea)"
_INSERT = "INSERT INTO bench_floor (body) VALUES (%s) RETURNING id"


def app() -> Flask:
    """The handler; the database's address comes from BENCH_DATABASE_URL."""
    tie_to_parent()
    flask = Flask("floor", static_folder=None)
    threads = int(os.environ["BENCH_THREADS"])
    pool = ConnectionPool(
        os.environ["BENCH_DATABASE_URL"], min_size=threads, kwargs={"autocommit": True}, open=True, timeout=10
    )

    @flask.post("/floor")
    def floor() -> Response:
        body = request.get_data(cache=False)
        expected = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected, request.headers.get("X-Hub-Signature", "")):
            return Response(status=401)
        with pool.connection() as connection:
            row = connection.execute(_INSERT, [body]).fetchone()
        return Response(f'{{"id": {row[0] if row else 0}}}', 202, mimetype="application/json")

    return flask


@click.command()
@click.option("--port", type=int, required=True)
def main(port: int) -> None:
    """Serve until asked to stop."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    Server(
        "bench.floor:app",
        factory=True,
        interface=Interfaces.WSGI,
        address="127.0.0.1",
        port=port,
        workers=1,
        blocking_threads=int(os.environ["BENCH_THREADS"]),
        backlog=1024,
        websockets=False,
        workers_kill_timeout=10,
        log_level=LogLevels.error,
    ).serve()


if __name__ == "__main__":
    main()
