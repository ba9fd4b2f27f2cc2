"""From a way on the roster to a channel that may be used: references resolved, local and unsafe ones refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import apprise

from connectors.notify.hush import hushed
from core.ports import DeliveryError

Resolve = Callable[[str], str]
"""Looks up a reference by its name; raises `LookupError` when it is not set."""

REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
LOCAL = frozenset({"blink1", "dbus", "glib", "gnome", "macosx", "syslog", "vapid", "windows"})
"""Apprise's plugins that act on this machine (desktop, log, USB, files) instead of telling a person."""
LOCAL_SCHEMAS = frozenset({*LOCAL, "gio", "kde", "qt"})
CONNECT, READ = 5.0, 15.0
"""Seconds."""


def kind(way: str) -> str:
    """What sort of channel a way is, for sentences: its schema, never more of it."""
    schema, found, _ = way.partition("://")
    return schema.lower() if found and re.fullmatch(r"[A-Za-z0-9]{1,20}", schema) else "channel"


def resolved(way: str, resolve: Resolve) -> str:
    """The way with its references looked up; raises `DeliveryError(permanent=True)` naming one that is not set.

    A way that is one reference is taken as it stands; within an address a value is quoted, so that a password may hold
    any character. A slash stays where it stands after the host: it parts a channel's tokens.
    """
    whole = REFERENCE.fullmatch(way.strip())
    if whole:
        return _value(whole[1], resolve).strip()
    host_at = way.rfind("@")
    return REFERENCE.sub(
        lambda found: quote(_value(found[1], resolve).rstrip("\r\n"), safe="" if found.start() < host_at else "/"),
        way.strip(),
    )


def _value(name: str, resolve: Resolve) -> str:
    try:
        return resolve(name)
    except LookupError:
        raise DeliveryError(f"${{{name}}} is not set, so this way cannot be used; set it.", permanent=True) from None


def channel(url: str, label: str) -> Any:
    """The Apprise plugin of an address; raises `DeliveryError(permanent=True)` for one that may not be used.

    The plugin is Apprise's own object, which carries no types. `label` is what to call the channel.
    """
    if kind(url) in LOCAL_SCHEMAS:
        raise DeliveryError(f"{label} acts on Rung's own machine and reaches nobody; use another way.", permanent=True)
    asset = apprise.AppriseAsset(storage_mode="memory", secure_logging=True, http_redirects=False, app_id="Rung")
    with hushed():
        plugin = apprise.Apprise.instantiate(url, asset=asset)
    if plugin is None:
        raise DeliveryError(
            f"{label} is not an address that can be used: its schema is unknown, its package is missing, or a part of "
            "it is; check this way on the roster.",
            permanent=True,
        )
    if type(plugin).__module__.removeprefix("apprise.plugins.").partition(".")[0] in LOCAL:
        raise DeliveryError(f"{label} acts on Rung's own machine and reaches nobody; use another way.", permanent=True)
    if not plugin.verify_certificate:
        raise DeliveryError(f"{label} asks not to verify certificates; take verify=no out of it.", permanent=True)
    _tame(plugin)
    return plugin


def _tame(plugin: Any) -> None:
    """Timeouts, plain text, nothing repeated: the action's own row repeats."""
    plugin.socket_connect_timeout = CONNECT
    plugin.socket_read_timeout = READ
    plugin.notify_format = apprise.NotifyFormat.TEXT
    plugin.overflow_mode = apprise.OverflowMode.TRUNCATE
    plugin.retry = 0
