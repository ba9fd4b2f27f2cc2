"""Logs: JSON for machines, a readable line on a terminal; a value whose name speaks of a secret is never shown."""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

from rung.settings import Settings, without_password

_SECRET = re.compile(r"passw|secret|token|api.?key|authorization|cookie|signature|credential", re.IGNORECASE)
_QUIET = {
    "jira": logging.CRITICAL,
    "mail.log": logging.WARNING,
    "rq": logging.WARNING,
    "alembic": logging.WARNING,
    "urllib3": logging.ERROR,
}
"""Libraries that say too much; jira puts whole requests with their headers into its warnings."""


def configure(settings: Settings) -> None:
    """Send everything that is logged in this process, by us or a library, to stderr in the form that is asked for."""
    as_json = settings.log == "json" or (settings.log == "auto" and not sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso" if as_json else "%H:%M:%S", utc=as_json),
        redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
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


def _rendering(as_json: bool) -> list[structlog.typing.Processor]:
    if as_json:
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    plain = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(colors=_colours(), exception_formatter=plain, pad_event_to=0)]


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
