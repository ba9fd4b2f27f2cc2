"""From what the desk tells to what the board's and the ticket's templates show."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal
from zlib import crc32

from markupsafe import Markup, escape

from console import wording
from console.overruled import overruled
from console.wording import Moment, counted, number, plain
from core.desk import COUNTED_TO, ActionRow, Board, BoardRow, TicketPage, UpdateRow
from core.model import ActionStatus, DeliveryStatus, Record, State, Verb

People = Mapping[str, str]
Loudness = Literal["loud", "open", "calm"]

SYNC = {
    "in step": ("in-step", "In step", "Every platform has what was decided."),
    "waiting": ("waiting", "Writing", "Some changes are still on their way to a platform."),
    "failed": ("failed", "Not written", "A platform did not take a change; see the ticket's actions."),
    "none": ("none", "Nothing to write", "Nothing was to be written to a platform."),
    "shadowed": ("none", "Shadowed", "Rung decides and records; nothing is written, and nobody is told."),
}

RECORD_SYNC = {
    "in step": ("in-step", "In step", "It has what was decided."),
    "waiting": ("waiting", "Writing", "Changes are on their way to it."),
    "failed": ("failed", "Not written", "A change was not taken; what Rung did outside says why."),
    "none": ("none", "Nothing to write", "Nothing was to be written to it."),
    "shadowed": ("none", "Shadowed", "What would have been written to it stands under the actions."),
}

STATES = {
    State.NEW: "New",
    State.IN_PROGRESS: "In progress",
    State.ON_HOLD: "On hold",
    State.RESOLVED: "Resolved",
    State.CLOSED: "Closed",
    State.CANCELED: "Canceled",
}

STATUS_WORDS: Mapping[StrEnum, str] = {
    ActionStatus.PENDING: "Waiting",
    ActionStatus.SENT: "Sent",
    ActionStatus.DONE: "Done",
    ActionStatus.CONFIRMED: "Confirmed",
    ActionStatus.SUPERSEDED: "Superseded",
    ActionStatus.SHADOW: "Shadowed, not done",
    ActionStatus.HELD: "Held back",
    ActionStatus.GATHERED: "In a digest",
    ActionStatus.DEAD: "Given up",
    DeliveryStatus.RECEIVED: "Received",
    DeliveryStatus.APPLIED: "Applied",
    DeliveryStatus.DECLINED: "Not for us",
    DeliveryStatus.UNMAPPED: "Not understood",
    DeliveryStatus.FAILED: "Failed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """One ticket as a row. `put_off` is when a hold or a snooze ends.

    `due` is the time left, `due_for` for what ("to resolve"); `flag` says that a target is missed, or nearly.

    `loudness`: "loud" is overdue or exhausted, "open" awaits somebody, "calm" is in hand.
    """

    id: int
    severity: str
    loudness: Loudness
    title: str
    service: str
    state: str
    team: str
    level: str
    owner: str
    acknowledged_by: str
    due: Moment | None
    due_for: str
    flag: str
    status: str
    put_off: Moment | None
    exhausted: bool
    shadow: bool
    major: bool
    children: int
    sync: tuple[str, str, str]
    key: str
    link: str
    open: bool
    can_acknowledge: bool
    opened: Moment
    mark: str


def row_view(row: BoardRow, people: People, now: datetime) -> RowView:
    """What is shown of one row. `mark` changes whenever anything that is shown does, the passing of time aside."""
    overdue = row.deadline is not None and row.deadline <= now
    put_off = row.held_until or row.snoozed_until
    return RowView(
        id=row.id,
        severity=row.severity.value,
        loudness=_loudness(row, overdue),
        title=plain(row.title) or "(no title)",
        service=plain(row.service),
        state=STATES[row.state],
        team=plain(row.team),
        level=", ".join(part for part in (plain(row.level), row.answered) if part),
        owner=plain(people.get(row.owner, row.owner)),
        acknowledged_by=plain(people.get(row.acknowledged_by, row.acknowledged_by)),
        due=_due(row, now),
        due_for=plain(row.deadline_for),
        flag=_flag(row),
        status=_status(row),
        put_off=wording.moment(put_off, wording.time_left(put_off, now)) if put_off and row.state.is_open else None,
        exhausted=row.exhausted,
        shadow=row.shadow,
        major=row.major,
        children=row.children,
        sync=SYNC[row.write_back],
        key=plain(row.key),
        link=wording.safe_link(row.link),
        open=row.state.is_open,
        can_acknowledge=row.state.is_open and not row.acknowledged_by,
        opened=wording.moment(row.opened_at, wording.ago(row.opened_at, now)),
        mark=f"{crc32(repr((row, overdue, people.get(row.owner))).encode()):x}",
    )


def _loudness(row: BoardRow, overdue: bool) -> Loudness:
    if not row.state.is_open:
        return "calm"
    if row.exhausted or row.breached or overdue:
        return "loud"
    return "calm" if row.acknowledged_by else "open"


def _due(row: BoardRow, now: datetime) -> Moment | None:
    """By when somebody must have done something; while people have put it off, that is shown instead."""
    if row.deadline is None or row.held_until or row.snoozed_until or not row.state.is_open:
        return None
    return wording.moment(row.deadline, wording.time_left(row.deadline, now))


def _flag(row: BoardRow) -> str:
    """Which targets are missed, or else near that."""
    if row.breached:
        return "missed: " + ", ".join(map(plain, row.breached))
    return "warned: " + ", ".join(map(plain, row.warned)) if row.warned else ""


def _status(row: BoardRow) -> str:
    """What stands where the time left would, when no time is running."""
    if not row.state.is_open:
        return STATES[row.state]
    if row.held_until:
        return "On hold"
    if row.acknowledged_by:
        return "Acknowledged"
    if row.snoozed_until:
        return "Snoozed"
    return "Path exhausted" if row.exhausted else "No deadline"


@dataclass(frozen=True, slots=True)
class Summary:
    """The board's headline: how many need someone, and what comes next."""

    headline: str
    detail: str
    loud: bool


