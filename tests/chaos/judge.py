"""Whether Rung's promises were kept: a run with faults held against the run of the same plan without.

Pure: it looks at two accounts and nothing else, so that its own tests can break each promise by hand.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.chaos.account import Account, Letter, Notice
from tests.chaos.plan import RACING

SLACK_SECONDS = 60.0
"""A change of which polling told came so much later than its webhook at most, and its timers with it."""


@dataclass(frozen=True, slots=True)
class Count:
    """One line of the table: a promise, how often it was put to the test, and every way in which it was broken."""

    promise: str
    of: int
    broken: Sequence[str] = ()


def judge(ours: Account, other: Account) -> list[Count]:
    """Every promise; `ours` is the run with faults, `other` the one without."""
    return [Count(promise, of(ours, other), list(found(ours, other))) for promise, of, found in PROMISES]


def possible_repeats(ours: Account) -> int:
    """How many messages reached their readers once more because a crash had left doubt."""
    return sum(max(count - 1, 0) for count in _told(ours.letters).values())


def _stored(ours: Account, _: Account) -> Iterator[str]:
    """A repeat of a body whose key is known is answered 200 and stored no more, so at least one for each 202."""
    for (source, digest), count in ours.answered.items():
        there = ours.stored.get((source, digest), 0)
        if there < count:
            yield f"{source} was answered 202 {count} times for the body {digest[:12]}, stored {there} times"


def _applied(ours: Account, other: Account) -> Iterator[str]:
    for status, count in ours.statuses.items():
        if status in {"delivery received", "delivery failed", "signal waiting", "signal failed"}:
            if count > other.statuses.get(status, 0):
                yield f"{count} times {status}, {other.statuses.get(status, 0)} without faults"
        elif status == "delivery unmapped" and not other.statuses.get(status):
            yield f"{count} deliveries were not understood"


def _states(ours: Account, other: Account) -> Iterator[str]:
    yield from _compared("ticket", ours.tickets, other.tickets)


def _records(ours: Account, other: Account) -> Iterator[str]:
    yield from _compared("record", ours.records, other.records)


def _compared(
    what: str, ours: Mapping[str, Sequence[Mapping[str, Any]]], other: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Iterator[str]:
    for mark in sorted({*ours, *other}):
        mine, theirs = ours.get(mark, ()), other.get(mark, ())
        if mark.startswith(RACING) and len(mine) == len(theirs):
            continue
        if len(mine) != len(theirs):
            yield f"{mark}: {len(mine)} {what}s, {len(theirs)} without faults"
            continue
        for one, two in zip(mine, theirs, strict=True):
            told = [f"{name} {one[name]!r} for {two[name]!r}" for name in two if one.get(name) != two[name]]
            if told:
                yield f"{mark}: {what}: {', '.join(told)}"


def _comments(ours: Account, other: Account) -> Iterator[str]:
    for mark in sorted({*ours.comments, *other.comments}):
        mine, theirs = ours.comments.get(mark, {}), other.comments.get(mark, {})
        racing = mark.startswith(RACING)
        yield from (f"{mark}: {count} times: {text}" for text, count in mine.items() if racing and count > 1)
        for text in sorted({*mine, *theirs}) if not racing else ():
            if mine.get(text, 0) != theirs.get(text, 0):
                yield f"{mark}: {mine.get(text, 0)} times, {theirs.get(text, 0)} without faults: {text}"


def _everybody_told(ours: Account, other: Account) -> Iterator[str]:
    mine, theirs = _told(ours.letters), _told(other.letters)
    for letter in theirs:
        if letter not in mine and not letter.mark.startswith(RACING):
            yield f"{letter.mark}: {letter.to} was never told: {letter.subject}: {letter.text[:160]}"
    for letter in mine:
        if letter not in theirs and not letter.mark.startswith(RACING):
            yield f"{letter.mark}: {letter.to} was told what nobody is without faults: {letter.text[:160]}"


def _told(letters: Sequence[Letter]) -> Counter[Letter]:
    return Counter(letters)


def _told_once(ours: Account, other: Account) -> Iterator[str]:
    """More often than without faults, and more often than crashes left doubt whether it had been sent."""
    usual, doubts = _told(other.letters), _doubts(ours.notices)
    warned = Counter((one.mark, one.to.partition(".")[0], one.subject) for one in ours.letters if one.doubted)
    beyond: Counter[tuple[str, str, str]] = Counter()
    for letter, count in _told(ours.letters).items():
        beyond[letter.mark, letter.to.partition(".")[0], letter.subject] += max(count - usual.get(letter, 1), 0)
    for (mark, to, subject), count in beyond.items():
        doubted = doubts.get((mark, to, subject), 0)
        if count > doubted:
            yield f"{mark}: {to} was told {count} times too often, {doubted} times in doubt: {subject}"
        elif count > warned[mark, to, subject]:
            yield f"{mark}: {to} was told {count} times too often without a word that it may be a repeat: {subject}"


def _doubts(notices: Sequence[Notice]) -> Counter[tuple[str, str, str]]:
    found: Counter[tuple[str, str, str]] = Counter()
    for one in notices:
        found[one.mark, one.recipient, one.subject] += one.doubted
    return found


def _actions(ours: Account, other: Account) -> Iterator[str]:
    for status in ("action pending", "action sent", "action dead", "action held", "action gathered"):
        if ours.statuses.get(status, 0) > other.statuses.get(status, 0):
            yield f"{ours.statuses[status]} times {status}, {other.statuses.get(status, 0)} without faults"
    mine, theirs = _asked(ours.notices), _asked(other.notices)
    for key, count in theirs.items():
        if key[0].startswith(RACING):
            continue
        if mine.get(key, 0) < count:
            yield f"{key[0]}: put on the ledger {mine.get(key, 0)} times, {count} without faults: {key[1]}: {key[2]}"
    created = _creations(ours.writes), _creations(other.writes)
    for mark in created[1]:
        if created[0].get(mark) != created[1][mark]:
            yield f"{mark}: created {created[0].get(mark, 0)} records, {created[1][mark]} without faults"


def _asked(notices: Sequence[Notice]) -> Counter[tuple[str, str, str]]:
    return Counter((one.mark, one.recipient, f"{one.subject}: {one.ask}") for one in notices if one.status == "done")


def _creations(writes: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    return {
        mark: sum(count for what, count in each.items() if what.startswith("create_record"))
        for mark, each in writes.items()
    }


def _timers(ours: Account, other: Account) -> Iterator[str]:
    for mark in sorted({*ours.timers, *other.timers}):
        if mark.startswith(RACING):
            continue
        mine, theirs = ours.timers.get(mark, {}), other.timers.get(mark, {})
        for name in sorted({*mine, *theirs}):
            if name not in mine or name not in theirs:
                yield f"{mark}: the timer {name} is {'lost' if name in theirs else 'one too many'}"
            elif abs(mine[name] - theirs[name]) > SLACK_SECONDS:
                yield f"{mark}: the timer {name} is due in {mine[name]:.0f} s, in {theirs[name]:.0f} s without faults"
    late: dict[str, list[str]] = defaultdict(list)
    for mark, each in ours.timers.items():
        late[mark] += [name for name, due in each.items() if due <= 0]
    yield from (f"{mark}: overdue: {', '.join(names)}" for mark, names in late.items() if names)


def _leases(ours: Account, _: Account) -> Iterator[str]:
    yield from (f"{count} {what} at the end" for what, count in ours.waiting.items() if count)


def _paged_late(ours: Account, _: Account) -> Iterator[str]:
    for one in ours.notices:
        if one.late:
            yield f"{one.mark}: {one.recipient} was asked after an acknowledgement was stored: {one.subject}"


def _calls(ours: Account, _: Account) -> Iterator[str]:
    yield from ours.unexpected


def _errors(ours: Account, _: Account) -> Iterator[str]:
    yield from ours.errors


Of = Callable[[Account, Account], int]
Found = Callable[[Account, Account], Iterator[str]]
PROMISES: tuple[tuple[str, Of, Found], ...] = (
    ("every delivery answered 202 is stored", lambda ours, _: sum(ours.answered.values()), _stored),
    ("every stored delivery was applied", lambda ours, _: sum(ours.stored.values()), _applied),
    ("every ticket has its fault-free state", lambda ours, other: len(other.tickets), _states),
    ("every record is there once, as without faults", lambda ours, other: len(other.records), _records),
    (
        "no comment is missing or there twice",
        lambda ours, other: sum(sum(one.values()) for one in other.comments.values()),
        _comments,
    ),
    ("every level was told", lambda ours, other: len(_told(other.letters)), _everybody_told),
    ("nobody was told twice without doubt", lambda ours, _: len(ours.letters), _told_once),
    ("nobody was paged after an acknowledgement", lambda ours, _: ours.acknowledged, _paged_late),
    (
        "no action was lost",
        lambda ours, _: sum(count for status, count in ours.statuses.items() if status.startswith("action")),
        _actions,
    ),
    ("no timer was lost", lambda ours, _: sum(len(one) for one in ours.timers.values()), _timers),
    ("no lease is stuck, nothing waits", lambda ours, _: len(ours.waiting), _leases),
    ("no call that nobody expected", lambda ours, _: 0, _calls),
    ("no error in Rung itself", lambda ours, _: 0, _errors),
)
"""Each promise, how often a run puts it to the test, and what breaks it."""
