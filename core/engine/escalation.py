"""Moving between the levels of a path: upwards, to a named level, back down, and off its end.

An empty level is never waited for: the next one is asked at once. The line of management is guarded against that: a
hierarchical level is not reached because the level below it has nobody. The last resort stands in for that level and
has its time; only then is management next. Without a last resort who is there, it is better called than nobody.
"""

from __future__ import annotations

from dataclasses import replace

from core.engine.asking import FIRST, Opening, ask_anew, ask_next, begin_level
from core.engine.choosing import Candidate, Chain, acting_team, chain, tell_choice
from core.engine.draft import Draft
from core.engine.last_resort import available, exhaust
from core.engine.linking import take_back
from core.model import Asked, EntryKind, ReasonCode, TimerKind
from core.policy import Ask


def begin_path(draft: Draft) -> None:
    """Put the ticket on the level at which it enters its path, waiting to be acknowledged.

    For a ticket that a major incident gathers nobody is called: its parent is on a path of its own.
    """
    choose_path(draft)
    path = draft.policy.path(draft.ticket.path)
    entrance = path.entrance(draft.facts())
    _forget(draft)
    draft.update(level=entrance.level - 1 if entrance else 0, round=1, exhausted=False, awaiting_since=draft.now)
    if draft.ticket.gathered:
        draft.update(level=0, awaiting_since=None)
        return
    if entrance:
        facts = {"path": path.name, "level": path.levels[entrance.level - 1].name, "why": entrance.because}
        draft.decide(path.name, ReasonCode.PATH_ENTERED, **facts)
    _climb(draft, FIRST)


def choose_path(draft: Draft) -> None:
    """Send the ticket on the path that the policy's rules choose by its facts, else on its segment's or the default."""
    rule = next((one for one in draft.policy.path_rules if one.condition.holds(draft.facts())), None)
    wanted = rule.path if rule else draft.policy.path_of(draft.ticket.segment)
    if wanted == draft.ticket.path or (draft.ticket.major and draft.policy.major.path):
        return
    draft.update(path=wanted)
    segment = draft.ticket.segment
    why = rule.because if rule else f"it is the path of {segment}" if segment else "no rule names another"
    draft.decide(rule.name if rule else "paths", ReasonCode.PATH_CHOSEN, path=wanted, why=why)


def escalate(draft: Draft, why: str, *, lost: tuple[Asked, ...] | None = None) -> None:
    """Move the ticket to the next level; what a person had made theirs is automation's again.

    `lost` are the people of its level where none of them could be reached: the level then counts as empty.
    """
    if draft.ticket.gathered:
        return
    _leave(draft)
    _climb(draft, _opening(why), lost=lost)


def move_to(draft: Draft, number: int, why: str) -> None:
    """Move the ticket to that level of its path (counted from 1), up or down; it is to be acknowledged there.

    Where the level has nobody, it goes on to the next one above.
    """
    if draft.ticket.gathered:
        return
    back = number < draft.ticket.level
    _leave(draft)
    draft.update(level=number - 1, exhausted=False)
    _climb(draft, Opening(ReasonCode.MOVED_BACK, tried=why, is_handoff=True) if back else _opening(why))
    level = draft.policy.path(draft.ticket.path).level(draft.ticket.level)
    if back and level is not None:
        take_back(draft, acting_team(draft, level))


def begin_again(draft: Draft, why: str) -> None:
    """Walk the path from where it is entered, as if the ticket were new."""
    draft.decide("paths", ReasonCode.PATH_BEGUN_AGAIN, why=why)
    _leave(draft)
    begin_path(draft)


def ask_again(draft: Draft, why: str) -> None:
    """What was acknowledged is asked for anew on its level; where nobody is left there, further up."""
    if draft.ticket.gathered:
        return
    level = draft.policy.path(draft.ticket.path).level(draft.ticket.level)
    _leave(draft)
    draft.update(exhausted=False)
    if level is None:
        begin_path(draft)
    elif not ask_anew(draft, level, why):
        _climb(draft, _opening(why), lost=())


