"""Commands that add to a ticket: who owns a level of it, the major incident it belongs to, a note."""

from __future__ import annotations

from dataclasses import replace

from core.engine.asking import remind
from core.engine.choosing import asked_again
from core.engine.communication import is_heard, publish
from core.engine.draft import Draft
from core.engine.handoff import give
from core.engine.saying import refuse, told
from core.model import LevelOwner, Note, ReasonCode, Right, SetBackup, SetHandoff, SetOwner
from core.policy import rights, rights_at
from core.policy.vendor import vendor_of


def number_of(draft: Draft, level: str) -> int:
    """The number of the level that is so called, case aside, counted from 1; 0 for none."""
    names = [one.name.casefold() for one in draft.policy.path(draft.ticket.path).levels]
    return names.index(level.casefold()) + 1 if level.casefold() in names else 0


def unknown_level(draft: Draft, level: str) -> str:
    """That there is no such level, as the end of a sentence."""
    names = ", ".join(one.name for one in draft.policy.path(draft.ticket.path).levels)
    return f"its path has no level {level}; it has {names}"


def set_owner(draft: Draft, command: SetOwner) -> None:
    """Name who is asked on a level of this ticket."""
    named = _named(draft, command)
    if named is None:
        return
    if named.owner == command.person:
        refuse(draft, command, Right.OWNER, "that is how it is already")
        return
    code = ReasonCode.OWNER_SET if command.person else ReasonCode.OWNER_TAKEN_AWAY
    told(draft, command, code, level=named.level, owner=draft.policy.roster.name(command.person))
    _put(draft, replace(named, owner=command.person))


def set_backup(draft: Draft, command: SetBackup) -> None:
    """Name who is asked on a level of this ticket where its owner is away."""
    named = _named(draft, command)
    if named is None:
        return
    if named.backup == command.person:
        refuse(draft, command, Right.OWNER, "that is how it is already")
        return
    code = ReasonCode.BACKUP_SET if command.person else ReasonCode.BACKUP_TAKEN_AWAY
    told(draft, command, code, level=named.level, backup=draft.policy.roster.name(command.person))
    _put(draft, replace(named, backup=command.person))


def _named(draft: Draft, command: SetOwner | SetBackup) -> LevelOwner | None:
    """Who is named for the level now; None where the command was refused: nobody gives away more than they may."""
    number, policy = number_of(draft, command.level), draft.policy
    if not number:
        refuse(draft, command, Right.OWNER, unknown_level(draft, command.level))
        return None
    if command.person and (command.person not in policy.roster.people or vendor_of(command.person)):
        refuse(draft, command, Right.OWNER, f"nobody on the roster has the id {command.person}")
        return None
    level = policy.path(draft.ticket.path).levels[number - 1].name
    if not rights_at(policy, draft.ticket, number) <= rights(policy, draft.ticket, command.by):
        refuse(draft, command, Right.OWNER, f"{level} may decide more than they may themselves")
        return None
    return draft.ticket.owner_of(level)


def _put(draft: Draft, named: LevelOwner) -> None:
    """Whoever is now to be asked on the level on which it waits is asked at once."""
    before = _asked_now(draft)
    kept = tuple(one for one in draft.ticket.owners if one.level != named.level)
    draft.update(owners=(*kept, named) if named.owner or named.backup else kept)
    if _asked_now(draft) != before:
        draft.withdraw_notices()
        remind(draft, "somebody else is named for it")


def _asked_now(draft: Draft) -> str:
    ticket = draft.ticket
    level = draft.policy.path(ticket.path).level(ticket.level)
    found = asked_again(draft, level) if level else None
    return found.person if found else ""


def set_handoff(draft: Draft, command: SetHandoff) -> None:
    """Keep what whoever takes it over should know."""
    known = draft.ticket.handoff
    given = {name: getattr(command, name) for name in _FACTS}
    news = {name: value for name, value in given.items() if value is not None and value != getattr(known, name)}
    said = [f"{_FACTS[name]} {_in_words(value)}" for name, value in news.items() if value]
    if not news:
        refuse(draft, command, Right.HANDOFF, "it tells nothing new")
        return
    if said:
        told(draft, command, ReasonCode.HANDOFF_TOLD, told="; ".join(said))
    else:
        told(draft, command, ReasonCode.HANDOFF_TAKEN_BACK)
    give(draft, **news)


_FACTS = {"tried": "tried was", "impact": "the impact is", "links": "see", "next_step": "next comes"}


def _in_words(value: str | tuple[str, ...]) -> str:
    return " ".join((value if isinstance(value, str) else ", ".join(value)).split()).rstrip(".")


def note(draft: Draft, command: Note) -> None:
    """Enter what a person has to say, here and on the records; one for an audience goes to its channels too."""
    text, audience = command.text.strip(), command.audience
    if not text:
        refuse(draft, command, Right.NOTE, "it holds nothing")
    elif audience and not is_heard(draft, audience):
        refuse(draft, command, Right.NOTE, f"no channel tells the audience {audience} of this ticket")
    else:
        told(draft, command, ReasonCode.NOTED, text=text.rstrip("."))
        if audience:
            publish(draft, text, command.by, audience)
