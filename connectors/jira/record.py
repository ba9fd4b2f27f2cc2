"""An issue in our words: where it is, its version and values, and the body that Jira's own webhook would send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.jira.api import Json
from connectors.jira.screen import is_there
from connectors.jira.workflow import is_in
from core.model import RecordRef

CATEGORIES = {"new": "new", "undefined": "new", "indeterminate": "in_progress", "done": "resolved"}
"""Our state by Jira's status category."""
WORDS = {"summary": "title", "description": "description", "priority": "severity", "assignee": "assignee"}


def ref(raw: Json, name: str, url: str) -> RecordRef:
    """Where the issue is."""
    key = str(raw.get("key") or "")
    return RecordRef(
        platform=name, collection=key.rpartition("-")[0], id=str(raw["id"]), key=key, link=f"{url}/browse/{key}"
    )


def version(raw: Json) -> int | None:
    """`updated` in milliseconds."""
    try:
        return int(datetime.fromisoformat(str(raw["fields"].get("updated"))).timestamp() * 1000)
    except ValueError:
        return None


def values(raw: Json, sent: Mapping[str, Any], wanted: Sequence[str], said: Mapping[str, str]) -> dict[str, str]:
    """The issue's values in the words of `Changes`, and its priority's name.

    `sent` are the fields as written, `wanted` the acceptable statuses, `said` the changes they came from: where the
    value stands that was sent, our own word for it is known.
    """
    fields = raw["fields"]
    found = {word: str(fields.get(name) or "") for name, word in WORDS.items() if name in {"summary", "description"}}
    for name, word in WORDS.items():
        if word in said and name in sent and is_there(sent[name], fields.get(name)):
            found[word] = said[word]
    if not fields.get("assignee"):
        found["assignee"] = ""
    status = fields.get("status") or {}
    if "state" in said and is_in(status, wanted):
        found["state"] = said["state"]
    elif (category := (status.get("statusCategory") or {}).get("key")) in CATEGORIES:
        found["state"] = CATEGORIES[category]
    if priority := (fields.get("priority") or {}).get("name"):
        found["priority"] = str(priority)
    return found


def account(raw: Json) -> str:
    """The assignee's account, as the webhooks name it; "" for nobody."""
    assignee = raw["fields"].get("assignee") or {}
    return str(assignee.get("accountId") or assignee.get("name") or assignee.get("key") or "")


def webhook_body(raw: Json) -> dict[str, object]:
    """The issue as `jira:issue_updated` would bring it."""
    issue = {name: raw[name] for name in ("id", "self", "key", "fields") if name in raw}
    return {"timestamp": version(raw) or 0, "webhookEvent": "jira:issue_updated", "issue": issue}
