"""What platforms have told of their records: by webhook, and when they were polled.

Polling compares with it, so that what a webhook has told already is not told again. It is needed for as long as polling
may still meet a change; `retention.forget_heard` removes what is older.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from core.model import Event, EventKind, ForeignComment, RecordRef
from core.store import many
from core.store.tables import heard, heard_comments

SAME_MOMENT = timedelta(seconds=3)
"""A journal entry may bear a second later than the change that entered it."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known of a record: the newest version that webhooks told, and that polling has dealt with; since when it
    waits for its webhook, and since when it is missed (by the database's clock)."""

    told: int | None = None
    looked: int | None = None
    waits: timedelta | None = None
    gone: timedelta | None = None


NOTHING = Heard()

_TOLD = text("""
    INSERT INTO heard AS known (platform, record_id, told)
    SELECT * FROM unnest(CAST(:platforms AS text[]), CAST(:ids AS text[]), CAST(:versions AS bigint[]))
    ON CONFLICT (platform, record_id) DO UPDATE
    SET told = GREATEST(known.told, EXCLUDED.told), at = clock_timestamp(), waits_since = NULL
""")


_COMMENTS = many.inserting(
    heard_comments,
    ("platform", "record_id", "comment_id", "digest", "written_at"),
    "ON CONFLICT (platform, record_id, comment_id) DO UPDATE SET digest = EXCLUDED.digest,"
    " written_at = EXCLUDED.written_at, at = clock_timestamp()",
)


def tell(connection: Connection, events: Iterable[Event]) -> None:
    """Note what these events have told of records; our own writes' echoes tell nothing that others did."""
    told: dict[tuple[str, str], int] = {}
    comments: dict[tuple[str, str, str], many.Row] = {}
    for event in events:
        ref = event.record
        if ref is None or not ref.id or event.own or event.kind is EventKind.ALERT:
            continue
        if event.comment is not None:
            comments[ref.platform, ref.id, event.comment.id] = _comment(ref, event, event.comment)
        if event.version is not None:
            place = (ref.platform, ref.id)
            told[place] = max(event.version, told.get(place, event.version))
    many.write(connection, _COMMENTS, [comments[place] for place in sorted(comments)])
    if told:
        rows = sorted(told.items())
        values = {"platforms": [p for (p, _), _ in rows], "ids": [i for (_, i), _ in rows]}
        connection.execute(_TOLD, {**values, "versions": [version for _, version in rows]})


def _comment(ref: RecordRef, event: Event, comment: ForeignComment) -> many.Row:
    written_at = event.occurred_at.isoformat() if event.occurred_at else None
    row = {"platform": ref.platform, "record_id": ref.id, "comment_id": comment.id}
    return {**row, "digest": digest(comment), "written_at": written_at}


def digest(comment: ForeignComment) -> str:
    """What two tellings of one comment share: who wrote it, where it can be read, and its words."""
    who = (comment.author.login or comment.author.account or comment.author.name).casefold()
    said = f"{who}\n{comment.internal}\n{' '.join(comment.text.split())}"
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def of(connection: Connection, platform: str, ids: Sequence[str]) -> Mapping[str, Heard]:
    """What is known of these records."""
    now = func.clock_timestamp()
    query = select(heard, (now - heard.c.waits_since).label("waits"), (now - heard.c.gone_since).label("gone"))
    rows = connection.execute(query.where(heard.c.platform == platform, heard.c.record_id.in_(list(ids))))
    return {row.record_id: Heard(row.told, row.looked, row.waits, row.gone) for row in rows}


def knows_comment(connection: Connection, ref: RecordRef, comment: ForeignComment, at: datetime) -> str | None:
    """The words (`digest`) in which a comment was told last, by its id or as the same words of that moment; None for
    one that was not told.
    """
    mine = (heard_comments.c.platform == ref.platform) & (heard_comments.c.record_id == ref.id)
    near = heard_comments.c.written_at.between(at - SAME_MOMENT, at + SAME_MOMENT)
    same = (heard_comments.c.comment_id == comment.id) | ((heard_comments.c.digest == digest(comment)) & near)
    first = (heard_comments.c.comment_id == comment.id).desc()
    query = select(heard_comments.c.digest).where(mine & same).order_by(first).limit(1)
    return connection.execute(query).scalar_one_or_none()


def look(connection: Connection, platform: str, versions: Mapping[str, int]) -> None:
    """Note that polling has dealt with these versions."""
    _put(connection, platform, versions, "looked")


def wait(connection: Connection, platform: str, ids: Iterable[str]) -> None:
    """Note that these records wait a little for their webhooks, since now unless they do already."""
    _since(connection, platform, ids, "waits_since")


def miss(connection: Connection, platform: str, ids: Iterable[str]) -> None:
    """Note that these records are missed, since now unless they are already."""
    _since(connection, platform, ids, "gone_since")


def found_again(connection: Connection, platform: str, ids: Sequence[str]) -> None:
    """Note that these records are there."""
    there = (heard.c.platform == platform) & heard.c.record_id.in_(list(ids)) & heard.c.gone_since.is_not(None)
    connection.execute(heard.update().where(there).values(gone_since=None))


def _put(connection: Connection, platform: str, versions: Mapping[str, int], column: str) -> None:
    for record_id, version in sorted(versions.items()):
        statement = upsert(heard).values({"platform": platform, "record_id": record_id, column: version})
        values = {column: version, "waits_since": None, "at": func.clock_timestamp()}
        connection.execute(statement.on_conflict_do_update(index_elements=["platform", "record_id"], set_=values))


def _since(connection: Connection, platform: str, ids: Iterable[str], column: str) -> None:
    for record_id in sorted(ids):
        row = {"platform": platform, "record_id": record_id, column: func.clock_timestamp()}
        since = func.coalesce(heard.c[column], func.clock_timestamp())
        values = {column: since, "at": func.clock_timestamp()}
        statement = upsert(heard).values(row)
        connection.execute(statement.on_conflict_do_update(index_elements=["platform", "record_id"], set_=values))
