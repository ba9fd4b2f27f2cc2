"""Jira's error bodies."""

from typing import NoReturn

from sandbox.calls import RefusedError
from sandbox.store import Json


def refuse(status: int, *messages: str, errors: dict[str, str] | None = None) -> NoReturn:
    """Raise `{"errorMessages": [...], "errors": {...}}` with a status."""
    body: Json = {"errorMessages": list(messages), "errors": errors or {}}
    raise RefusedError(status, body)


def not_found(what: str = "Issue") -> NoReturn:
    """Raise Jira's 404: it does not tell the missing from the forbidden."""
    refuse(404, f"{what} does not exist or you do not have permission to see it.")
