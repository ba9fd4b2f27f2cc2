"""A ticket that a major incident gathers: quiet while the parent lives, told when it changes, and never forgotten."""

from __future__ import annotations

from core.engine.draft import Draft
from core.engine.escalation import begin_path
from core.engine.lifecycle import end
from core.engine.meeting import within
from core.engine.saying import refuse, told
from core.model import (
    ChildChanged,
    ChildTurn,
    EntryKind,
    Gathered,
    LikeCount,
    LinkMajor,
    Parent,
    ParentChanged,
    ParentTurn,
    ReasonCode,
    Right,
    State,
    Ticket,
    TimerKind,
)

RULE = "major incident"
"""By whom the timeline says that it was decided."""


def counted(draft: Draft, signal: LikeCount) -> None:
    """Know how many tickets like this one there are; what hangs on that is looked at after every step."""
    draft.update(like=max(draft.ticket.like, signal.count))


def gathered(draft: Draft, signal: Gathered) -> None:
    """A major incident gathers the ticket, unless it is over, or stands under one already."""
    ticket = draft.ticket
    if ticket.state.is_open and not ticket.gathered and ticket.major is None:
        join(draft, signal.parent)


def join(draft: Draft, parent: Parent) -> None:
    """Stand under a major incident that gathers the ticket by its likeness."""
    facts = {"parent": parent.name, "title": parent.title, "meeting": within(parent, draft.policy)}
    draft.decide(RULE, ReasonCode.GATHERED_UNDER, **facts)
    draft.note()
    _stand_under(draft, parent)


def link_major(draft: Draft, command: LinkMajor) -> None:
    """A person makes it part of a major incident, or takes it out."""
    ticket, parent = draft.ticket, draft.around.parent
    if not command.major:
        _unlink(draft, command)
    elif command.major == ticket.id:
        refuse(draft, command, Right.LINK_MAJOR, "it cannot be part of itself")
    elif ticket.gathered and command.major == ticket.parent:
        refuse(draft, command, Right.LINK_MAJOR, f"it is part of {ticket.parent} already")
    elif ticket.major is not None:
        refuse(draft, command, Right.LINK_MAJOR, "it is a major incident itself")
    elif parent is None or parent.id != command.major:
        refuse(draft, command, Right.LINK_MAJOR, f"ticket {command.major} is no major incident that is open")
    elif parent.shadow is not ticket.shadow:
        refuse(draft, command, Right.LINK_MAJOR, "one of the two is in shadow mode, and the other is not")
    else:
        told(draft, command, ReasonCode.LINKED, major=parent.name, meeting=within(parent, draft.policy))
        _stand_under(draft, parent)


def _stand_under(draft: Draft, parent: Parent) -> None:
    """Nobody is called for the ticket itself any more; its clocks run on."""
    draft.update(parent=parent.id, gathered=True, exhausted=False, awaiting_since=None)
    if not draft.ticket.is_acknowledged:
        draft.update(asked=())
    draft.stop_timer(TimerKind.ACKNOWLEDGE)
    draft.withdraw_notices()


def _unlink(draft: Draft, command: LinkMajor) -> None:
    """It is not gathered again by its likeness, and escalates by itself."""
    if not draft.ticket.gathered:
        refuse(draft, command, Right.LINK_MAJOR, "it is part of none")
        return
    told(draft, command, ReasonCode.UNLINKED, major=str(draft.ticket.parent))
    draft.update(parent=0, gathered=False, likeness="")
    _escalate_again(draft)


def parent_changed(draft: Draft, signal: ParentChanged) -> None:
    """Take in what happened to the major incident that gathers the ticket; another's is none of its business."""
    if not draft.ticket.gathered or draft.ticket.parent != signal.parent.id:
        return
    name = signal.parent.name
    if signal.turn is ParentTurn.ACKNOWLEDGED:
        draft.log(EntryKind.EVENT, RULE, ReasonCode.PARENT_ACKNOWLEDGED, person=signal.by, parent=name)
    elif signal.turn is ParentTurn.RECORDED:
        link_ = signal.parent.records[0].link if signal.parent.records else ""
        draft.decide(RULE, ReasonCode.PARENT_RECORDED, parent=name, link=link_ or name)
        draft.note()
    else:
        _parent_over(draft, signal)


def _parent_over(draft: Draft, signal: ParentChanged) -> None:
    draft.update(gathered=False)
    facts = {"parent": signal.parent.name, "state": signal.by}
    if not draft.ticket.state.is_open:
        draft.log(EntryKind.EVENT, RULE, ReasonCode.PARENT_OVER, **facts)
    elif signal.resolves:
        reason = draft.decide(RULE, ReasonCode.PARENT_RESOLVED, **facts)
        end(draft, State.RESOLVED, resolution=reason.sentence)
        draft.write(state=State.RESOLVED, resolution=reason.sentence)
    else:
        draft.decide(RULE, ReasonCode.RELEASED, **facts)
        draft.note()
        _escalate_again(draft)


def _escalate_again(draft: Draft) -> None:
    """Somebody who had taken it has it still; otherwise its path begins."""
    if draft.ticket.state.is_open and not draft.ticket.is_acknowledged:
        begin_path(draft)


def tell_parent(draft: Draft) -> None:
    """Tell the major incident what changed in this step that it must know."""
    before, now = draft.before, draft.ticket
    if not (before.gathered or now.gathered):
        return
    if before.gathered and (not now.gathered or before.parent != now.parent) and before.parent:
        _tell(draft, before.parent, ChildTurn.LEFT)
    if now.gathered and (turn := _turn(before, now)):
        _tell(draft, now.parent, turn)


def _turn(before: Ticket, now: Ticket) -> ChildTurn | None:
    if not before.gathered or before.parent != now.parent:
        return ChildTurn.JOINED
    if before.state.is_open != now.state.is_open:
        return ChildTurn.BACK if now.state.is_open else ChildTurn.OVER
    return ChildTurn.CHANGED if before.severity is not now.severity else None


def _tell(draft: Draft, parent: int, turn: ChildTurn) -> None:
    ticket = draft.ticket
    changed = ChildChanged(
        id=ticket.id,
        turn=turn,
        title=ticket.title,
        state=ticket.state,
        severity=ticket.severity,
        service=ticket.service,
    )
    draft.signal(parent, changed)
