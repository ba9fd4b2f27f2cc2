"""Digests: what is held back goes out when its moment comes, together where it is much, and each ticket hears of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, Engine

from core.engine.digest import is_wanted
from core.model import Action, ActionStatus, Notice, Reason, ReasonCode, Receipt, Refusal, Report, Ticket, Verb
from core.policy import Policy
from core.policy.holding import gathers, told_why
from core.store import claims, tickets
from core.store import held as ledger
from core.store.claims import Claimed
from core.store.held import Waiting
from core.work.apply import Policies, apply_to

_MOST = 100
"""Messages in one digest; what is more follows in another."""


def release(database: Engine, policies: Policies, now: datetime) -> int:
    """Send everything whose moment has come, by itself or in digests; returns how many messages that were."""
    with database.begin() as connection:
        readers = ledger.readers_due(connection, now)
    return sum(_release_for(database, policies.newest(), reader, now) for reader in readers)


def _release_for(database: Engine, policy: Policy, reader: str, now: datetime) -> int:
    with database.begin() as connection:
        ledger.lock_readers(connection, [reader])
        waiting = ledger.due_for(connection, reader, now, _MOST)
        if not waiting:
            return 0
        if gathers(policy.communication, [one.held_by for one in waiting]):
            ledger.gather(connection, _digest(waiting, policy, now), waiting, now)
        else:
            ledger.release(connection, waiting, now)
        return len(waiting)


def _digest(waiting: Sequence[Waiting], policy: Policy, now: datetime) -> Action:
    """A digest of what waits for one reader; its words are made when it goes out."""
    worst = waiting[0].action
    first = worst.notice or Notice(person="", headline="", ask="", why="")
    held_by = {one.held_by for one in waiting}
    reader, communication = policy.reader(first), policy.communication
    wanted = (first.language,) if first.channel else (reader.languages[:1] if reader else ())
    language = next((one for one in communication.speaks(*wanted) if one in communication.words), "en")
    return Action(
        operation_id=f"digest-{waiting[0].id}-{int(now.timestamp())}",
        ticket_id=worst.ticket_id,
        verb=Verb.NOTIFY,
        lane=f"digest/{first.recipient}",
        reason=Reason(ReasonCode.GATHERED, {"person": policy.told_name(first), "count": str(len(waiting))}),
        notice=Notice(
            person=first.person,
            channel=first.channel,
            headline=f"{len(waiting)} messages in one",
            ask="",
            why=told_why(communication, first, held_by, communication.words_of(language)),
            audience=first.audience,
            language=language,
            informs=True,
            digest=True,
        ),
    )


def ended(
    connection: Connection, claimed: Claimed, result: Receipt | Refusal, policies: Policies, now: datetime
) -> None:
    """Take in how a digest ended, for each of the tickets that it spoke of; when a way fails, its next one is tried."""
    members = ledger.gathered(connection, claimed.id)
    # The tickets first and in one order, as everywhere: two transactions that do so never wait for each other.
    for ticket_id in sorted({claimed.action.ticket_id, *(ticket.id for _, ticket in members)}):
        tickets.get(connection, ticket_id, lock=True)
    if not claims.is_still_claimed(connection, claimed):
        return
    again = _by_next_way(claimed.action, policies.newest()) if isinstance(result, Refusal) else None
    if again is not None:
        ledger.next_way(connection, claimed.id, again)
        return
    error = result.message if isinstance(result, Refusal) else ""
    status = ActionStatus.DEAD if error else ActionStatus.DONE
    claims.finish(connection, claimed.id, status, error)
    for one, ticket in members:
        _member_ended(connection, one, ticket, claimed.action, result, status, policies, now)


def _member_ended(
    connection: Connection,
    one: Waiting,
    ticket: Ticket,
    digest: Action,
    result: Receipt | Refusal,
    status: ActionStatus,
    policies: Policies,
    now: datetime,
) -> None:
    notice = one.action.notice
    if notice is None or digest.notice is None or not is_wanted(notice, ticket):
        claims.finish(connection, one.id, ActionStatus.SUPERSEDED)
        return
    claims.finish(connection, one.id, status, result.message if isinstance(result, Refusal) else "")
    by_last_way = replace(one.action, notice=replace(notice, way=digest.notice.way))
    apply_to(connection, ticket.id, Report(by_last_way, result), policies, now)


def _by_next_way(digest: Action, policy: Policy) -> Action | None:
    """The digest by its reader's next way; None where there is none."""
    notice = digest.notice
    reader = policy.reader(notice) if notice else None
    if notice is None or reader is None or notice.way + 1 >= len(reader.ways):
        return None
    return replace(digest, notice=replace(notice, way=notice.way + 1))
