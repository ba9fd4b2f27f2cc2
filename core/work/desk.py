"""The desk: what the doors for people read and do, over the store and the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, Engine

from core.desk import (
    ActionRow,
    Board,
    BoardRow,
    DeliveryRow,
    NotAllowedError,
    NotFoundError,
    NotPossibleError,
    NotReplayableError,
    Rebased,
    SourceRow,
    SurgeRow,
    TicketPage,
    UnknownRow,
)
from core.drifts import DriftRow
from core.engine.outcome import Refused
from core.model import (
    ActionStatus,
    Command,
    Delivery,
    DeliveryStatus,
    LinkMajor,
    PollPlan,
    Rebase,
    State,
    Ticket,
    UnknownKind,
)
from core.policy import Roster
from core.polls import PollRow
from core.ports import Bell, Clock, Listened
from core.status import About, Status
from core.store import (
    actions,
    alike,
    attendance,
    deliveries,
    drifts,
    signals,
    surges,
    tickets,
    unknowns,
    views,
    watermarks,
)
from core.store.database import transaction
from core.trail import trail
from core.work.apply import Policies, apply_to
from core.work.choices import choices
from core.work.rebase import rebase
from core.work.rows import asked_rows, board_row, clock_rows, source_row
from core.work.status import look

_LARGEST_ID = 2**63 - 1
"""PostgreSQL's bigint; people type addresses by hand, and it refuses what is larger."""
_DAY = timedelta(days=1)
_SHOWN = 200
"""How many of the tickets that a major incident gathers are shown."""
_REPLAYABLE = {DeliveryStatus.UNMAPPED, DeliveryStatus.DECLINED, DeliveryStatus.FAILED}


