"""A desk written by hand, full of all that the pages must show. To look: `python console_fakes.py PORT [empty]`."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from access_fakes import FakeAccess
from flask import Flask
from mapping_fakes import FakeMappingDesk
from werkzeug.serving import make_server

import console
from core.desk import (
    ActionRow,
    Board,
    BoardRow,
    Choices,
    ClockRow,
    DeliveryRow,
    NotFoundError,
    NotReplayableError,
    PlatformHealth,
    SourceRow,
    TicketPage,
    UnknownRow,
)
from core.model import (
    Acknowledge,
    ActionStatus,
    Command,
    Delivery,
    DeliveryStatus,
    Entry,
    EntryKind,
    Impact,
    Reason,
    ReasonCode,
    Record,
    RecordRef,
    Right,
    Severity,
    State,
    Take,
    Ticket,
    TicketKind,
    Timer,
    TimerKind,
    UnknownKind,
    Urgency,
    Verb,
)
from core.status import PlatformRow, QueueRow, Status

NOW = datetime(2026, 3, 2, 9, 4, tzinfo=UTC)
PEOPLE = {"dana": "Dana Reyes", "lee": "Lee Park", "sam": "Sam Okafor", "ines": "Inês Carvalho"}
HOSTILE = '<script>alert(1)</script> \u202egnp.exe\u202c "quoted" & <b>bold</b>'


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def row(number: int, **changes: object) -> BoardRow:
    plain = BoardRow(
        id=number,
        severity=Severity.SEV3,
        state=State.NEW,
        title="Checkout answers slower than two seconds",
        service="Payments",
        team="Payments Support",
        level="L1",
        owner="dana",
        acknowledged_by="",
        deadline=NOW + timedelta(minutes=4, seconds=12),
        exhausted=False,
        write_back="in step",
        key=f"INC00{12340 + number}",
        link=f"https://example.service-now.com/nav_to.do?uri=incident.do?sys_id={number}",
        opened_at=ago(minutes=11),
        updated_at=ago(minutes=1),
    )
    return replace(plain, **changes)  # type: ignore[arg-type] # whatever the test wants to differ


def rich_rows() -> tuple[BoardRow, ...]:
    """Every kind of row, in the order in which a desk would give them."""
    return (
        row(
            1,
            severity=Severity.SEV1,
            title="Card payments are refused in all regions",
            level="L3",
            owner="ines",
            deadline=None,
            exhausted=True,
            write_back="failed",
            opened_at=ago(hours=1, minutes=20),
        ),
        row(2, severity=Severity.SEV1, title="Ledger replica is 40 minutes behind", level="L2", owner="sam",
            service="Ledger", deadline=ago(minutes=2, seconds=3), write_back="waiting"),
        row(3, severity=Severity.SEV2, title="Disk of db-prod-07 is full in four hours", service="Databases",
            team="Platform", owner="", deadline=NOW + timedelta(seconds=48), key="OPS-118",
            link="https://example.atlassian.net/browse/OPS-118"),
        row(4, severity=Severity.SEV2, deadline=NOW + timedelta(minutes=4, seconds=12)),
        row(5, severity=Severity.SEV3, title="Certificate of api.example.com expires in nine days and nobody"
            " has renewed it although the reminder was sent to three teams", service="Edge", team="Network Operations",
            owner="lee", deadline=NOW + timedelta(hours=2, minutes=5), write_back="none", key="", link=""),
        row(6, severity=Severity.SEV2, title="Login mails are delayed", service="Identity", team="Identity",
            state=State.IN_PROGRESS, owner="lee", acknowledged_by="lee", deadline=None),
        row(7, severity=Severity.SEV4, title="Printer on the third floor has no toner", service="Workplace",
            team="Service Desk", state=State.ON_HOLD, owner="sam", acknowledged_by="sam", deadline=None,
            opened_at=ago(days=3, hours=4)),
        row(8, severity=Severity.SEV3, title=HOSTILE, service='"><img src=x onerror=alert(1)>', state=State.IN_PROGRESS,
            link="javascript:alert(1)", key="INC\u202e1", acknowledged_by="dana", deadline=None),
    )  # fmt: skip


def ticket(one: BoardRow) -> Ticket:
    return Ticket(
        id=one.id,
        uid="k3v9",
        kind=TicketKind.INCIDENT,
        source="alertmanager",
        title=one.title,
        opened_at=one.opened_at,
        updated_at=one.updated_at,
        policy_version=3,
        state=one.state,
        description="The 95th percentile of checkout has been above two seconds for five minutes.\n\nRunbook: RB-17",
        impact=Impact.HIGH,
        urgency=Urgency.MEDIUM,
        severity=one.severity,
        labels={"region": "eu-west", "alertname": "CheckoutSlow"},
        link="https://prometheus.example.com/graph?g0.expr=checkout",
        level=2 if one.level == "L2" else 1,
        timers=() if one.acknowledged_by else (Timer(TimerKind.ACKNOWLEDGE, NOW + timedelta(minutes=4), 1),),
        round=1,
        acknowledged_by=one.acknowledged_by,
        resolved_at=None if one.state.is_open else ago(minutes=2),
        resolution="" if one.state.is_open else "The gateway was rolled back.",
        acknowledged_at=ago(minutes=3) if one.acknowledged_by else None,
        records=(
            Record(RecordRef("servicenow-main", "incident", "9d38", one.key, one.link), 4),
            Record(RecordRef("jira-main", "OPS", "", "", "")),
        ),
        theirs=frozenset({"assignee"}),
    )


def action(number: int, **changes: object) -> ActionRow:
    plain = ActionRow(
        id=number,
        operation_id=f"k3v9-{number}",
        ticket_id=4,
        verb=Verb.WRITE_RECORD,
        target="servicenow-main",
        summary="team Payments Support, assignee Dana Reyes, a note",
        status=ActionStatus.CONFIRMED,
        attempts=1,
        error="",
        created_at=ago(minutes=10),
        next_attempt_at=None,
        why="Routed to Payments Support because they own the service Payments.",
    )
    return replace(plain, **changes)  # type: ignore[arg-type] # whatever the test wants to differ


def rich_actions() -> tuple[ActionRow, ...]:
    return (
        action(1, verb=Verb.CREATE_RECORD, summary=""),
        action(2),
        action(3, verb=Verb.NOTIFY, target="dana", summary="SEV2 Payments: checkout is slow", status=ActionStatus.DONE),
        action(4, target="jira-main", verb=Verb.CREATE_RECORD, summary="severity SEV2", status=ActionStatus.DEAD,
               attempts=6, error="jira-main refused it: the field customfield_10040 is required. Map it."),
        action(5, status=ActionStatus.PENDING, attempts=2, next_attempt_at=NOW + timedelta(seconds=30),
               error="servicenow-main did not answer within 20 seconds."),
    )  # fmt: skip


def entries() -> tuple[Entry, ...]:
    def entry(minutes: float, kind: EntryKind, by: str, code: ReasonCode, operation: str = "", **facts: str) -> Entry:
        return Entry(ago(minutes=minutes), kind, by, Reason(code, facts), operation)

    title = "Checkout answers slower than two seconds"
    return (
        entry(11, EntryKind.EVENT, "alertmanager", ReasonCode.OPENED_BY_ALERT, source="Alertmanager", title=title),
        entry(11, EntryKind.DECISION, "severity", ReasonCode.SEVERITY_DERIVED, severity="SEV2", impact="high",
              urgency="medium"),
        entry(11, EntryKind.DECISION, "routing", ReasonCode.ROUTED_BY_SERVICE, team="Payments Support",
              service="Payments"),
        entry(11, EntryKind.DECISION, "path standard", ReasonCode.LEVEL_BEGUN, level="L1", person="Dana Reyes",
              team="Payments Support", within="15 minutes"),
        entry(10.5, EntryKind.ACTION, "servicenow-main", ReasonCode.RECORD_CREATED, "k3v9-1", key="INC0012344",
              platform="servicenow-main"),
        entry(8, EntryKind.ACTION, "jira-main", ReasonCode.WRITE_REFUSED, "k3v9-4", platform="jira-main",
              message="the field customfield_10040 is required."),
        entry(1, EntryKind.COMMAND, HOSTILE, ReasonCode.COMMENTED, actor="Lee Park", platform="servicenow-main"),
    )  # fmt: skip


UNMAPPED = Delivery(
    id=41,
    source="servicenow-main",
    key="abc-1",
    received_at=ago(minutes=6),
    content_type="application/json",
    headers={"content-type": "application/json", "user-agent": "ServiceNow/1.0", "x-hostile": HOSTILE},
    body=b'{"table": "incident", "number": "INC0012399", "state": "17", "short_description": "</pre><script>"}',
    status=DeliveryStatus.UNMAPPED,
    error='mappings/servicenow/mapping.yaml line 31: the value "17" at state is not in the table "state".',
    outcome=({"event": "created", "ticket": 4},),
)


CHOICES = Choices(
    levels=("L1", "L2", "L3"),
    rights={"dana": frozenset(Right) - {Right.HOLD, Right.DE_ESCALATE, Right.OWNER}, "lee": frozenset(Right)},
    others=frozenset({Right.ACKNOWLEDGE, Right.NOTE}),
    holders=dict.fromkeys(Right, "L2 and every level above"),
    longest_snooze=timedelta(hours=2),
    longest_hold=timedelta(hours=24),
)


def _is_late(row: BoardRow) -> bool:
    return row.exhausted or bool(row.breached) or (row.deadline is not None and row.deadline <= NOW)


@dataclass
class FakeDesk:
    """What a desk tells, and what it was told to do."""

    rows: tuple[BoardRow, ...] = field(default_factory=rich_rows)
    version: str = "1"
    commands: list[tuple[int, Command]] = field(default_factory=list)
    replayed: list[tuple[str, int]] = field(default_factory=list)
    boards: int = 0
    unmapped: int = 1
    dead: int = 1
    behind: bool = True
    last_event: bool = True
    moving: bool = False
    error: Exception | None = None
    clocks: tuple[ClockRow, ...] = ()

    def now(self) -> datetime:
        return NOW + (datetime.now(UTC) - STARTED) if self.moving else NOW

    def board(self, *, limit: int = 200) -> Board:
        self.boards += 1
        since = ago(minutes=3) if self.behind else None
        return Board(
            version=self.version,
            now=self.now(),
            rows=self.rows[:limit],
            total=len(self.rows),
            needing=len([row for row in self.rows if _is_late(row) or not row.acknowledged_by]),
            late=len([row for row in self.rows if _is_late(row)]),
            last_event_at=ago(minutes=2) if self.last_event else None,
            last_event_source="Alertmanager" if self.last_event else "",
            platforms=(PlatformHealth("servicenow-main", since, 4), PlatformHealth("jira-main", None, 0)),
            unmapped=self.unmapped,
            dead=self.dead,
        )

    def board_version(self) -> str:
        if self.error:
            raise self.error
        return self.version

    def tickets(self, *, state: State | None = None, limit: int = 100) -> Sequence[BoardRow]:
        return [one for one in self.rows if state is None or one.state is state][:limit]

    def ticket(self, ticket_id: int) -> TicketPage:
        if self.error:
            raise self.error
        found = self._row(ticket_id)
        return TicketPage(
            ticket=ticket(found), row=found, policy="policy.yaml version 3", now=self.now(), entries=entries(),
            actions=rich_actions(), choices=CHOICES, clocks=self.clocks,
        )  # fmt: skip

    def _row(self, ticket_id: int) -> BoardRow:
        found = next((one for one in self.rows if one.id == ticket_id), None)
        if found is None:
            raise NotFoundError(f"There is no ticket {ticket_id}.")
        return found

    def command(self, ticket_id: int, command: Command) -> str:
        found = self._row(ticket_id)
        if self.error:
            raise self.error
        self.commands.append((ticket_id, command))
        if not isinstance(command, Acknowledge | Take):
            facts = {"person": command.by, "via": command.via, "text": "it is done"}
            return Reason(ReasonCode.NOTED, facts).sentence
        mine = replace(found, acknowledged_by=command.by, deadline=None, exhausted=False, state=State.IN_PROGRESS)
        self.rows = tuple(mine if one.id == ticket_id else one for one in self.rows)
        self.version = str(int(self.version) + 1)
        facts = {"person": command.by, "via": command.via, "after": "6 minutes"}
        return Reason(ReasonCode.ACKNOWLEDGED, facts).sentence

    def status(self) -> Status:
        down = PlatformRow(name="jira-main", breaker="open", since=ago(minutes=3), last_error="It did not answer.")
        return Status(now=self.now(), platforms=(down,), queues=(QueueRow(work="write_back", waiting=4),))

    def sources(self) -> Sequence[SourceRow]:
        silent = SourceRow(
            name="alertmanager",
            mapping="alertmanager",
            platform="",
            heard_at=ago(minutes=14),
            every=timedelta(minutes=10),
            silent_since=ago(minutes=3),
            received=4,
            unmapped=1,
            failed=0,
        )
        return [silent]

    def deliveries(self, *, status: DeliveryStatus | None = None, limit: int = 100) -> Sequence[DeliveryRow]:
        rows = [
            DeliveryRow(id=41, source="servicenow-main", status=DeliveryStatus.UNMAPPED, received_at=ago(minutes=6),
                        size=412, error=UNMAPPED.error, summary="incident INC0012399"),
            DeliveryRow(id=40, source="alertmanager", status=DeliveryStatus.APPLIED, received_at=ago(minutes=11),
                        size=2310, error="", summary=HOSTILE),
            DeliveryRow(id=39, source="jira-main", status=DeliveryStatus.DECLINED, received_at=ago(hours=2),
                        size=9120, error="", summary="worklog_updated: not for us"),
        ]  # fmt: skip
        return [one for one in rows if status is None or one.status is status][:limit]

    def delivery(self, delivery_id: int) -> Delivery:
        if delivery_id == 40:
            return replace(UNMAPPED, id=40, status=DeliveryStatus.APPLIED, error="")
        if delivery_id != 41:
            raise NotFoundError(f"There is no delivery {delivery_id}.")
        return UNMAPPED

    def replay_delivery(self, delivery_id: int) -> None:
        if self.delivery(delivery_id).status is DeliveryStatus.APPLIED:
            raise NotReplayableError(f"Delivery {delivery_id} was applied; only what was not can be replayed.")
        self.replayed.append(("delivery", delivery_id))

    def unknowns(self, *, kind: UnknownKind | None = None, limit: int = 100) -> Sequence[UnknownRow]:
        one = UnknownRow(id=3, kind=UnknownKind.VALUE, place="alertmanager:27 labels.severity", name="sev0", count=12,
                         first_at=ago(hours=2), last_at=ago(minutes=3), advice="Add it to the table.")  # fmt: skip
        return [one][:limit] if kind in {None, one.kind} else []

    def forget_unknowns(self, ids: Sequence[int] | None = None) -> int:
        return 1 if ids is None else len(ids)

    def actions(self, *, status: ActionStatus | None = None, limit: int = 100) -> Sequence[ActionRow]:
        newest_first = tuple(reversed(rich_actions()))
        return [one for one in newest_first if status is None or one.status is status][:limit]

    def action(self, action_id: int) -> ActionRow:
        found = next((one for one in rich_actions() if one.id == action_id), None)
        if found is None:
            raise NotFoundError(f"There is no action {action_id}.")
        return found

    def replay_action(self, action_id: int) -> None:
        if self.action(action_id).status is not ActionStatus.DEAD:
            raise NotReplayableError(f"Action {action_id} is not dead, so there is nothing to replay.")
        self.replayed.append(("action", action_id))

    def retell(self) -> int:
        return 0


LINKS = console.AcknowledgeLinks("a secret of the tests", "http://rung.example.com")
STARTED = datetime.now(UTC)


def token_for(ticket_id: int, person: str = "dana") -> str:
    return LINKS.make(ticket_id, person).rpartition("/")[2]


def application(
    desk: FakeDesk,
    people: Mapping[str, str] = PEOPLE,
    mappings: FakeMappingDesk | None = None,
    access: FakeAccess | None = None,
    links: console.AcknowledgeLinks = LINKS,
    **more: Any,
) -> Flask:
    app = Flask("people")
    about, lets_in = mappings or FakeMappingDesk(), access or FakeAccess()
    parts = {"mappings": about, "access": lets_in, "clock": desk.now, "links": links, **more}
    app.register_blueprint(console.blueprint(desk, people=lambda: people, **parts))
    return app


def acknowledge_as(person: str) -> Acknowledge:
    return Acknowledge(person, "in the console")


if __name__ == "__main__":
    nothing = "empty" in sys.argv
    shown = FakeDesk(moving=True, **({"rows": (), "behind": False, "unmapped": 0, "dead": 0} if nothing else {}))
    server = make_server("127.0.0.1", int(sys.argv[1]), application(shown), threaded=True)
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}/  /acknowledge/{token_for(4)}\n")
    sys.stdout.flush()
    server.serve_forever()
