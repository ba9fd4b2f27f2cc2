"""Errors as one readable sentence, with an exit status that scripts can tell apart."""

from __future__ import annotations

import os
import sys
from types import TracebackType

REFUSED, USAGE, UNREACHABLE, WARNED, INTERRUPTED = 1, 2, 3, 4, 130

_TOLD = (
    ("rung.settings", "SettingsError", USAGE),
    ("rung.documents", "DocumentsError", REFUSED),
    ("mappings", "MappingDocumentError", REFUSED),
    ("connectors.discovery", "ConnectorError", REFUSED),
    ("rung.embedded", "EmbeddedError", REFUSED),
    ("rung.up", "UpError", REFUSED),
    ("rung.runfile", "AlreadyUpError", REFUSED),
    ("rung.runfile", "NothingRunsError", UNREACHABLE),
    ("rung.history", "HistoryError", REFUSED),
    ("rung.awaiting", "NotReadyError", UNREACHABLE),
    ("core.store.migrating", "MigrationError", REFUSED),
    ("core.ports", "UnmappedError", REFUSED),
    ("core.ports", "DeliveryError", REFUSED),
    ("core.desk", "NotFoundError", REFUSED),
    ("core.desk", "NotReplayableError", REFUSED),
    ("core.desk", "NotAllowedError", REFUSED),
    ("core.desk", "NotPossibleError", REFUSED),
    ("core.mapdesk", "MistakesError", REFUSED),
    ("core.work.recovery", "InUseError", REFUSED),
    ("core.orders", "OrderError", USAGE),
)
"""Errors whose own text is for people. Looked up only where their module is loaded: a quick command loads few."""


def tell(error: BaseException) -> int:
    """Say on stderr what happened and what to do; returns the exit status."""
    sentence, status = _sentence(error)
    if sentence:
        sys.stderr.write(f"{sentence}\n")
    return status


def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """`sys.excepthook`: a sentence for everybody, the traceback for whoever asks with RUNG_DEBUG=1."""
    if os.environ.get("RUNG_DEBUG") == "1" and not isinstance(error, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    status = tell(error)
    sys.stderr.flush()
    os._exit(status)  # Python itself would end with 1


def _sentence(error: BaseException) -> tuple[str, int]:
    if isinstance(error, KeyboardInterrupt) or _is(error, "rung.up", "StoppedError"):
        return "", INTERRUPTED
    for module, name, status in _TOLD:
        if _is(error, module, name):
            return str(error), status
    if _is(error, "core.ports", "StorageUnavailableError") and error.__cause__:
        error = error.__cause__
    return _database(error) or _other(error)


def _database(error: BaseException) -> tuple[str, int] | None:
    """What SQLAlchemy and psycopg raise; their messages name host and user, never the password."""
    cause = getattr(error, "orig", None) or error
    if _is(cause, "psycopg.errors", "UndefinedTable"):
        return "The database does not have Rung's tables: run `rung migrate`.", UNREACHABLE
    if _is(cause, "psycopg", "OperationalError") or _is(error, "sqlalchemy.exc", "TimeoutError"):
        reason = " ".join(str(cause).split())[:300].rstrip(".")
        return f"The database cannot be reached: {reason}. Check RUNG_DATABASE_URL.", UNREACHABLE
    return None


def _other(error: BaseException) -> tuple[str, int]:
    if isinstance(error, BrokenPipeError):
        return "", 0
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}.", REFUSED
    what = f"{type(error).__name__}: {error}".rstrip(": .")
    return f"Rung met something unexpected ({what}); RUNG_DEBUG=1 shows where.", REFUSED


def _is(error: object, module: str, name: str) -> bool:
    kind = getattr(sys.modules.get(module), name, None)
    return isinstance(kind, type) and isinstance(error, kind)