@dataclass(frozen=True, slots=True)
class SqlDesk:
    """`core.desk.Desk` over PostgreSQL."""

    database: Engine
    policies: Policies
    clock: Clock
    bell: Bell
    platforms: Callable[[], Iterable[str]]
    polled: Callable[[], Mapping[str, PollPlan]] = dict
    listened: Callable[[], Mapping[str, Listened]] = dict
    about: Callable[[], About] = About

    def status(self) -> Status:
        """How it stands with Rung itself."""
        about = self.about()
        with transaction(self.database) as connection:
            return look(connection, about, self.platforms(), self.polled(), self.clock())

    def board(self, *, limit: int = 200) -> Board:
        """The open tickets, with everything that the board shows of them."""
        with transaction(self.database) as connection:
            version, now = views.version(connection), self.clock()
            rows = self._rows(connection, views.board(connection, limit))
            at, source = views.last_delivery(connection)
            tally = views.tally(connection, now)
            return Board(
                version=version,
                now=now,
                rows=rows,
                total=tally.total,
                needing=tally.needing,
                late=tally.late,
                last_event_at=at,
                last_event_source=source,
                platforms=views.health(connection, self.platforms()),
                unmapped=views.count_status(connection, "deliveries", "unmapped"),
                dead=views.count_status(connection, "actions", "dead"),
                surge=self._surge(connection),
                lost=signals.count_dead(connection),
            )

    def board_version(self) -> str:
        """The board's version alone."""
        with transaction(self.database) as connection:
            return views.version(connection)

    def tickets(self, *, state: State | None = None, limit: int = 100) -> Sequence[BoardRow]:
        """Tickets, newest first."""
        with transaction(self.database) as connection:
            return self._rows(connection, views.newest_tickets(connection, state, limit))

    def ticket(self, ticket_id: int) -> TicketPage:
        """One ticket with its history and its actions."""
        with transaction(self.database) as connection:
            ticket = self._ticket(connection, ticket_id)
            policy = self.policies.version(ticket.policy_version)
            now = self.clock()
            return TicketPage(
                ticket=ticket,
                row=self._rows(connection, [ticket])[0],
                policy=f"{policy.name}, version {ticket.policy_version}",
                now=now,
                entries=views.entries(connection, ticket_id),
                actions=tuple(
                    reversed(views.action_rows(connection, ticket_id=ticket_id, limit=500, roster=policy.roster))
                ),
                choices=choices(policy, ticket),
                clocks=clock_rows(ticket, policy, now),
                asked=asked_rows(ticket, policy.roster),
                parent=self._parent(connection, ticket),
                children=self._children(connection, ticket),
            )

    def command(self, ticket_id: int, command: Command) -> str:
        """Step the ticket with a person's command. What is refused stands in the timeline all the same."""
        if ticket_id > _LARGEST_ID:
            raise _no_ticket(ticket_id)
        ids = {"ticket": ticket_id, "command": type(command).__name__}
        with trail("command", "internal", **ids), transaction(self.database) as connection:
            if isinstance(command, LinkMajor) and command.major:
                self._ticket(connection, command.major)
            outcome = apply_to(connection, ticket_id, command, self.policies, self.clock())
        if outcome is None:
            raise _no_ticket(ticket_id)
        self.bell.ring("delivery")
        if outcome.signals or outcome.to_children:
            self.bell.ring("intake")
        said = " ".join(entry.reason.sentence for entry in outcome.entries)
        match outcome.refused:
            case Refused.NOT_ALLOWED:
                raise NotAllowedError(said)
            case Refused.MAKES_NO_SENSE:
                raise NotPossibleError(said)
        return said

    def left_behind(self) -> Sequence[int]:
        """The open tickets that run under an older policy than the newest, oldest first."""
        with transaction(self.database) as connection:
            return views.left_behind(connection, self.policies.newest().version)

    def rebase(self, ticket_id: int, command: Rebase, *, dry_run: bool = False) -> Rebased:
        """Move a ticket to the newest policy, in a transaction of its own."""
        with transaction(self.database) as connection:
            ticket = self._ticket(connection, ticket_id)
            done = rebase(connection, ticket, command, self.policies, self.clock(), dry_run=dry_run)
        if done.moved and not dry_run:
            self.bell.ring("delivery")
        return done

    def sources(self) -> Sequence[SourceRow]:
        """Every source of the documents in force, by name."""
        with transaction(self.database) as connection:
            known, counts = attendance.every(connection), attendance.counts(connection, self.clock() - _DAY)
        return [source_row(one, known.get(name), counts.get(name)) for name, one in sorted(self.listened().items())]

    def deliveries(self, *, status: DeliveryStatus | None = None, limit: int = 100) -> Sequence[DeliveryRow]:
        """Deliveries, newest first."""
        with transaction(self.database) as connection:
            return views.delivery_rows(connection, status, limit)

    def delivery(self, delivery_id: int) -> Delivery:
        """One delivery with its body."""
        with transaction(self.database) as connection:
            return _delivery(connection, delivery_id)

    def replay_delivery(self, delivery_id: int) -> None:
        """Have a delivery looked at again."""
        with transaction(self.database) as connection:
            status = _delivery(connection, delivery_id).status
            if status not in _REPLAYABLE:
                raise NotReplayableError(
                    f"Delivery {delivery_id} is {status.value}: only unmapped, declined and failed ones are replayed."
                )
            deliveries.replay(connection, delivery_id)
        self.bell.ring("intake")

    def unknowns(self, *, kind: UnknownKind | None = None, limit: int = 100) -> Sequence[UnknownRow]:
        """Words, people and groups that nothing here knows, the latest met first."""
        with transaction(self.database) as connection:
            return unknowns.rows(connection, kind, limit)

    def forget_unknowns(self, ids: Sequence[int] | None = None) -> int:
        """Forget those of these ids, or all."""
        with transaction(self.database) as connection:
            return unknowns.forget(connection, ids)

    def actions(self, *, status: ActionStatus | None = None, limit: int = 100) -> Sequence[ActionRow]:
        """The ledger, newest first."""
        with transaction(self.database) as connection:
            return views.action_rows(connection, status=status, limit=limit, roster=self._roster)

    def action(self, action_id: int) -> ActionRow:
        """One line of the ledger."""
        with transaction(self.database) as connection:
            return _action(connection, action_id, self._roster)

    def replay_action(self, action_id: int) -> None:
        """Try a dead action again."""
        with transaction(self.database) as connection:
            status = _action(connection, action_id, self._roster).status
            if status is not ActionStatus.DEAD:
                raise NotReplayableError(f"Action {action_id} is {status.value}: only dead ones are replayed.")
            actions.replay(connection, action_id)
        self.bell.ring("delivery")

    def polls(self) -> Sequence[PollRow]:
        """How far each platform was polled."""
        with transaction(self.database) as connection:
            return watermarks.statuses(connection, self.polled())

    def drifts(self, *, limit: int = 100) -> Sequence[DriftRow]:
        """The fields of open tickets' records that do not stand as Rung wrote them."""
        with transaction(self.database) as connection:
            return drifts.drifts(connection, limit)

    def retell(self) -> int:
        """Have what tickets could not be told taken in after all."""
        with transaction(self.database) as connection:
            count = signals.replay(connection)
        self.bell.ring("intake")
        return count

    @property
    def _roster(self) -> Roster:
        return self.policies.newest().roster

    def _ticket(self, connection: Connection, ticket_id: int) -> Ticket:
        ticket = tickets.get(connection, ticket_id) if ticket_id <= _LARGEST_ID else None
        if ticket is None:
            raise _no_ticket(ticket_id)
        return ticket

    def _rows(self, connection: Connection, found: Sequence[Ticket]) -> tuple[BoardRow, ...]:
        written = views.write_backs(connection, (ticket.id for ticket in found))
        newest = self.policies.newest()
        gathered = alike.open_children(connection, (ticket.id for ticket in found if ticket.major))
        return tuple(
            board_row(ticket, newest, written.get(ticket.id, "none"), gathered.get(ticket.id, 0)) for ticket in found
        )

    def _parent(self, connection: Connection, ticket: Ticket) -> BoardRow | None:
        parent = tickets.get(connection, ticket.parent) if ticket.parent else None
        return self._rows(connection, [parent])[0] if parent else None

    def _children(self, connection: Connection, ticket: Ticket) -> tuple[BoardRow, ...]:
        return self._rows(connection, alike.children(connection, ticket.id, _SHOWN)) if ticket.major else ()

    def _surge(self, connection: Connection) -> SurgeRow | None:
        running, rule = surges.running(connection), self.policies.newest().major.surge
        return (
            SurgeRow(running.began_at, running.count, rule.does(self._roster, self.clock()))
            if running and rule
            else None
        )


def _no_ticket(ticket_id: int) -> NotFoundError:
    return NotFoundError(f"There is no ticket {ticket_id}.")


def _delivery(connection: Connection, delivery_id: int) -> Delivery:
    delivery = deliveries.get(connection, delivery_id) if delivery_id <= _LARGEST_ID else None
    if delivery is None:
        raise NotFoundError(f"There is no delivery {delivery_id}.")
    return delivery


def _action(connection: Connection, action_id: int, roster: Roster) -> ActionRow:
    rows = views.action_rows(connection, action_id=action_id, roster=roster) if action_id <= _LARGEST_ID else ()
    if not rows:
        raise NotFoundError(f"There is no action {action_id}.")
    return rows[0]
