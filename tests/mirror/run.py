"""Playing a mirrored run: opening the tickets, editing them while everything fails, and letting it come to rest."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text

from core.engine import Outcome
from core.model import Acknowledge, Record, RecordRef, Severity
from core.policy import Policy
from core.policy.sync import LAST_WRITER, Sync
from core.store import polling, saving, tickets, watermarks
from sandbox.seed import load_seed
from tests.integration.world import World
from tests.mirror.edits import Edit, Hand, Pair
from tests.mirror.faults import Meter, switch_on
from tests.mirror.judge import Finding, crossed, ended, findings

LEADERS = {"title": LAST_WRITER, "description": "servicenow", "severity": LAST_WRITER, "assignee": LAST_WRITER}
_AT_REST = 3
_MOST_ROUNDS = 40
_STORIES = 3


def policy(given: Policy) -> Policy:
    """The policy of the run: fields led by different sides, nobody called while it runs, everybody's account known."""
    calm = {severity: timedelta(days=300) for severity in Severity}
    paths = {
        name: replace(path, levels=tuple(replace(level, acknowledge_within=calm) for level in path.levels))
        for name, path in given.paths.items()
    }
    accounts = load_seed().by_name
    people = {
        name: replace(one, accounts={**one.accounts, "jira": accounts[name].account_id})
        for name, one in given.roster.people.items()
    }
    return replace(given, paths=paths, sync=Sync(fields=LEADERS), roster=replace(given.roster, people=people))


@dataclass(frozen=True, slots=True)
class Size:
    """How large a run is, and the dice that it is drawn by; `seconds` is how long it may take at most."""

    tickets: int
    edits: int
    seed: int
    seconds: float


@dataclass
class Result:
    """What came of a run."""

    size: Size
    meter: Meter
    edits: Sequence[Edit]
    findings: Sequence[Finding]
    found: dict[str, tuple[int, int, int]]
    took: dict[str, float] = field(default_factory=dict)
    rounds: int = 0
    crossed: tuple[int, int] = (0, 0)
    """Fields that both sides wrote where the last writer leads, and how many ended with what was written last."""
    stories: Sequence[str] = ()
    """Of the first tickets whose sides differ: what people did, and what Rung made of it."""
    late_writes: int = 0
    """Writes in the last rounds, when nobody edited any more and all had come to rest: more than none is a loop."""


