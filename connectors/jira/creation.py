"""Creating an issue once: its label is looked for before a creation that may have been done is repeated."""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from connectors.failures import PlatformError
from connectors.jira.api import JiraApi

SETTLES = 10.0
"""Seconds that Jira's search may lag behind its database, unless the options say otherwise."""
LARGEST = 1000


class Creations:
    """Looks for the issue of an operation that may have been created.

    Jira's search is eventually consistent, so a look soon after the creation that finds nothing proves nothing: it
    raises an error that asks for another attempt, and only a look `settles` seconds after the creation was sent is
    believed. That moment is kept in this process; another process counts from its own first look. However often
    processes change meanwhile, the waiting costs no attempt. `clock` gives seconds that only grow.
    """

    def __init__(
        self, api: JiraApi, name: str, project: str, settles: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._api = api
        self._name = name
        self._project = project
        self._settles = settles
        self._clock = clock
        self._lock = threading.Lock()
        self._first: OrderedDict[str, float] = OrderedDict()

    def earlier(self, operation_id: str, project: str = "") -> str:
        """The id of the issue that an earlier attempt created, "" when there is surely none.

        It is looked for in that project, "" for the usual one.
        """
        project = project or self._project
        if not re.fullmatch(r"[a-z0-9-]+", operation_id) or not re.fullmatch(r"[A-Za-z0-9_]+", project):
            raise PlatformError(f"{self._name}: {operation_id!r} cannot be searched for.", permanent=True)
        jql = f'project = "{project}" AND labels = "{label(operation_id)}" ORDER BY created ASC'
        if found := self._api.search(jql):
            return found[0]
        begun = self.begin(operation_id)
        left = begun + self._settles - self._clock()
        if left <= 0:
            return ""
        raise PlatformError(
            f"{self._name} shows no issue of an earlier attempt yet; its search lags behind, so it is asked again.",
            retry_after=left,
            ambiguous=True,
            too_soon=True,
        )

    def begin(self, operation_id: str) -> float:
        """When this operation's creation was first sent, or looked for, by this process; now, if this is the first."""
        with self._lock:
            first = self._first.setdefault(operation_id, self._clock())
            while len(self._first) > LARGEST:
                self._first.popitem(last=False)
        return first


def label(operation_id: str) -> str:
    """What marks the issue that an operation created."""
    return f"rung-{operation_id}"
