"""Looking at the records of open tickets in turn: for deletions, and changes that no webhook and no poll has told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, Engine

from core.engine.draft import Draft
from core.engine.reading import values_seen
from core.model import Changed, ChangedRecord, DriftLook, Event, Looked, PollPlan, RecordRef
from core.ports import Bell, Clock, Mappings, Platform
from core.store import deliveries, heard, polling, tickets, watermarks
from core.store.watermarks import ClaimedPoll
from core.work.apply import Policies, apply_to, preview
from core.work.news import GRACE, News, hand_in, understood

RECORDS = 20
"""Records that are looked for in one turn."""
BELIEVED_AFTER = timedelta(seconds=60)
"""What is missed for so long, in more than one look, is gone."""
_A_FEW = 2
_PART = 4


@dataclass(frozen=True, slots=True)
class Sweep:
    """Looks for some of the open tickets' records in turn, and hands in the deletion of those that are gone."""

    database: Engine
    clock: Clock
    bell: Bell
    mappings: Mappings
    policies: Policies

    def look(self, claimed: ClaimedPoll, plan: PollPlan, platform: Platform) -> int:
        """Look for the next ones; returns how many were found gone. Raises `DeliveryError`."""
        place = (claimed.platform, claimed.since.collection)
        with self.database.begin() as connection:
            looked_at = polling.records(connection, *place, claimed.swept, RECORDS)
        records = looked_at.found
        if not records:
            self._note(claimed, looked_at.last)
            return 0
        looked = platform.look([ref for _, ref in records])
        missing = looked.gone
        told = self._take(claimed, plan, platform, looked)
        if not told:
            self._compare(claimed, plan, records, looked)
        if too_many(len(missing), len(records)):
            self._note(
                claimed,
                records[-1][0],
                warning=f"{len(missing)} of {len(records)} records of open tickets are not to be seen on "
                f"{claimed.platform}: look whether the integration user may still read {claimed.since.collection}. "
                "Nothing is taken as deleted.",
            )
            return 0
        return self._believe(claimed, plan, records, missing)

    def _take(self, claimed: ClaimedPoll, plan: PollPlan, platform: Platform, looked: Looked) -> bool:
        """Hand in what the records show that nobody has told: also of those that the configured query leaves out.

        Returns whether anything was.
        """
        news = News(self.mappings, self.policies, plan, platform.identity(), self.clock())
        with self.database.begin() as connection:
            page = Changed(looked.there, claimed.since, more=True)
            found, _ = news.take(connection, claimed, page)
            watermarks.counted(connection, claimed, sum(found))
        if any(found):
            self.bell.ring("intake")
        return any(found)

    def _compare(
        self, claimed: ClaimedPoll, plan: PollPlan, records: Sequence[tuple[int, RecordRef]], looked: Looked
    ) -> None:
        """Have the engine compare what stands there with what it wrote; a ticket that is as it was costs no write."""
        there = {one.ref.id: one for one in looked.there}
        written = 0
        for number, ref in records:
            if ref.id not in there:
                continue
            with self.database.begin() as connection:
                if deliveries.is_awaited(connection, plan.source):
                    break  # one of them may tell who changed what stands there
                one = there[ref.id]
                written += self._compare_one(
                    connection, claimed.platform, number, one, understood(self.mappings, plan.source, one.body)
                )
        if written:
            self.bell.ring("delivery")

    def _compare_one(
        self, connection: Connection, platform: str, number: int, one: ChangedRecord, event: Event | None
    ) -> int:
        """Returns how many writes came of it. What was changed just now may yet be told by its webhook."""
        ticket, now = tickets.get(connection, number), self.clock()
        record = ticket.record_on(platform) if ticket else None
        if ticket is None or record is None or event is None:
            return 0
        if now - one.at < GRACE and (record.version is None or one.version > record.version):
            return 0
        policy = self.policies.version(ticket.policy_version)
        stimulus = DriftLook(platform, values_seen(Draft(ticket, policy, now), event), one.version)
        outcome = preview(connection, number, stimulus, self.policies, now)
        if outcome is None or outcome.ticket is None or outcome.ticket.records == ticket.records:
            return 0
        applied = apply_to(connection, number, stimulus, self.policies, now)
        return len(applied.actions) if applied else 0

    def _believe(
        self,
        claimed: ClaimedPoll,
        plan: PollPlan,
        records: Sequence[tuple[int, RecordRef]],
        missing: Mapping[RecordRef, Mapping[str, object]],
    ) -> int:
        """Hand in what was missed before; what is missed for the first time is looked for again in the next turn."""
        gone, doubtful = 0, []
        numbers = {ref: number for number, ref in records}
        with self.database.begin() as connection:
            known = heard.of(connection, claimed.platform, [ref.id for ref in missing])
            for ref, body in missing.items():
                since = known.get(ref.id, heard.NOTHING).gone
                if since is not None and since >= BELIEVED_AFTER:
                    gone += hand_in(connection, plan.source, f"{ref.id}:gone", body, self.clock())
                else:
                    doubtful.append(numbers[ref])
            heard.miss(connection, claimed.platform, [ref.id for ref in missing])
            heard.found_again(connection, claimed.platform, [ref.id for _, ref in records if ref not in missing])
            last = min(doubtful) - 1 if doubtful else records[-1][0]
            watermarks.swept(connection, claimed, last, gone, "")
        if gone:
            self.bell.ring("intake")
        return gone

    def _note(self, claimed: ClaimedPoll, last: int, warning: str = "") -> None:
        with self.database.begin() as connection:
            watermarks.swept(connection, claimed, last, 0, warning)


def too_many(missing: int, asked: int) -> bool:
    """Whether so many are missing at once that a right is more likely to have gone than they are."""
    return missing > _A_FEW and missing * _PART > asked
