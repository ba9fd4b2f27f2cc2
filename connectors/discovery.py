"""Finding the platform connectors: every folder here with a `connector.py`, and nothing to register elsewhere.

A folder may also have an `admin.py`, for what admins ask a platform while they set it up.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from connectors.config import PlatformConfig
from core.ports import Admin, Outbound, Platform

Builder = Callable[[PlatformConfig, Outbound], Platform]
AdminBuilder = Callable[[PlatformConfig], Admin]


class ConnectorError(Exception):
    """A connector folder is broken, or two serve one kind: the start-up must stop."""


def discover(folder: Path | None = None, package: str = "connectors") -> dict[str, Builder]:
    """Every platform kind with its `build(config, outbound)`; raises `ConnectorError`."""
    builders: dict[str, Builder] = {}
    owners: dict[str, str] = {}
    for path in sorted((folder or Path(__file__).parent).glob("*/connector.py")):
        name = path.parent.name
        kind, build = _load(f"{package}.{name}.connector", name)
        if kind in owners:
            raise ConnectorError(f"connectors/{name} and connectors/{owners[kind]} both serve the kind {kind!r}.")
        owners[kind], builders[kind] = name, build
    return builders


def discover_admins(folder: Path | None = None, package: str = "connectors") -> dict[str, AdminBuilder]:
    """Every platform kind that can be asked by admins, with its `build_admin(config)`; raises `ConnectorError`."""
    builders: dict[str, AdminBuilder] = {}
    for path in sorted((folder or Path(__file__).parent).glob("*/admin.py")):
        name = path.parent.name
        kind, _ = _load(f"{package}.{name}.connector", name)
        build = getattr(_module(f"{package}.{name}.admin", f"{name}/admin.py"), "build_admin", None)
        if not callable(build):
            raise ConnectorError(f"connectors/{name}/admin.py must have build_admin(config).")
        builders[kind] = build
    return builders


def _module(module_name: str, file: str) -> ModuleType:
    try:
        return importlib.import_module(module_name)
    except (ImportError, SyntaxError) as error:
        raise ConnectorError(f"connectors/{file} cannot be loaded: {error}") from error


def _load(module_name: str, name: str) -> tuple[str, Builder]:
    """A folder's kind and builder."""
    module = _module(module_name, f"{name}/connector.py")
    kind, build = getattr(module, "KIND", None), getattr(module, "build", None)
    if not isinstance(kind, str) or not kind or not callable(build):
        raise ConnectorError(f"connectors/{name}/connector.py must have KIND, a text, and build(config, outbound).")
    return kind, build
