"""Commands that put things off, and what happens when that ends: hold, resume, snooze."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from core.engine.asking import rearm, remind
from core.engine.draft import Draft
from core.engine.saying import refuse, told
from core.engine.wording import moment, span
from core.model import EntryKind, Hold, HoldAutomation, ReasonCode, Resume, Right, Snooze, Snoozed, Timer, TimerKind


def hold(draft: Draft, command: HoldAutomation) -> None:
    """Let nothing escalate by itself before a moment; what would come due before it comes then."""
    longest = draft.policy.authority.longest_hold
    if command.until <= draft.now:
        refuse(draft, command, Right.HOLD, f"{moment(command.until)} is over")
    elif command.until - draft.now > longest:
        refuse(draft, command, Right.HOLD, f"the policy lets automation be held for {span(longest)} at most")
    else:
        until, name = command.until, draft.policy.roster.name(command.by)
        draft.update(hold=Hold(until=until, by=name, reason=command.reason, at=draft.now))
        draft.put_off()
        about = timedelta(minutes=math.ceil((until - draft.now) / timedelta(minutes=1)))  # asked a moment ago
        facts = {"until": moment(until), "within": span(about)}
        told(draft, command, ReasonCode.HELD, **facts, then=_then(draft))
        draft.set_timer(TimerKind.HOLD, until)


def _then(draft: Draft) -> str:
    """What happens at the end of a hold."""
    if draft.ticket.timer(TimerKind.ACKNOWLEDGE):
        return "Then the wait for an acknowledgement goes on, and escalates once its time is over."
    return "Then automation goes on; at present nothing waits to escalate."


def resume(draft: Draft, command: Resume) -> None:
    """Go on at once: what has come due meanwhile is done at once, too."""
    ticket = draft.ticket
    if ticket.hold is None and not _is_snoozed(draft):
        refuse(draft, command, Right.HOLD, "its automation is not on hold")
        return
    told(draft, command, ReasonCode.RESUMED)
    if ticket.hold is not None:
        _release(draft)
    wake(draft, f"{draft.policy.roster.name(command.by)} ended the snooze")


def _is_snoozed(draft: Draft) -> bool:
    return draft.ticket.timer(TimerKind.SNOOZE) is not None


def _release(draft: Draft) -> None:
    draft.update(hold=None)
    draft.stop_timer(TimerKind.HOLD)
    draft.put_back()


def hold_over(draft: Draft, _: Timer) -> None:
    """A hold has come to its end."""
    held = draft.ticket.hold
    _release(draft)
    if held is not None:
        draft.log(EntryKind.DECISION, "clock", ReasonCode.HOLD_ENDED, person=held.by, since=moment(held.at))


def snooze(draft: Draft, command: Snooze) -> None:
    """Put off the wait for an acknowledgement: it begins anew afterwards, with the whole time of the level."""
    longest, total = draft.policy.authority.longest_snooze, _so_far(draft) + command.length
    if draft.ticket.timer(TimerKind.ACKNOWLEDGE) is None:
        refuse(draft, command, Right.SNOOZE, "nobody's acknowledgement is awaited")
    elif command.length <= timedelta(0):
        refuse(draft, command, Right.SNOOZE, "that is no length of time")
    elif total > longest:
        refuse(draft, command, Right.SNOOZE, _too_long(longest, _so_far(draft)))
    else:
        until = draft.now + command.length
        told(draft, command, ReasonCode.SNOOZED, until=moment(until), within=span(command.length))
        _put_off(draft, command.by, until, total)


def _too_long(longest: timedelta, so_far: timedelta) -> str:
    already = f", and it has been for {span(so_far)}" if so_far else ""
    return f"the policy lets a level be snoozed for {span(longest)} at most{already}"


def _so_far(draft: Draft) -> timedelta:
    """For how long it was snoozed on this level already."""
    snoozed, here = draft.ticket.snooze, (draft.ticket.level, draft.ticket.round)
    return snoozed.total if snoozed and (snoozed.level, snoozed.round) == here else timedelta(0)


def _put_off(draft: Draft, by: str, until: datetime, total: timedelta) -> None:
    ticket, name = draft.ticket, draft.policy.roster.name(by)
    draft.update(snooze=Snoozed(until=until, by=name, level=ticket.level, round=ticket.round, total=total))
    draft.withdraw_notices()
    draft.set_timer(TimerKind.SNOOZE, until)
    rearm(draft)


def snooze_over(draft: Draft, _: Timer) -> None:
    """A snooze has come to its end: whoever has it is asked again."""
    draft.update(awaiting_since=draft.now)
    remind(draft, "the snooze is over")


def wake(draft: Draft, why: str) -> None:
    """End a snooze early, where there is one: whoever has it is asked again at once."""
    if draft.ticket.timer(TimerKind.SNOOZE):
        draft.stop_timer(TimerKind.SNOOZE)
        draft.update(awaiting_since=draft.now)
        remind(draft, why)


def let_go(draft: Draft) -> None:
    """What was put off matters no longer once the ticket is over, was acknowledged, or stands on another level."""
    ticket = draft.ticket
    if ticket.hold is not None and not ticket.state.is_open:
        _release(draft)
    snoozed = ticket.snooze
    if snoozed is not None and ticket.timer(TimerKind.SNOOZE):
        here = (ticket.level, ticket.round) == (snoozed.level, snoozed.round)
        if not here or ticket.timer(TimerKind.ACKNOWLEDGE) is None:
            draft.stop_timer(TimerKind.SNOOZE)
