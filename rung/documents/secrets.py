"""References to the environment: found in documents when they are read, resolved only when the secret is used."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from connectors.config import Secret
from rung.documents.fields import SECRET
from rung.documents.model import Configuration, SecretUse
from rung.documents.problems import Path, Problem, Report, told


class SecretMissingError(LookupError):
    """The environment variable that holds a secret is not set. The message names it."""


def secret(name: str) -> Secret:
    """The secret in that environment variable, looked up anew at every use."""
    return Secret(partial(_look_up, name))


def resolve(text: str) -> str:
    """The text with every ${NAME} replaced; raises `SecretMissingError`. For a person's ways, at use."""
    return SECRET.sub(lambda found: _look_up(found[1]), text)


def _look_up(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise SecretMissingError(f"The environment variable {name} is not set.")
    return value


def uses(data: object, report: Report, path: Path = ()) -> Iterator[SecretUse]:
    """Every reference in a document's data."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            yield from uses(value, report, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from uses(value, report, (*path, index))
    elif isinstance(data, str):
        for name in SECRET.findall(data):
            yield SecretUse(name, report.file, report.line(path), told(path))


def missing(configuration: Configuration, environment: Mapping[str, Any] | None = None) -> tuple[Problem, ...]:
    """A problem for each secret that is not set in this environment."""
    given = os.environ if environment is None else environment
    return tuple(
        Problem(use.file, use.line, use.path, f"the environment variable {use.name} is not set here.")
        for use in configuration.secrets
        if not given.get(use.name)
    )
