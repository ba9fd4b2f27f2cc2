"""What came of a run, read from Rung's database and the stand-ins, in a form in which two runs can be compared.

Cases are known by their mark, since ids, numbers and keys are given in the order of arrival, which faults change.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.ground import Ground

_LINK = re.compile(r"https?://\S+")
_KEY = re.compile(r"\b(INC\d{7}|OPS-\d+)\b|(?<=[Tt]icket )\d+|#\d+")
_STAMP = re.compile(r"\[rung [a-z0-9-]+\]")
_MARK = re.compile(r"(?:case|race)-\d+")
DOUBT = "Possible repeat: "
"""How the subject of a message begins that an earlier attempt may have sent."""
_KEPT = (
    *("state", "severity", "impact", "urgency", "service", "team", "path", "level", "round", "owner", "exhausted"),
    *("acknowledged_by", "resolution", "theirs", "shadow", "reopenings", "reassignments", "parent", "gathered"),
)
"""Of a ticket's body: where it stands, without ids and moments."""
_FIELDS = ("state", "impact", "urgency", "priority", "assigned_to", "assignment_group", "close_code", "close_notes")
_ISSUE = ("status", "priority", "assignee", "resolution", "summary")


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that reached its reader; `doubted` says that it told its reader that it may be a repeat."""

    mark: str
    to: str
    subject: str
    text: str
    doubted: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Notice:
    """A message on the ledger: what was asked of whom, how it ended, and how often it was taken up.

    `claims` are all times that a worker took it up, `doubted` those when an earlier attempt might have succeeded.
    `late` says that it asked somebody to take the ticket, and was taken up and sent although an acknowledgement, which
    came after it was decided, was there to be seen.
    """

    mark: str
    recipient: str
    subject: str
    ask: str
    status: str
    claims: int
    doubted: int
    late: bool = False


@dataclass(frozen=True, kw_only=True)
class Account:
    """All that the judge looks at.

    `answered` are the 202s by source and body, `stored` the deliveries by the same. `tickets` and `records` are by the
    case's mark, a list each, because two would be one too many. `timers` holds the seconds until each is due, by mark
    and name. `statuses` counts deliveries, actions and signals by how they ended.
    """

    answered: Mapping[tuple[str, str], int] = field(default_factory=dict)
    stored: Mapping[tuple[str, str], int] = field(default_factory=dict)
    tickets: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    records: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    comments: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    timers: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    letters: Sequence[Letter] = ()
    notices: Sequence[Notice] = ()
    writes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    statuses: Mapping[str, int] = field(default_factory=dict)
    waiting: Mapping[str, int] = field(default_factory=dict)
    unexpected: Sequence[str] = ()
    errors: Sequence[str] = ()
    acknowledged: int = 0


def plain(text: str) -> str:
    """A text without what differs from run to run: links, keys, numbers of tickets."""
    return re.sub(r"\s+", " ", _KEY.sub("<key>", _STAMP.sub("", _LINK.sub("<link>", text)))).strip()


def read(ground: Ground, answered: Mapping[tuple[str, str, int], int]) -> Account:
    """Read everything; the run has come to rest."""
    names = {one["id"]: one["mark"] for one in ground.ask(_NAMED)}
    return Account(
        answered=_answered(ground, answered),
        stored={(one["source"], one["digest"]): one["count"] for one in ground.ask(_STORED)},
        tickets=_tickets(ground),
        **_platforms(ground),
        timers=_timers(ground, names),
        letters=_letters(ground),
        notices=_notices(ground, names),
        writes=_writes(ground, names),
        statuses={f"{one['what']} {one['status']}": one["count"] for one in ground.ask(_STATUSES)},
        waiting=ground.waiting(),
        unexpected=[f"{one['method']} {one['path']}: {one['unexpected']}" for one in ground.box.unexpected()],
        errors=list(ground.family.lines("Traceback", "broke off", "could not be applied")),
        acknowledged=ground.ask("SELECT count(DISTINCT ticket_id) AS count FROM chaos.acknowledged")[0]["count"],
    )


_NAMED = "SELECT id, substring(body->>'title' from '(?:case|race)-[0-9]+') AS mark FROM tickets"
_STORED = """
    SELECT source, encode(sha256(body), 'hex') AS digest, count(*) AS count FROM deliveries
    WHERE NOT headers ? 'x-rung-found' GROUP BY 1, 2
"""
_STATUSES = """
    SELECT 'delivery' AS what, status, count(*) AS count FROM deliveries GROUP BY 2 UNION ALL
    SELECT 'action', status, count(*) FROM actions GROUP BY 2 UNION ALL
    SELECT 'signal', status, count(*) FROM signals GROUP BY 2
