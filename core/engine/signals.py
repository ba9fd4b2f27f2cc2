"""What another ticket's step tells this one."""

from __future__ import annotations

from core.engine import gathering, major, surge
from core.engine.draft import Draft
from core.model import ChildChanged, Gathered, LikeCount, ParentChanged, Signal, SurgeOver


def apply(draft: Draft, signal: Signal) -> None:
    """Take a signal in; applied twice it does nothing more."""
    match signal:
        case LikeCount():
            gathering.counted(draft, signal)
        case Gathered():
            gathering.gathered(draft, signal)
        case ParentChanged():
            gathering.parent_changed(draft, signal)
        case ChildChanged():
            major.child_changed(draft, signal)
        case SurgeOver():
            surge.over(draft, signal)
