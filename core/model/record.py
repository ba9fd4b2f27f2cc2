"""A ticket's copy on a platform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RecordRef:
    """Where a record is: the platform's name, its table or project, its id and the key and link people use.

    `id` is the immutable id (ServiceNow sys_id, Jira issue id) and is "" where a webhook told only the key.
    """

    platform: str
    collection: str
    id: str
    key: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """A record that a ticket has, or is about to have, on a platform.

    `version` grows with every change there (ServiceNow sys_mod_count, Jira's `updated` in milliseconds). `seen` holds
    the values last known to stand there, `wanted` those that Rung last asked to be written (fields of `Changes` to
    their text): what differs from `seen` was changed by somebody, and was changed by us if it equals `wanted`.
    `ref.id` is "" while the creation is still on its way.
    """

    ref: RecordRef
    version: int | None = None
    seen: Mapping[str, str] = field(default_factory=dict)
    wanted: Mapping[str, str] = field(default_factory=dict)

    @property
    def exists(self) -> bool:
        """Whether the platform has confirmed that the record is there."""
        return bool(self.ref.id)
