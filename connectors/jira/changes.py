"""What was changed in a project since a moment, page by page, and which issues are gone.

JQL takes moments by the minute, in the time zone of the account that asks; Cloud's index lags behind its database. So a
pass begins some minutes before the moment, and each page asks anew from the minute in which the page before ended: an
issue that is changed while pages are read moves to the end, where it is met again, and none slips between two pages.
Only within one minute that holds more than a page does it go by Jira's own pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connectors.config import PlatformConfig
from connectors.failures import PlatformError
from connectors.jira import record
from connectors.jira.api import JiraApi, Json
from core.model import Changed, ChangedRecord, FoundComment, Looked, RecordRef, Watermark

OVERLAP = timedelta(minutes=5)
"""How far a new pass goes back on Cloud, for its index; Data Center's follows within seconds."""
OVERLAP_AT_HOME = timedelta(minutes=1)
_AT_ONCE = timedelta(seconds=1)
_SHIFTED = 10
"""By how many issues Data Center's pages within one minute overlap: so many may leave it between two pages."""


_NOW = datetime.max.replace(tzinfo=UTC)
"""For a look that asks for no comment."""


class Changes:
    """Reads changes of one instance. A cursor holds where the pass began, and Jira's own place within a minute."""

    def __init__(self, api: JiraApi, config: PlatformConfig) -> None:
        self._api = api
        self._config = config
        self._overlap = OVERLAP if api.is_cloud else OVERLAP_AT_HOME

    def page(self, since: Watermark, limit: int, me: Json) -> Changed:
        """A page of changed issues, oldest change first."""
        passed_from, _, place = since.cursor.partition(" ")
        begin = _minute(since.at if since.cursor else since.at - self._overlap)
        first = datetime.fromisoformat(passed_from) if passed_from else begin
        found, following = self._api.page(self._query(since.collection, begin, me), limit, place)
        records = tuple(self._changed(raw, me, first) for raw in found)
        if not following:
            return Changed(records, Watermark(since.collection, _latest(records, since.at)), more=False)
        last = _latest(records, begin)
        if _minute(last) > begin:
            return Changed(records, Watermark(since.collection, last, first.isoformat()), more=True)
        if not self._api.is_cloud:
            following = str(max(int(following) - _SHIFTED, int(place or "0") + 1))
        return Changed(records, Watermark(since.collection, begin, f"{first.isoformat()} {following}"), more=True)

    def look(self, refs: Sequence[RecordRef], me: Json) -> Looked:
        """Issues as they stand; who changed them last is not asked for."""
        found = {ref: self._api.issue(ref.id or ref.key) for ref in refs}
        there = tuple(self._changed(issue.raw, me, _NOW) for issue in found.values() if issue is not None)
        return Looked(there, {ref: _deletion(ref) for ref, issue in found.items() if issue is None})

    def _query(self, project: str, begin: datetime, me: Json) -> str:
        if not re.fullmatch(r"[A-Za-z0-9_]+", project):
            raise PlatformError(f"{self._config.name}: {project!r} is not the key of a project.", permanent=True)
        parts = [f'project = "{project}"', f'updated >= "{_written(begin, me)}"']
        if self._config.poll_query:
            parts.insert(1, f"({self._config.poll_query})")
        return f"{' AND '.join(parts)} ORDER BY updated ASC, key ASC"

    def _changed(self, found: Json, me: Json, begin: datetime) -> ChangedRecord:
        raw = _as_told(found) if self._api.is_cloud else found
        body = record.webhook_body(raw)
        author = _author(raw)
        ours = _is_same(author, me)
        if author and not ours:
            body["user"] = author
        at = _moment(raw["fields"].get("updated")) or begin
        comments = tuple(_comments(raw, self._all_comments(raw, begin), begin, me))
        ref = record.ref(raw, self._config.name, self._config.url)
        return ChangedRecord(ref=ref, version=record.version(raw) or 0, at=at, body=body, comments=comments, own=ours)

    def _all_comments(self, raw: Json, begin: datetime) -> Sequence[Json]:
        """The issue's comments; where the search shows a part of them only and they may be news, they are asked for."""
        told = raw["fields"].get("comment") or {}
        shown: list[Json] = list(told.get("comments") or [])
        updated = _moment(raw["fields"].get("updated"))
        if int(told.get("total") or 0) > len(shown) and updated and updated >= begin:
            return self._api.comments(str(raw["id"]))
        return shown


def _as_told(raw: Json) -> Json:
    """The issue as Cloud's webhooks show it: without people's e-mails, which would come and go otherwise."""
    shown = {
        name: {part: told for part, told in value.items() if part != "emailAddress"}
        if isinstance(value, Mapping) and "accountId" in value
        else value
        for name, value in raw["fields"].items()
    }
    return {**raw, "fields": shown}


def _comments(raw: Json, comments: Sequence[Json], begin: datetime, me: Json) -> Iterator[FoundComment]:
    """Those that others wrote or edited since; without the issue's fields, which the record itself brings."""
    issue = {name: raw[name] for name in ("id", "self", "key", "fields") if name in raw}
    for one in comments:
        created, updated = _moment(one.get("created")), _moment(one.get("updated"))
        at = updated or created
        if at is None or at < begin or _is_same(one.get("author") or {}, me):
            continue
        milliseconds = int(at.timestamp() * 1000)
        body = {"timestamp": milliseconds, "webhookEvent": "comment_created", "comment": one, "issue": issue}
        edit = {**body, "webhookEvent": "comment_updated"} if updated != created else None
        yield FoundComment(at, body, edit)


def _author(raw: Json) -> Mapping[str, Any]:
    """Who made the latest change, where the changelog tells it; a comment stands in no changelog."""
    histories: Sequence[Json] = (raw.get("changelog") or {}).get("histories") or ()
    updated = _moment(raw["fields"].get("updated"))
    made = [(at, one.get("author") or {}) for one in histories if (at := _moment(one.get("created"))) is not None]
    if not made or updated is None:
        return {}
    at, author = max(made, key=lambda pair: pair[0])
    return author if updated - at <= _AT_ONCE else {}


def _is_same(account: Mapping[str, Any], me: Json) -> bool:
    return any(me.get(part) and account.get(part) == me[part] for part in ("accountId", "name", "key"))


def _latest(records: Sequence[ChangedRecord], otherwise: datetime) -> datetime:
    return max((one.at for one in records), default=otherwise)


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _written(at: datetime, me: Json) -> str:
    """A minute as JQL takes it, by the account's own clock; before the hour that a clock has twice."""
    try:
        zone = ZoneInfo(str(me.get("timeZone") or "UTC"))
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    local = at.astimezone(zone)
    while local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset():
        at -= timedelta(hours=1)
        local = at.astimezone(zone)
    return local.strftime("%Y/%m/%d %H:%M")


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC)
    except ValueError:
        return None


def _deletion(ref: RecordRef) -> dict[str, object]:
    issue = {"id": ref.id, "key": ref.key, "fields": {"project": {"key": ref.collection}}}
    return {"webhookEvent": "jira:issue_deleted", "issue": issue}
