"""Who of a team is asked on a level: of those who are there and can be reached, the one whom the policy prefers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.engine.draft import Draft
from core.model import ReasonCode
from core.policy import Within, pools
from core.policy.spans import is_off

_Pools = Sequence[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Choice:
    """Everybody whom a level can ask now, roster ids, whoever is asked first first.

    `why` is why the first is asked, "" where that is merely because they are on call; with nobody, why there is nobody.
    `pool` are those of them who are on duty now; the others stand behind them, and may be asleep.
    """

    people: tuple[str, ...]
    why: str = ""
    pool: tuple[str, ...] = ()

    @property
    def person(self) -> str:
        """Who is asked; "" for nobody."""
        return self.people[0] if self.people else ""


def person_for(draft: Draft, level: str, team: str = "") -> Choice:
    """Choose for a level, by its name, of the ticket's team or of another.

    Whoever is off, out of the duty's hours or without any way to be told is left out. Somebody named for this ticket's
    level comes first, then their backup. Else the duty's top pool that has somebody left is who can be chosen; a skill
    that the ticket needs is looked for down the pools and then among the whole team's duties, and goes by the board,
    told, where nobody who is there has it.
    """
    team = team or draft.ticket.team
    named, there = _named(draft, level), _there(draft, team, level)
    reachable, unreachable = _reachable(draft, (*named, *there))
    if not reachable:
        return Choice((), _nobody(draft, team, unreachable))
    whys = _instead(draft, (*named, *there), unreachable)
    if named and reachable[0] in named:
        return Choice(_everybody(reachable), _listed(whys), next((one for one in reachable if one not in named), ()))
    first, skilled = _skilled(draft, reachable, team)
    spoken, speaks = _speaking(draft, first)
    ordered, best = _ordered(draft, spoken, team)
    return Choice(_everybody((ordered, first, *reachable)), _listed((*whys, *skilled, *speaks, *best)), reachable[0])


def announce(draft: Draft, choice: Choice, level: str) -> None:
    """Tell why it is that person, where there is something to tell."""
    if choice.why:
        facts = {"person": draft.policy.roster.name(choice.person), "level": level, "why": choice.why}
        draft.decide("routing", ReasonCode.CHOSEN, **facts)


def _named(draft: Draft, level: str) -> _Pools:
    """Who is named for that level of this ticket, and is there."""
    named, roster = draft.ticket.owner_of(level), draft.policy.roster
    people = (one for one in (named.owner, named.backup) if one in roster.people)
    return tuple((one,) for one in people if not is_off(one, draft.now, roster.time_off))


def _there(draft: Draft, team: str, level: str) -> _Pools:
    roster = draft.policy.roster
    duty = roster.duty(team, level)
    return pools(duty, draft.now, roster.time_off) if duty else ()


def _reachable(draft: Draft, there: _Pools) -> tuple[_Pools, tuple[str, ...]]:
    """The pools without those who cannot be told, and those."""
    people = draft.policy.roster.people
    lost = tuple(one for pool in there for one in pool if one not in people or not people[one].ways)
    if not lost:
        return there, ()
    kept = (tuple(one for one in pool if one not in lost) for pool in there)
    return tuple(pool for pool in kept if pool), lost


def _instead(draft: Draft, there: _Pools, unreachable: Sequence[str]) -> tuple[str, ...]:
    """That whoever would be asked cannot be told."""
    holder = there[0][:1]
    return (f"{_names(draft, holder)} has no way to be told",) if holder[0] in unreachable else ()


def _nobody(draft: Draft, team: str, unreachable: Sequence[str]) -> str:
    where = draft.policy.roster.team_name(team) or "no team"
    if unreachable:
        return f"nobody who is on call for it in {where} can be reached: {_names(draft, unreachable)}"
    return f"nobody is on call for it in {where}"


def _skilled(draft: Draft, reachable: _Pools, team: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Whom to choose from, and why them."""
    people, skill = draft.policy.roster.people, draft.ticket.skill
    first = reachable[0] if reachable else ()
    if not skill:
        return first, ()
    for pool in (*reachable, _team(draft, team)):
        able = tuple(one for one in pool if people[one].knows(skill))
        if able:
            return able, (f"it needs {skill}",)
    return first, (f"nobody who is there knows {skill}",) if first else ()


def _team(draft: Draft, team: str) -> tuple[str, ...]:
    """Everybody of the team who is there for any of its duties, and can be reached."""
    roster = draft.policy.roster
    known = roster.teams.get(team)
    duties = known.on_call.values() if known else ()
    there = (one for duty in duties for pool in pools(duty, draft.now, roster.time_off) for one in pool)
    return tuple(dict.fromkeys(one for one in there if one in roster.people and roster.people[one].ways))


def _speaking(draft: Draft, pool: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Those of the pool who speak the ticket's language, where the policy asks for that and there are any."""
    language, people = draft.ticket.language, draft.policy.roster.people
    if not (draft.policy.routing.by_language and language):
        return pool, ()
    able = tuple(one for one in pool if people[one].speaks(language))
    return (able, (f"it is in {language}",)) if able and able != pool else (pool, ())


def _ordered(draft: Draft, pool: tuple[str, ...], team: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The pool in the order of choice, and why the first is the first; nothing is to be told of a pool of one."""
    way = draft.policy.routing.chooses(team)
    if way is Within.ON_CALL or len(pool) == 1:
        return pool, ()
    around, shadow = draft.around, draft.ticket.shadow
    if way is Within.LEAST_LOADED:
        load = {one: around.load_of(one, shadow=shadow) for one in pool}
        ordered = tuple(sorted(pool, key=load.__getitem__))
        least, *others = (str(load[one]) for one in ordered)
        return ordered, (f"least loaded: {least} against {', '.join(others)}",)
    turns = {one: around.turn_of(one, shadow=shadow) for one in pool}
    ordered = tuple(sorted(pool, key=turns.__getitem__))
    last = "has had no turn yet" if not turns[ordered[0]] else "had the last turn longest ago"
    return ordered, (f"{_names(draft, ordered[:1])} {last}",)


def _everybody(pools_: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for pool in pools_ for one in pool))


def _names(draft: Draft, people: Iterable[str]) -> str:
    return ", ".join(map(draft.policy.roster.name, people))


def _listed(whys: Sequence[str]) -> str:
    return "; ".join(whys)
