"""Logs: JSON for machines, a readable line on a terminal; a value whose name speaks of a secret is never shown."""

from __future__ import annotations

import logging
import os
import re
import sys
import threading
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

from core.trail import IDS, carried
from rung.settings import Settings, without_password

_SECRET = re.compile(r"passw|secret|token|api.?key|authorization|cookie|signature|credential", re.IGNORECASE)
_QUIET = {
    "jira": logging.CRITICAL,
    "mail.log": logging.WARNING,
    "rq": logging.WARNING,
    "alembic": logging.WARNING,
    "urllib3": logging.ERROR,
    "opentelemetry": logging.ERROR,
}
"""Libraries that say too much; jira puts whole requests with their headers into its warnings."""


_FIRST = ("timestamp", "level", "role", "logger", "event", *IDS)
"""In this order every line begins; whatever else it tells follows as it was said."""


def configure(settings: Settings, role: str = "") -> None:
    """Send everything that is logged in this process, by us or a library, to stderr in the form that is asked for.

    `role` stands in each line of JSON; on a terminal the supervisor says it.
    """
    as_json = settings.log == "json" or (settings.log == "auto" and not sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        _of_trace,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso" if as_json else "%H:%M:%S", utc=as_json),
        *([structlog.stdlib.add_logger_name, _of_role(role)] if as_json else []),
        redact,
        _in_order,
    ]
    structlog.configure(
        # What is not to be shown is not made either: a line costs some fifty microseconds.
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_rendering(as_json)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for name, level in _QUIET.items():
        logging.getLogger(name).setLevel(level)
    logging.captureWarnings(capture=True)
    threading.excepthook = _of_thread


def _of_role(role: str) -> structlog.typing.Processor:
    def add(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {**event, "role": role} if role else event

    return add


def _of_trace(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The trace and the span in which it is said, where traces are on."""
    if place := carried():
        _, event["trace_id"], event["span_id"], _ = place.split("-")
    return event


def _in_order(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The line's parts in an order in which lines can be compared with the eye."""
    return {**{name: event[name] for name in _FIRST if name in event}, **event}


def _of_thread(told: threading.ExceptHookArgs) -> None:
    """A thread that ended over an error is told like everything else."""
    if told.exc_value is not None and not isinstance(told.exc_value, SystemExit):
        name = told.thread.name if told.thread else ""
        logging.getLogger("rung").error("a thread ended over an error: %s", name, exc_info=told.exc_value)


def _rendering(as_json: bool) -> list[structlog.typing.Processor]:
    if as_json:
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    plain = structlog.dev.plain_traceback
    return [
        structlog.dev.ConsoleRenderer(colors=_colours(), exception_formatter=plain, pad_event_to=0, sort_keys=False)
    ]


def _colours() -> bool:
    return not os.environ.get("NO_COLOR") and (sys.stderr.isatty() or bool(os.environ.get("FORCE_COLOR")))


def redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """structlog's hook that hides secrets, however deep they lie, and passwords within addresses."""
    for name, value in event.items():
        event[name] = _redacted(name, value)
    return event


def _redacted(name: object, value: object) -> object:
    if isinstance(name, str) and _SECRET.search(name):
        return "***"
    if isinstance(value, Mapping):
        return {key: _redacted(key, inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_redacted("", inner) for inner in value]
    return without_password(value) if isinstance(value, str) and "://" in value else value
