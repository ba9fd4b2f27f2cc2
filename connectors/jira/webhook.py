"""Jira's webhook to Rung: found, judged, registered once however often that is asked for.

Jira Cloud, and Data Center before version 10, take it under `/rest/webhooks/1.0/webhook`, Cloud with a `secret` beside
the other values; Data Center 10 and newer under `/rest/jira-webhook/1.0/webhooks`, with the secret as `SECRET` in its
`configuration` (a `secret` beside it is ignored there, and webhooks then come unsigned).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.findings import Finding, Hook, good, lacking
from connectors.jira.api import JiraApi

EVENTS = (
    "jira:issue_created",
    "jira:issue_updated",
    "jira:issue_deleted",
    "comment_created",
    "comment_updated",
    "comment_deleted",
)
NAME = "Rung"
_ADMIN = "a Jira administrator, or rung connect jira --register with an administrator's account"
_FILTER = "issue-related-events-section"


@dataclass(frozen=True, slots=True)
class Registered:
    """A webhook that Jira knows. `jql` limits the issues, "" for all."""

    id: str
    name: str
    events: frozenset[str]
    is_on: bool
    has_body: bool
    jql: str


def registered(api: JiraApi, url: str) -> Registered | None:
    """The webhook to that address; None where there is none. Raises `PlatformError`: only administrators see them."""
    listed = api.elsewhere("GET", _path(api))
    found = (one for one in listed if isinstance(one, dict)) if isinstance(listed, list) else iter(())
    return next((_read(one) for one in found if _same(str(one.get("url") or ""), url)), None)


def register(api: JiraApi, hook: Hook, jql: str) -> bool:
    """Make the webhook, or make the one to that address what it should be; whether it is new.

    Raises `PlatformError` where Jira refuses, and what looking up the secret raises.
    """
    there = registered(api, hook.address())
    body = _body(api, hook, jql or (there.jql if there else ""))
    if there is None:
        api.elsewhere("POST", _path(api), body)
    else:
        api.elsewhere("PUT", f"{_path(api)}/{there.id}", body)
    return there is None


def judged(found: Registered | None, hook: Hook) -> Iterator[Finding]:
    """What is to be said about the webhook."""
    if found is None:
        yield lacking(f"No webhook of Jira points to {hook.url}.", "Register one: add --register.", _ADMIN)
        return
    if missing := [one for one in EVENTS if one not in found.events]:
        yield lacking(f"The webhook {found.name} does not tell: {', '.join(missing)}.", "Tick these events.", _ADMIN)
    if not found.is_on:
        yield lacking(f"The webhook {found.name} is switched off.", "Switch it on.", _ADMIN)
    if not found.has_body:
        yield lacking(f"The webhook {found.name} leaves its body out.", "Untick Exclude body.", _ADMIN)
    if found.is_on and found.has_body and not missing:
        of = f"issues of {found.jql}" if found.jql else "all issues"
        yield good(f"The webhook {found.name} tells {hook.url} about {of}.")


def _path(api: JiraApi) -> str:
    return "rest/jira-webhook/1.0/webhooks" if _is_new(api) else "rest/webhooks/1.0/webhook"


def _is_new(api: JiraApi) -> bool:
    """Whether this is Data Center 10 or newer."""
    if api.is_cloud:
        return False
    info = api.get("serverInfo")
    numbers = info.get("versionNumbers") if isinstance(info, dict) else None
    return isinstance(numbers, list) and bool(numbers) and isinstance(numbers[0], int) and numbers[0] >= 10


def _body(api: JiraApi, hook: Hook, jql: str) -> dict[str, Any]:
    secret = hook.secret.reveal() if hook.secret else ""
    common: dict[str, Any] = {"name": NAME, "url": hook.address(), "events": list(EVENTS), "filters": {_FILTER: jql}}
    if _is_new(api):
        signed = {"SECRET": secret} if secret else {}
        return {**common, "active": True, "scopeType": "global", "configuration": {"EXCLUDE_BODY": "false", **signed}}
    return {**common, "excludeBody": False, "enabled": True, **({"secret": secret} if secret and api.is_cloud else {})}


def _read(one: Mapping[str, Any]) -> Registered:
    configuration = one.get("configuration")
    more = configuration if isinstance(configuration, dict) else {}
    filters = one.get("filters")
    return Registered(
        id=str(one.get("id") or str(one.get("self") or "").rstrip("/").rpartition("/")[2]),
        name=str(one.get("name") or NAME),
        events=frozenset(str(event) for event in one.get("events") or ()),
        is_on=bool(one.get("enabled", one.get("active", True))),
        has_body=not one.get("excludeBody") and str(more.get("EXCLUDE_BODY", "false")).casefold() != "true",
        jql=str(filters.get(_FILTER) or "") if isinstance(filters, dict) else "",
    )


def _same(one: str, other: str) -> bool:
    return one.rstrip("/") == other.rstrip("/")
