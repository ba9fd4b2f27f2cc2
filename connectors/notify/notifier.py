"""The notifier: one notice to one person by one of their ways."""

from __future__ import annotations

from typing import Any

import apprise

from connectors.notify import message
from connectors.notify.hush import hushed
from connectors.notify.ways import Resolve, channel, kind, resolved
from core.model import Notice, Person
from core.ports import DeliveryError

SMS_LIKE = 200
"""A channel whose messages are no longer than this gets the short form."""
FOR_GOOD = frozenset({400, 401, 403, 404, 410, 422})
"""HTTP statuses after which this way is given up: a wrong token or address does not mend itself."""
FAILURES = (OSError, ValueError, TypeError, AttributeError, LookupError, RuntimeError, ImportError)
"""What a channel's plugin may raise; Apprise catches most of it."""


class AppriseNotifier:
    """`core.ports.Notifier` over Apprise. Errors name the channel's kind, never its address or a secret."""

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve

    def notify(self, person: Person, notice: Notice, acknowledge_link: str) -> None:
        """Send the notice by `person.ways[notice.way]`; raises `DeliveryError`."""
        if not 0 <= notice.way < len(person.ways):
            raise DeliveryError(f"{person.name} has no further way to be reached.", permanent=True)
        url = resolved(person.ways[notice.way], self._resolve)
        label = f"{person.name}'s way {notice.way + 1} ({kind(url)})"
        plugin = channel(url, label)
        title, body = _words(plugin, notice, acknowledge_link, short=notice.way in person.short_ways)
        with hushed() as statuses:
            sent = _send(plugin, title, body)
        if not sent:
            status = statuses[-1] if statuses else 0
            answered = f" (HTTP {status})" if status else ""
            raise DeliveryError(f"{label} did not take the message{answered}.", permanent=status in FOR_GOOD)


def _words(plugin: Any, notice: Notice, link: str, *, short: bool = False) -> tuple[str, str]:
    """Title and body, as the channel has room for them; the headline always comes first."""
    if short or plugin.body_maxlen <= SMS_LIKE:
        return "", message.short(notice, link, min(message.SMS, plugin.body_maxlen))
    headline, body = message.one_line(notice.headline), message.full(notice, link)
    return (headline, body) if plugin.title_maxlen > 0 else ("", f"{headline}\n{body}")


def _send(plugin: Any, title: str, body: str) -> bool:
    """Whether the channel took it."""
    try:
        return bool(
            plugin.notify(
                title=title,
                body=body,
                notify_type=apprise.NotifyType.WARNING,
                body_format=apprise.NotifyFormat.TEXT,
            )
        )
    except FAILURES:
        return False
