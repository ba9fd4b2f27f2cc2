"""How the outward sign of life is sent: one GET of the address that the settings name."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from rung import __version__

_TIMEOUT = (3.0, 10.0)
"""Seconds to connect, and to answer."""


def sender(url: str) -> Callable[[], str]:
    """What sends it: returns "" where it was taken, else a sentence. The address may be a secret and is never told.

    GET is what all watchers take (Healthchecks, Uptime Kuma's push monitors, Better Stack, Cronitor). Nothing of the
    answer but its status is read, and no redirect is followed.
    """
    where = urlsplit(url).hostname

    def send() -> str:
        import requests  # which takes a while to load, for the one role that needs it

        headers = {"User-Agent": f"Rung/{__version__}"}
        try:
            with requests.get(url, headers=headers, timeout=_TIMEOUT, allow_redirects=False, stream=True) as answer:
                status = answer.status_code
        except (requests.RequestException, ValueError) as error:
            return f"{where}, which RUNG_HEARTBEAT_URL names, cannot be reached: {type(error).__name__}."
        return "" if 200 <= status < 300 else f"{where}, which RUNG_HEARTBEAT_URL names, answered HTTP {status}."

    return send
