"""Delivery: actions are carried out on their platforms and channels, and what came of them reaches the ticket."""

from __future__ import annotations

import queue
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection, Engine

from core.model import Receipt, Refusal, Verb
from core.ports import Bell, Clock, Notifier, Platform
from core.store import claims, signals, tickets
from core.store.claims import Claimed
from core.trail import trail
from core.work.apply import Policies
from core.work.attempt import Attempts
from core.work.endings import Ended, Endings, Follows
from core.work.hands import Hands
from core.work.lease import Held, kept
from core.work.outgoing import Found
from core.work.retry import never
from core.work.telling import Links, Teller

_ALL = (True, False)
_LINGER = 0.005
"""Seconds that an end which could be noted waits for the next one: one transaction's way to the disk serves both."""
_LONGEST = 0.05
"""Seconds that it waits in all."""
_LOOK_AGAIN = 0.25
"""Seconds: while something is under way, what has come to wait meanwhile is taken up so soon by hands that are free."""


@dataclass(frozen=True, slots=True)
class _Back:
    """What a hand gives back: how the action ended, None where it needs no end; or what is wrong with the database."""

    claimed: Claimed
    result: Receipt | Refusal | None = None
    trail: Context = field(default_factory=Context)
    error: BaseException | None = None


@dataclass(slots=True)
class _Round:
    """What one round has under way, and what has come back of it."""

    notices: Collection[bool]
    under_way: dict[int, Claimed] = field(default_factory=dict)
    back: queue.SimpleQueue[_Back] = field(default_factory=queue.SimpleQueue)
    errors: list[BaseException] = field(default_factory=list)

    def came(self) -> list[_Back]:
        """What has come back: the first one, and what comes soon after it. Nothing, where none comes for a while."""
        try:
            found = [self.back.get(timeout=_LOOK_AGAIN)]
        except queue.Empty:
            return []
        until = time.monotonic() + _LONGEST
        while len(found) < len(self.under_way):
            try:
                found.append(self.back.get(timeout=max(min(_LINGER, until - time.monotonic()), 0)))
            except queue.Empty:
                break
        return found


@dataclass(frozen=True, slots=True)
class Deliverer:
    """Carries actions out, several lanes at once: `threads` of them for each platform, and as many messages.

    They are taken up, and their ends noted, in groups; each is on the ledger as taken up before its request goes out.
    `lease` is how long after a worker's death another one takes up what it had.
    """

    database: Engine
    platforms: Callable[[], Mapping[str, Platform]]
    notifier: Notifier
    policies: Policies
    links: Links
    clock: Clock
    bell: Bell
    lease: timedelta = timedelta(seconds=30)
    threads: int = 8
    held: Held = field(default_factory=Held)
    hands: Hands = field(default_factory=Hands, init=False)

    def drain(self, stopping: Callable[[], bool] = never) -> int:
        """Carry out what waits until nothing does, or a stop is asked for; returns how many attempts that were."""
        return self._drain(stopping, _ALL)

    def drain_writes(self, stopping: Callable[[], bool] = never) -> int:
        """Carry out what is to be written to platforms, and leave messages to others."""
        return self._drain(stopping, (False,))

    def drain_notices(self, stopping: Callable[[], bool] = never) -> int:
        """Tell the people who wait to be told, and do nothing else."""
        return self._drain(stopping, (True,))

    def _drain(self, stopping: Callable[[], bool], notices: Collection[bool]) -> int:
        this, done = _Round(notices), 0
        while not this.under_way and not stopping():
            taken = self._take_up(this)
            if not taken:
                return done
            done += taken
        with kept(self.lease, partial(self._renew, this)):
            while this.under_way:
                self._note(this, this.came())
                if not this.errors and not stopping():
                    done += self._take_up_more(this)
        if this.errors:
            raise this.errors[0]
        return done

    def _take_up_more(self, this: _Round) -> int:
        """Take more up. With something under way, whose end must be noted, what is wrong is kept for later."""
        try:
            return self._take_up(this)
        except Exception as error:
            if not this.under_way:
                raise
            this.errors.append(error)
            return 0

    def _take_up(self, this: _Round) -> int:
        """Take up as much as there are hands free for, and set to; returns how many actions."""
        busy = Counter(one.action.platform for one in this.under_way.values())
        with self.database.begin() as connection:
            claimed = claims.claim(connection, self.lease, room=self.threads, busy=busy, notices=this.notices)
            found = _look(connection, claimed) if claimed else {}
        for one in self._teller.decided(claimed, found):
            this.under_way[one.id] = one
            work = partial(self._carry_out, one, found[one.id], this.back)
            try:
                self.hands.give(one.action.platform, self.threads, work)
            except RuntimeError as error:  # the system has no thread to give
                this.back.put(_Back(one, error=error))
        return len(claimed)

    def _carry_out(self, claimed: Claimed, found: Found, back: queue.SimpleQueue[_Back]) -> None:
        try:
            with _trail(claimed):
                done, result = self._attempts.make(claimed, found)
                back.put(_Back(done, result, copy_context()))
        except BaseException as error:  # noqa: BLE001 - it is raised again by whoever waits for this
            back.put(_Back(claimed, error=error))

    def _note(self, this: _Round, came: Sequence[_Back]) -> None:
        """Note how what came back ended, and have others do what follows from it."""
        endings = Endings(self.database, self.policies, self.clock, self.lease)
        follows = endings.note([Ended(one.claimed, one.result, one.trail) for one in came if one.result is not None])
        this.errors += [one.error for one in came if one.error is not None] + endings.errors
        for one in came:
            del this.under_way[one.claimed.id]
        self._ring(this, follows)

    def _ring(self, this: _Round, follows: Follows) -> None:
        """Ring for what this round does not take up itself."""
        if (follows.writes and False not in this.notices) or (follows.messages and True not in this.notices):
            self.bell.ring("delivery")
        if follows.signals:
            self.bell.ring("intake")

    def _renew(self, this: _Round) -> None:
        with self.database.begin() as connection:
            claims.renew(connection, list(this.under_way.values()), self.lease)

    @property
    def _teller(self) -> Teller:
        return Teller(self.database, self.notifier, self.policies, self.links, self.clock)

    @property
    def _attempts(self) -> Attempts:
        return Attempts(self.database, self.platforms, self.policies, self._teller, self.lease, self.held)


def _look(connection: Connection, claimed: Sequence[Claimed]) -> dict[int, Found]:
    """What the attempts need to know, by the action's id, asked once for all of them."""
    bodies = tickets.read(connection, {one.action.ticket_id for one in claimed})
    told = {one.action.ticket_id for one in claimed if one.action.verb is Verb.NOTIFY}
    gathers = signals.gathering(connection, told) if told else set()
    return {one.id: Found(bodies.get(one.action.ticket_id), one.action.ticket_id in gathers) for one in claimed}


def _trail(claimed: Claimed) -> AbstractContextManager[None]:
    action = claimed.action
    ids = {"operation": action.operation_id, "ticket": action.ticket_id, "platform": action.platform}
    return trail("carry out action", "consumer", claimed.trace, **ids, verb=action.verb.value)