def summary(board: Board) -> Summary:
    """The one question's answer in a sentence: of all that is open, also of what has no room on the page."""
    in_hand = board.total - board.needing
    if not board.total:
        return Summary("Nothing is waiting.", "", loud=False)
    if not board.needing:
        return Summary("Nobody is needed now.", f"{counted(in_hand, 'ticket')} in hand", loud=False)
    verb = "needs" if board.needing == 1 else "need"
    parts = [f"{number(board.late)} overdue or exhausted"] if board.late else []
    parts += [f"{number(in_hand)} in hand"] if in_hand > 0 and board.total < COUNTED_TO else []
    return Summary(f"{counted(board.needing, 'ticket')} {verb} someone now.", ", ".join(parts), loud=bool(board.late))


def behind(board: Board) -> list[tuple[str, datetime, str]]:
    """Every platform that does not take our writes: its name, since when, and how much waits for it."""
    return [
        (plain(one.name), one.since, f"{counted(one.waiting, 'change')} {'waits' if one.waiting == 1 else 'wait'}")
        for one in board.platforms
        if one.since is not None
    ]


def matches(row: RowView, wanted: str) -> bool:
    """Whether every word that was asked for stands somewhere in the row."""
    shown = (row.severity, row.title, row.service, row.team, row.level, row.owner, row.key, row.state)
    text = " ".join(shown).casefold()
    return all(word in text for word in wanted.casefold().split())


def linked(sentence: str, records: Iterable[Record]) -> Markup:
    """A reason's sentence, with every record's key in it a link to that record."""
    links = {record.ref.key: wording.safe_link(record.ref.link) for record in records if record.ref.key}
    keys = [re.escape(key) for key, link in links.items() if link]
    pieces = re.split(rf"(?<![\w-])({'|'.join(keys)})(?![\w-])", plain(sentence)) if keys else [plain(sentence)]
    html = [
        Markup('<a href="{}" rel="noreferrer noopener">{}</a>').format(links[piece], piece)
        if links.get(piece)
        else escape(piece)
        for piece in pieces
    ]
    return Markup("").join(html)


