"""A small port of its own for roles that serve nothing else: how the process is, and its numbers."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import structlog

from rung.settings import Settings
from webhooks.health import Check, blueprint

log = structlog.get_logger()


@contextmanager
def probed(
    settings: Settings, *, ready: Mapping[str, Check], degraded: Mapping[str, Check], alive: Mapping[str, Check]
) -> Iterator[None]:
    """Answer /healthz, /readyz and /metrics on RUNG_METRICS_PORT while the block runs; on no port where that is 0.

    A port that is taken is told and done without: the role's work is worth more than its numbers.
    """
    if not settings.metrics_port:
        yield
        return
    from flask import Flask
    from werkzeug.serving import make_server

    flask = Flask("rung.probe", static_folder=None)
    flask.register_blueprint(blueprint(ready, degraded, alive=alive))
    try:
        server = make_server(settings.host, settings.metrics_port, flask, threaded=True)
    except (OSError, SystemExit) as error:
        log.warning("no numbers can be read of this process", port=settings.metrics_port, reason=str(error))
        yield
        return
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.2}, name="probe", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()