def time_is_up(draft: Draft, why: str) -> None:
    """Whoever was asked last has had their time: the next in turn is asked, then the next level."""
    level = draft.policy.path(draft.ticket.path).level(draft.ticket.level)
    heard = sum(one.reached for one in draft.ticket.asked)
    if _is_held_back(draft, why):
        return
    if level and level.ask is Ask.ONE and heard <= level.next_in_turn and ask_next(draft, level, why):
        return
    escalate(draft, why)


def cannot_be_reached(draft: Draft, why: str) -> None:
    """Nobody who was asked can answer: others of the level are asked at once, however many turns it has."""
    level = draft.policy.path(draft.ticket.path).level(draft.ticket.level)
    if _is_held_back(draft, why):
        return
    if level is None or level.ask is Ask.ALL or not ask_next(draft, level, why):
        escalate(draft, why, lost=draft.ticket.asked)


def _is_held_back(draft: Draft, why: str) -> bool:
    """Whether a person has automation on hold: it stays where it is, and what is awaited is awaited until the end."""
    if not draft.is_held:
        return False
    draft.log(EntryKind.DECISION, draft.ticket.path, ReasonCode.HELD_BACK, why=why)
    if not draft.ticket.is_acknowledged:
        draft.set_timer(TimerKind.ACKNOWLEDGE, draft.now)
    return True


def _forget(draft: Draft) -> None:
    """Nobody has taken it, and nobody was asked."""
    draft.update(acknowledged_at=None, acknowledged_by="", acknowledged_severity=None, asked=())


def _leave(draft: Draft) -> None:
    draft.update(theirs=frozenset())
    _forget(draft)
    draft.withdraw_notices()


def _opening(why: str) -> Opening:
    return Opening(ReasonCode.ESCALATED_ASKS, ReasonCode.ESCALATED, tried=why, is_handoff=True)


def _climb(draft: Draft, opening: Opening, *, lost: tuple[Asked, ...] | None = None) -> None:
    """Go up until there is a level with somebody to ask."""
    path = draft.policy.path(draft.ticket.path)
    entrance = path.entrance(draft.facts()) if path.rounds > 1 else None
    skipped, why = lost is not None, ""
    while step := path.level_after(draft.ticket.level, draft.ticket.round, entrance.level if entrance else 1):
        number, round_ = step
        if round_ != draft.ticket.round:
            draft.decide(path.name, ReasonCode.ROUND_BEGUN, round=str(round_))
            skipped = False
        level = path.levels[number - 1]
        people = chain(draft, level)
        if skipped and level.is_hierarchical and people.candidates and _stand_in(draft, opening, lost or ()):
            return
        draft.update(level=number, round=round_)
        tell_choice(draft, level, people)
        if people.candidates:
            begin_level(draft, level, people, opening)
            return
        skipped, why = True, people.why_nobody
        draft.decide(path.name, ReasonCode.LEVEL_SKIPPED, level=level.name, why=why)
    exhaust(draft, opening.tried or why or "it has no levels")


def _stand_in(draft: Draft, opening: Opening, lost: tuple[Asked, ...]) -> bool:
    """Have the last resort asked in place of the empty level on which the ticket stands, for that level's time.

    Who of them could not be reached stays on the ticket, so that none is tried twice.
    """
    level = draft.policy.path(draft.ticket.path).level(draft.ticket.level)
    resort = available(draft, frozenset(one.person for one in lost))
    if level is None or not resort:
        return False
    candidate = Candidate(resort, "stands in as the last resort", is_on_call=False)
    begin_level(draft, level, Chain((candidate,)), replace(opening, code=ReasonCode.STOOD_IN, plain=None))
    draft.update(asked=(*lost, *draft.ticket.asked))
    return True
