"""What was changed in a table since a moment, page by page, and which records are gone.

Pages go by (sys_updated_on, sys_id): many records share a second, and a record that is changed while pages are read
moves to the end, where it is met again. A new pass goes back a little: a long transaction shows its changes late, under
the time at which it made them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from connectors.cache import Cache
from connectors.failures import PlatformError
from connectors.servicenow import record
from connectors.servicenow.api import Row, TableApi
from core.model import Changed, ChangedRecord, FoundComment, Looked, Party, RecordRef, Watermark

OVERLAP = timedelta(seconds=60)
"""How far a new pass goes back."""
MOST_IDS = 100
"""Records asked for in one request, so that its address stays short."""
_WRITTEN = "%Y-%m-%d %H:%M:%S"
_FIELD = re.compile(r"^(?:OR)?([a-z][a-z0-9_]*)(?:\.[a-z0-9_.]+)?(?:[A-Z]|[!<>=])")
_UNREAD = (
    "{0}: the integration user may not read sys_journal_field, so a work note or comment whose webhook is lost stays "
    "unheard."
)
JOURNAL = ("sys_id", "element", "element_id", "value", "sys_created_on", "sys_created_by")


class Changes:
    """Reads changes of one instance; `query` is the encoded query that narrows them."""

    def __init__(self, api: TableApi, name: str, url: str, query: str) -> None:
        self._api = api
        self._name = name
        self._url = url
        self._query = query
        self._fields: Cache[frozenset[str]] = Cache()

    def page(self, since: Watermark, limit: int, own: Party) -> Changed:
        """A page of changed records, oldest change first."""
        self._check_query(since.collection)
        place, offset = _place(since)
        query = "^".join(part for part in (place, self._query, "ORDERBYsys_updated_on", "ORDERBYsys_id") if part)
        rows, more = self._api.page(since.collection, record.FIELDS, query, limit, offset)
        begin, passed_from = _begin(since), _passed_from(since)
        seen = [row for row in rows if (at := _moment(row)) is not None and at >= begin]
        comments, warnings = self._comments(since.collection, seen, passed_from)
        records = tuple(self._changed(row, since.collection, own, comments) for row in seen)
        if seen:
            last = seen[-1]
            place = record.raw(last, "sys_id") or ""
            reached = Watermark(since.collection, _moment(last) or since.at, _cursor(place, 0, passed_from))
        else:
            # A page whose records may all not be seen: what comes behind them is counted from the same place.
            reached = Watermark(since.collection, begin, _cursor(_sys_id(since), offset + limit, passed_from))
        if not more:
            reached = Watermark(since.collection, max(reached.at, since.at))
        return Changed(records, reached, more, warnings)

    def look(self, refs: Sequence[RecordRef], own: Party) -> Looked:
        """Records as they stand, asked for many at a time; what the table does not show is gone."""
        there: list[ChangedRecord] = []
        for table in sorted({ref.collection for ref in refs}):
            ids = [ref.id for ref in refs if ref.collection == table and re.fullmatch(r"[A-Za-z0-9]{1,64}", ref.id)]
            for place in range(0, len(ids), MOST_IDS):
                query = f"sys_idIN{','.join(ids[place : place + MOST_IDS])}"
                rows, _ = self._api.page(table, record.FIELDS, query, MOST_IDS)
                there += [self._changed(row, table, own, {}) for row in rows]
        found = {one.ref.id for one in there}
        return Looked(tuple(there), {ref: _deletion(ref) for ref in refs if ref.id not in found})

    def _changed(self, row: Row, table: str, own: Party, comments: Mapping[str, Sequence[Row]]) -> ChangedRecord:
        body = record.pinned_body(row, table)
        ours = bool(own.login) and str(body["sys_updated_by"]).casefold() == own.login.casefold()
        if ours:
            del body["sys_updated_by"]
        ref = record.ref(row, self._name, self._url, table)
        entries = tuple(_comment(entry, row, table) for entry in comments.get(ref.id, ()))
        at = _moment(row) or datetime.min.replace(tzinfo=UTC)
        return ChangedRecord(ref=ref, version=record.version(row) or 0, at=at, body=body, comments=entries, own=ours)

    def _comments(
        self, table: str, rows: Sequence[Row], begin: datetime
    ) -> tuple[Mapping[str, Sequence[Row]], tuple[str, ...]]:
        """The journal entries of those records since then, by sys_id; a sentence where they may not be read."""
        found: dict[str, list[Row]] = {}
        ids = [record.raw(row, "sys_id") or "" for row in rows]
        since = f"sys_created_on>={begin.strftime(_WRITTEN)}^nameIN{table},task"
        try:
            for place in range(0, len(ids), MOST_IDS):
                query = f"element_idIN{','.join(ids[place : place + MOST_IDS])}^{since}^ORDERBYsys_created_on"
                entries, _ = self._api.page("sys_journal_field", JOURNAL, query, 1000)
                for entry in entries:
                    found.setdefault(record.raw(entry, "element_id") or "", []).append(entry)
        except PlatformError as error:
            if not error.permanent:
                raise
            return {}, (_UNREAD.format(self._name),)
        return found, ()

    def _check_query(self, table: str) -> None:
        """Refuse a query that names a field which the table does not have: ServiceNow would ignore that part of it."""
        names = [found[1] for part in self._query.split("^") if (found := _FIELD.match(part))]
        unread = [part for part in self._query.split("^") if part and not _FIELD.match(part)]
        unread += [part for part in self._query.split("^") if part.startswith(("NQ", "ORDERBY", "GROUPBY"))]
        if unread:
            message = (
                f"{self._name}: poll.query: {unread[0]!r} is no plain condition; write conditions joined by ^ alone."
            )
            raise PlatformError(message, permanent=True)
        known = self._fields.get(table, lambda: self._fields_of(table)) if names else None
        if known and (wrong := [name for name in names if name not in known]):
            message = (
                f"{self._name}: poll.query: {table} has no field {wrong[0]!r}; ServiceNow would ignore that and give "
                "everything, so nothing is polled."
            )
            raise PlatformError(message, permanent=True)

    def _fields_of(self, table: str) -> frozenset[str]:
        """The fields of a table, as its first record has them; none of an empty table."""
        rows, _ = self._api.page(table, [], "ORDERBYsys_id", 1)
        return frozenset(rows[0]) if rows else frozenset()


def _cursor(sys_id: str, offset: int, passed_from: datetime) -> str:
    """The place within a second, the records there that may not be seen, and where the pass began."""
    return f"{sys_id}+{offset}@{passed_from.astimezone(UTC).strftime(_WRITTEN)}"


def _sys_id(since: Watermark) -> str:
    return since.cursor.partition("+")[0]


def _begin(since: Watermark) -> datetime:
    return since.at if since.cursor else since.at - OVERLAP


def _passed_from(since: Watermark) -> datetime:
    """Where the pass began: a record that was changed just now may bear a comment from then on."""
    written = since.cursor.partition("@")[2]
    return datetime.strptime(written, _WRITTEN).replace(tzinfo=UTC) if written else _begin(since)


def _place(since: Watermark) -> tuple[str, int]:
    """The condition for what comes after a place, and how many records that may not be seen to pass over."""
    begin = _begin(since).astimezone(UTC).strftime(_WRITTEN)
    sys_id, offset = _sys_id(since), since.cursor.partition("+")[2].partition("@")[0]
    if not sys_id:
        return f"sys_updated_on>={begin}", int(offset or 0)
    return f"sys_updated_on>={begin}^sys_updated_on>{begin}^ORsys_id>{sys_id}", int(offset or 0)


def _moment(row: Row, field: str = "sys_updated_on") -> datetime | None:
    try:
        return datetime.strptime(record.raw(row, field) or "", _WRITTEN).replace(tzinfo=UTC)
    except ValueError:
        return None


def _comment(entry: Row, row: Row, table: str) -> FoundComment:
    """A journal entry as the reference rule would have sent it with the change that entered it."""
    body = record.pinned_body(row, table)
    written = record.raw(entry, "sys_created_on") or ""
    text, element = record.raw(entry, "value") or "", record.raw(entry, "element") or "comments"
    fields = {**body["fields"], element: text} if isinstance(body["fields"], dict) else {element: text}
    body |= {"sys_updated_on": written, "sys_updated_by": record.raw(entry, "sys_created_by") or "", "fields": fields}
    body["journal_id"] = record.raw(entry, "sys_id") or ""
    return FoundComment(_moment(entry, "sys_created_on") or datetime.min.replace(tzinfo=UTC), body)


def _deletion(ref: RecordRef) -> dict[str, object]:
    return {"table": ref.collection, "operation": "delete", "sys_id": ref.id, "number": ref.key, "fields": {}}
