"""What one ticket's step tells another ticket: stored with the step, and applied to the other soon after."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.model.major import Parent
from core.model.surge import SurgeOver
from core.model.values import Severity, State


@dataclass(frozen=True, slots=True)
class LikeCount:
    """So many other tickets like this one have been opened within the policy's window and are open."""

    count: int


@dataclass(frozen=True, slots=True)
class Gathered:
    """A major incident gathers the ticket: from now on people are called for the parent alone."""

    parent: Parent


class ParentTurn(StrEnum):
    """What happened to a major incident that its children must know."""

    ACKNOWLEDGED = "acknowledged"
    RECORDED = "recorded"
    """Its record was created: now it has a key and a link that people know."""
    OVER = "over"
    """Resolved, closed or canceled: it no longer calls anybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentChanged:
    """The major incident that gathers the ticket has changed.

    `by` is who acknowledged it, or the state in which it ended. `resolves`: what it gathered is resolved with it.
    """

    parent: Parent
    turn: ParentTurn
    by: str = ""
    resolves: bool = False


class ChildTurn(StrEnum):
    """What happened to a gathered ticket that its major incident must know."""

    JOINED = "joined"
    CHANGED = "changed"
    OVER = "over"
    BACK = "back"
    """It was over, and is open again."""
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildChanged:
    """A ticket that the major incident gathers has joined it, changed, or left."""

    id: int
    turn: ChildTurn
    title: str
    state: State
    severity: Severity
    service: str = ""


Signal = LikeCount | Gathered | ParentChanged | ChildChanged | SurgeOver