@dataclass
class Mirror:
    """One run in a world of its own."""

    world: World
    size: Size
    say: Callable[[str], None] = lambda _: None
    pairs: list[Pair] = field(default_factory=list)

    def play(self) -> Result:
        """Play it."""
        began = time.monotonic()
        self.world.poll()
        self._open()
        meter, dice = Meter(self.world.box), random.Random(self.size.seed)
        meter.read()
        meter.writes.clear()
        meter.reads.clear()
        meter.hooks.clear()
        hand = Hand(self.world.box, dice)
        opened = time.monotonic()
        switch_on(self.world.box, self.size.seed)
        self._edit(hand, dice, meter, opened)
        edited = time.monotonic()
        self.world.box.heal()
        rounds, late = self._come_to_rest(meter)
        told = list(findings(self.world.box, self.pairs, hand.done, LEADERS))
        took = {"opening": opened - began, "editing": edited - opened, "coming to rest": time.monotonic() - edited}
        crossing = crossed(self.pairs, hand.done, LEADERS)
        both = len(crossing), ended(self.world.box, crossing)
        stories = [self._story(one.pair, hand.done) for one in told[:_STORIES]]
        return Result(self.size, meter, hand.done, told, self._found(), took, rounds, both, stories, late)

    def _open(self) -> None:
        """Open the tickets on ServiceNow, each taken, and give each its issue on Jira."""
        for number in range(self.size.tickets):
            told = {"short_description": f"Case {number}", "description": f"About case {number}"}
            fields = {**told, "impact": "2", "urgency": "2", "assigned_to": "dana.reyes"}
            self.world.box.act("servicenow", "create", who="dana.reyes", fields=fields)
            if number % 50 == 49:
                self.world.settle()
        self.world.settle()
        with self.world.database.begin() as connection:
            known = polling.records(connection, "servicenow", "incident", 0, self.size.tickets, self.size.tickets).found
        for ticket, ref in known:
            self.world.app.desk.command(ticket, Acknowledge(by="dana.reyes", via="the run"))
            self.pairs.append(Pair(ticket, ref.key, self._link(ticket, ref.key)))
        self.world.settle()
        self.say(f"{len(self.pairs)} tickets, each with an incident and an issue")

    def _link(self, ticket_id: int, number: str) -> str:
        """Give a ticket its record on Jira, as it would have been created when the work was handed over."""
        fields = {
            "summary": self.world.box.incident(number)["fields"]["short_description"],
            "description": self.world.box.incident(number)["fields"]["description"],
            "priority": "Medium",
            "assignee": "dana.reyes",
        }
        issue = self.world.box.act("jira", "create", who="rung.integration", project="OPS", fields=fields)
        seen = {"title": fields["summary"], "description": fields["description"], "impact": "2", "urgency": "2"}
        seen |= {"state": "new", "assignee": "dana.reyes", "severity": "SEV3"}
        ref = RecordRef("jira", "OPS", issue["id"], issue["key"], f"{self.world.box.jira_url}/browse/{issue['key']}")
        with self.world.database.begin() as connection:
            before = tickets.get(connection, ticket_id, lock=True)
            assert before is not None
            version = int(issue["updated"] * 1000)
            record = Record(ref, version=version, viewed=version, seen=seen)
            saving.save(connection, before, Outcome(replace(before, records=(*before.records, record))))
        return str(issue["key"])

    def _edit(self, hand: Hand, dice: random.Random, meter: Meter, began: float) -> None:
        """Edit in batches; Rung works in between, with webhooks still under way."""
        batch = max(5, self.size.edits // 60)
        while len(hand.done) < self.size.edits and time.monotonic() - began < self.size.seconds:
            for _ in range(min(batch, self.size.edits - len(hand.done))):
                self._pass(dice.uniform(1.2, 4))
                hand.edit(dice.choice(self.pairs), self.world.now)
            self._work()
            if dice.random() < 0.2:
                self._pass(120)
                self.world.poll_now()
            meter.read()
            self.say(f"{len(hand.done)} edits, {sum(meter.writes.values())} writes")

    def _pass(self, seconds: float) -> None:
        """Let virtual time pass."""
        self.world.now += timedelta(seconds=seconds)
        self.world.tell_time()

    def _work(self) -> None:
        """Work off what has come in so far; what waits for another attempt is tried again at once."""
        with self.world.database.begin() as connection:
            connection.execute(text("UPDATE actions SET attempt_at = clock_timestamp() WHERE status = 'pending'"))
            connection.execute(text("UPDATE breakers SET open_until = clock_timestamp() WHERE open_until IS NOT NULL"))
        self.world.app.intake.drain()
        self.world.app.deliverer.drain()

    def _come_to_rest(self, meter: Meter) -> tuple[int, int]:
        """Go on until nothing is written any more; returns after how many rounds, and the writes after that."""
        quiet = 0
        for rounds in range(1, _MOST_ROUNDS + 1):
            before = sum(meter.writes.values())
            self._pass(150)
            self.world.box.settle(20)
            self._work()
            self.world.poll_now()
            self._work()
            meter.read()
            written = sum(meter.writes.values()) - before
            self.say(f"round {rounds}: {written} writes")
            quiet = quiet + 1 if written == 0 else 0
            if quiet == _AT_REST:
                return rounds - _AT_REST, 0
        return _MOST_ROUNDS, written

    def _story(self, pair: Pair, edits: Sequence[Edit]) -> str:
        """What happened to a ticket."""
        page = self.world.app.desk.ticket(pair.ticket)
        mine = [one for one in edits if one.pair == pair]
        did = [f"{one.at:%H:%M:%S} PERSON {one.who} on {one.platform}: {one.what} = {one.value!r}" for one in mine]
        then = [f"{one.at:%H:%M:%S} {one.by}: {one.reason.sentence} {dict(one.detail)}" for one in page.entries]
        stand = [f"         {record}" for record in page.ticket.records]
        wrote = [f"         {one.operation_id} {one.target} {one.status}: {one.summary}" for one in page.actions]
        return "\n".join([f"ticket {pair.ticket}", *sorted([*did, *then]), *stand, *wrote])

    def _found(self) -> dict[str, tuple[int, int, int]]:
        with self.world.database.begin() as connection:
            rows = watermarks.statuses(connection, self.world.loaded.polls)
        return {row.platform: (row.found_records, row.found_comments, row.found_deletions) for row in rows}


def play(database_url: str, folder: Path, size: Size, say: Callable[[str], None] = lambda _: None) -> Result:
    """Play a run over a fresh database."""
    world = World(database_url, folder, change=policy, journal=True, reads_journal=True)
    try:
        result = Mirror(world, size, say).play()
        world.box.assert_nothing_unexpected()
    finally:
        world.close()
    return result
