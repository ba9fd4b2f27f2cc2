"""Reconciliation: platforms are polled for what was changed, so that a webhook that never came is found all the same.

What polling finds goes in as a delivery of the platform's own source, in the form of its webhook: from there on nobody
sees a difference. What webhooks have told already, and what changes nothing on the ticket, costs no delivery.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import structlog
from sqlalchemy import Connection, Engine

from core.model import PollPlan
from core.ports import Bell, Clock, DeliveryError, Mappings, Platform
from core.store import polling, watermarks
from core.store.watermarks import ClaimedPoll
from core.trail import trail, wrong
from core.work.apply import Policies
from core.work.failures import is_away, told
from core.work.lease import Held, kept
from core.work.news import Lost, News
from core.work.retry import never, pause
from core.work.sweep import Sweep

log = structlog.get_logger()

PAGE = 50
"""Records of one request."""
PAGES = 20
"""Pages of one turn: a long catching up goes on in the next, so that it does not use up what writes need."""
CATCHING_UP = timedelta(seconds=5)
_REFRESH_SECONDS = 20.0


@dataclass(slots=True)
class _Last:
    """When the list of what there is to poll was last made (monotonic seconds), and where open tickets have records.

    They are looked at in rounds, some with every list: `now` is what the present round has found up to the ticket
    `after`, `whole` what the last one did, None before one has ended.
    """

    listed: float = float("-inf")
    after: int = 0
    now: frozenset[tuple[str, str]] = frozenset()
    whole: frozenset[tuple[str, str]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciler:
    """Polls what is due. Any number of them may run: each table and project is claimed by one.

    After a restore `lost` gathers what a Rung did whose database was lost.
    `plans` say, by platform, what is polled and how often; a platform without one is not polled.
    """

    database: Engine
    platforms: Callable[[], Mapping[str, Platform]]
    plans: Callable[[], Mapping[str, PollPlan]]
    mappings: Callable[[], Mappings]
    policies: Policies
    clock: Clock
    bell: Bell
    lease: timedelta = timedelta(seconds=30)
    threads: int = 3
    held: Held = field(default_factory=Held)
    lost: Lost | None = None
    last: _Last = field(default_factory=_Last)

    def drain(self, stopping: Callable[[], bool] = never) -> int:
        """Poll what is due, several platforms at once, until nothing is or a stop is asked for.

        Returns how many turns that were.
        """
        self._list()
        with ThreadPoolExecutor(self.threads, thread_name_prefix="polling") as pool:
            return sum(pool.map(lambda _: self._drain_one_thread(stopping), range(self.threads)))

    def _drain_one_thread(self, stopping: Callable[[], bool]) -> int:
        done = 0
        while not stopping() and (claimed := self._claim()):
            place = {"platform": claimed.platform, "collection": claimed.since.collection}
            give_back = partial(self._rest, claimed, CATCHING_UP)
            with (
                trail("poll", "internal", **place),
                kept(self.lease, partial(self._renew, claimed)),
                self.held.keeping(give_back),
            ):
                self._turn(claimed, stopping)
            done += 1
        return done

    def _list(self) -> None:
        """Tell the table what there is to poll: what is configured, and wherever open tickets have records.

        What is listed already stays until a whole round has not found it.
        """
        now = time.monotonic()
        if now - self.last.listed < _REFRESH_SECONDS:
            return
        plans = self.plans()
        wanted = {(name, one) for name, plan in plans.items() for one in plan.collections}
        with self.database.begin() as connection:
            wanted |= {pair for pair in self._places(connection) if pair[0] in plans}
            watermarks.have(connection, wanted, self.clock(), alone=self.last.whole is not None)
        self.last.listed = now

    def _places(self, connection: Connection) -> frozenset[tuple[str, str]]:
        """Where open tickets have records, as far as is known; looks at the newest, and at the next of the round."""
        last = self.last
        looked = polling.places(connection, last.after)
        last.after, last.now = looked.last, last.now | looked.found
        if looked.last:
            return last.now | (last.whole or frozenset()) | polling.newest_places(connection)
        last.whole, last.now = last.now, frozenset()
        return last.whole

    def _claim(self) -> ClaimedPoll | None:
        with self.database.begin() as connection:
            return watermarks.claim(connection, self.lease)

    def _renew(self, claimed: ClaimedPoll) -> None:
        with self.database.begin() as connection:
            watermarks.renew(connection, claimed, self.lease)

    def _turn(self, claimed: ClaimedPoll, stopping: Callable[[], bool]) -> None:
        """Read pages until the pass is over or the turn's share is used up; then look for some of the open records."""
        plan, platform = self.plans().get(claimed.platform), self.platforms().get(claimed.platform)
        if plan is None or platform is None:
            self._rest(claimed, timedelta(minutes=1))
            return
        try:
            whole = self._pages(claimed, plan, platform, stopping)
            if whole and self.lost is None:
                Sweep(self.database, self.clock, self.bell, self.mappings(), self.policies).look(
                    claimed, plan, platform
                )
        except DeliveryError as error:
            log.warning("a platform could not be polled", reason=error.message)
            wrong(error.message)
            self._failed(claimed, plan, error)
            return
        except Exception as error:  # the boundary that keeps what breaks one table's polling to that table
            if is_away(error):
                raise
            log.exception("polling broke off")
            self._failed(claimed, plan, DeliveryError(f"an error in Rung itself: {told(error)}"))
            return
        self._rest(claimed, plan.every if whole else CATCHING_UP)

    def _pages(self, claimed: ClaimedPoll, plan: PollPlan, platform: Platform, stopping: Callable[[], bool]) -> bool:
        """Whether the pass was ended. Each page is dealt with in one transaction with the note of how far it came."""
        news = News(self.mappings(), self.policies, plan, platform.identity(), self.clock(), self.lost)
        since = claimed.since
        for _ in range(PAGES):
            page = platform.changes(since, PAGE)
            with self.database.begin() as connection:
                found, reached = news.take(connection, claimed, page)
                warning = " ".join(page.warnings)
                whole = not page.more
                ours = watermarks.move_on(connection, claimed, reached, found=found, whole=whole, warning=warning)
                if not ours:
                    connection.rollback()
                    return False
            if any(found):
                self.bell.ring("intake")
            if whole or stopping():
                return whole
            since = page.reached
        return False

    def _rest(self, claimed: ClaimedPoll, pause_: timedelta) -> None:
        with self.database.begin() as connection:
            watermarks.rest(connection, claimed, pause_)

    def _failed(self, claimed: ClaimedPoll, plan: PollPlan, error: DeliveryError) -> None:
        """Try again later, twice as late as was asked for: writes come first."""
        asked = 2 * (error.retry_after or 0.0)
        wait = max(pause(claimed.failures + 4, asked), plan.every if error.permanent else timedelta(0))
        with self.database.begin() as connection:
            watermarks.failed(connection, claimed, error.message, wait)
