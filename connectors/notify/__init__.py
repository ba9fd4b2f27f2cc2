"""Telling people, through Apprise: e-mail, chat, SMS and a hundred channels more.

`build(resolve)` gives the notifier; `resolve` looks up the `${NAME}` references in people's ways.
"""

from connectors.notify.notifier import AppriseNotifier
from connectors.notify.ways import Resolve

__all__ = ["AppriseNotifier", "Resolve", "build"]


def build(resolve: Resolve) -> AppriseNotifier:
    """The notifier; `resolve` takes a reference's name and raises `LookupError` when it is not set."""
    return AppriseNotifier(resolve)