"""
_LEDGER = """
    SELECT a.id, a.ticket_id, a.recipient, a.status, a.body->'notice'->>'headline' AS headline,
        coalesce(a.body->'notice'->>'ask', '') AS ask,
        (SELECT count(*) FROM chaos.claims c WHERE c.action_id = a.id) AS claims,
        (SELECT count(*) FROM chaos.claims c WHERE c.action_id = a.id AND c.look_first) AS doubted,
        a.status = 'done' AND coalesce((a.body->'notice'->>'offers_acknowledge')::boolean, true)
            AND NOT coalesce((a.body->'notice'->>'informs')::boolean, false)
            AND EXISTS (
                SELECT 1 FROM chaos.acknowledged k WHERE k.ticket_id = a.ticket_id AND k.last_action >= a.id
                AND pg_visible_in_snapshot(
                    k.within, (SELECT c.seen FROM chaos.claims c WHERE c.action_id = a.id ORDER BY c.id DESC LIMIT 1)
                )
            ) AS late
    FROM actions a WHERE a.verb = 'notify'
"""
_WRITES = (
    "SELECT ticket_id, verb, platform, status, count(*) AS count FROM actions WHERE verb <> 'notify' GROUP BY 1,2,3,4"
)


def _answered(ground: Ground, answered: Mapping[tuple[str, str, int], int]) -> dict[tuple[str, str], int]:
    """What senders of alerts, and both platforms, were told to be taken."""
    found: Counter[tuple[str, str]] = Counter()
    for (source, digest, status), count in answered.items():
        found[source, digest] += count if status == 202 else 0
    for stand in ground.box.box.stands:
        for hook in list(stand.hooks._deliveries):
            digest = hashlib.sha256(hook.raw).hexdigest()
            found[f"{stand.name}-main", digest] += sum(one["status"] == 202 for one in hook.attempts)
    return {one: count for one, count in found.items() if count}


def _tickets(ground: Ground) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in ground.ask("SELECT body FROM tickets ORDER BY id"):
        body = row["body"]
        about = {name: body.get(name) for name in _KEPT}
        about["asked"] = [one.get("person") or one.get("vendor") for one in body.get("asked") or ()]
        about["acknowledged"] = body.get("acknowledged_at") is not None
        about["firing"] = [one.get("firing") for one in body.get("alerts") or ()]
        about["records"] = [one["ref"]["platform"] for one in body.get("records") or ()]
        found[_mark(body["title"])].append(about)
    return found


def _timers(ground: Ground, names: Mapping[int, str]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for row in ground.ask("SELECT ticket_id, kind, name, due_at FROM timers"):
        due = (row["due_at"] - ground.now).total_seconds()
        found[names[row["ticket_id"]]][f"{row['kind']} {row['name']}".strip()] = due
    return found


def _notices(ground: Ground, names: Mapping[int, str]) -> list[Notice]:
    return [
        Notice(
            names[row["ticket_id"]],
            row["recipient"],
            plain(row["headline"]),
            plain(row["ask"]),
            row["status"],
            row["claims"],
            row["doubted"],
            bool(row["late"]),
        )
        for row in ground.ask(_LEDGER)
    ]


def _writes(ground: Ground, names: Mapping[int, str]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for row in ground.ask(_WRITES):
        found[names[row["ticket_id"]]][f"{row['verb']} {row['platform']} {row['status']}"] = row["count"]
    return found


def _letters(ground: Ground) -> list[Letter]:
    return [
        Letter(
            _mark(one["subject"]),
            one["to"][0].partition("@")[0],
            plain(one["subject"].removeprefix(DOUBT)),
            plain(one["text"]),
            doubted=one["subject"].startswith(DOUBT),
        )
        for one in ground.box.mail()
    ]


def _platforms(ground: Ground) -> dict[str, Any]:
    """Each case's records, and how often each comment stands on them."""
    records: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    comments: dict[str, Counter[str]] = defaultdict(Counter)
    for one in ground.box.incidents():
        mark = _mark(one["fields"]["short_description"])
        if mark:
            records[mark].append({name: plain(str(one["display"].get(name, ""))) for name in _FIELDS})
            comments[mark].update(f"{note['by']}: {plain(note['text'])}" for note in one["work_notes"])
            comments[mark].update(f"{note['by']}: {plain(note['text'])}" for note in one["comments"])
    for one in ground.box.issues():
        mark = _mark(one["summary"])
        if mark:
            records[mark].append({name: plain(str(one.get(name) or "")) for name in _ISSUE})
            comments[mark].update(f"{note['by']}: {plain(str(note['text']))}" for note in one["comments"])
    return {"records": records, "comments": comments}


def _mark(text: str) -> str:
    found = _MARK.search(text)
    return found[0] if found else ""