def record_sync(record: Record, actions: Sequence[ActionRow]) -> tuple[str, str, str]:
    """How far this record has what was decided, by the actions that are aimed at it."""
    names = {record.ref.platform, record.ref.key} - {""}
    mine = [action for action in actions if names & {action.target, *action.target.split()}]
    statuses = {action.status for action in mine}
    if statuses == {ActionStatus.SHADOW}:
        return RECORD_SYNC["shadowed"]
    if ActionStatus.DEAD in statuses:
        return RECORD_SYNC["failed"]
    if statuses & {ActionStatus.PENDING, ActionStatus.SENT}:
        return RECORD_SYNC["waiting"]
    return RECORD_SYNC["in step"] if mine else RECORD_SYNC["none"]


def doing(action: ActionRow, people: People) -> str:
    """What an action does and where, as the beginning of a sentence: "Write to servicenow-main: state resolved"."""
    target = plain(people.get(action.target, action.target))
    begun = {
        Verb.CREATE_RECORD: f"Create a record on {target}",
        Verb.WRITE_RECORD: f"Write to {target}",
        Verb.WRITE_COMMENT: f"Copy a comment to {target}",
        Verb.NOTIFY: f"Tell {target}",
    }[action.verb]
    summary = plain(action.summary)
    return f"{begun}: {summary}" if summary else begun


def _update(one: UpdateRow, now: datetime) -> str:
    last = f", last told {wording.ago(one.told_at, now)}" if one.told_at else ""
    return f"{wording.time_left(one.due_at, now)}, at {wording.exact(one.due_at)}{last}"


def _believed(until: datetime | None, now: datetime) -> str:
    """Until when an alert counts whose source never says that it is over."""
    return f"{wording.time_left(until, now)}, until {wording.exact(until)} unless it is reported again" if until else ""


def told(action: ActionRow) -> str:
    """Of a message: whose words it is in, at which moment, when it went out or until when it is held back."""
    about = [action.audience, action.moment.replace("_", " "), action.language]
    parts = [", ".join(one for one in about if one)]
    if action.held_until:
        parts.append(f"goes out {wording.exact(action.held_until)}: {plain(action.held_because)}")
    elif action.digest:
        parts.append(f"sent with others in action {action.digest}")
    elif action.told_at:
        parts.append(f"sent {wording.exact(action.told_at)}")
    return " · ".join(part for part in parts if part)


def facts(page: TicketPage, row: RowView, people: People) -> list[tuple[str, str]]:
    """The ticket's facts beside its header, in the order in which they are asked for, unknown ones left out."""
    ticket = page.ticket
    told = [
        ("State", row.state),
        ("Mode", "Shadowed" if ticket.shadow else ""),
        ("Owner", row.owner or "Nobody"),
        *overruled(page, people),
        ("Asked", "; ".join(f"{plain(name)}: {how}" for name, how in page.asked)),
        ("Acknowledged by", row.acknowledged_by),
        ("Team", row.team),
        ("Level", f"{row.level}, round {ticket.round}" if row.level and ticket.round > 1 else row.level),
        ("Service", row.service),
        ("Configuration item", plain(ticket.configuration_item)),
        ("Customer", plain(ticket.customer)),
        ("Region", plain(ticket.region)),
        ("Segment", plain(ticket.segment)),
        ("Impact", ticket.impact.name.capitalize() if ticket.impact else ""),
        ("Urgency", ticket.urgency.name.capitalize() if ticket.urgency else ""),
        ("Kind", ticket.kind.value.capitalize()),
        ("Source", plain(ticket.source)),
        ("Alert believed", _believed(ticket.believed_until, page.now)),
        *((f"Next update, {one.audience}", _update(one, page.now)) for one in page.updates),
        ("Policy", plain(page.policy)),
        ("Set by people", ", ".join(sorted(ticket.theirs))),
        ("Conflicts", plain(ticket.conflict_line)),
    ]
    return [(name, value) for name, value in told if value]
