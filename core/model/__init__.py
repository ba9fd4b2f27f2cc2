"""The words Rung speaks, as frozen dataclasses and enums.

Nothing in here reads a clock, a file or a network; nothing imports anything but the standard library. Every moment is
an aware `datetime` in UTC, every duration a `timedelta`.
"""

from core.model.action import Action, ActionStatus, Changes, Comment, Notice, Verb
from core.model.asked import Asked
from core.model.clock import Clock
from core.model.command import (
    Acknowledge,
    Assign,
    ChangeSeverity,
    Command,
    DeclareMajor,
    DeEscalate,
    EscalateNow,
    EscalateTo,
    FulfilDuty,
    HandBack,
    HoldAutomation,
    LinkMajor,
    Note,
    Resume,
    SetBackup,
    SetHandoff,
    SetOwner,
    Snooze,
    Take,
    TellVendorCase,
)
from core.model.conflict import Conflict, Saying
from core.model.drift import Drift
from core.model.event import HEARTBEAT, Delivery, DeliveryStatus, Event, EventKind, ForeignComment, Normalized
from core.model.fired import Fired
from core.model.handoff import Handoff, HandoffFact
from core.model.linked import Link
from core.model.major import Major, Parent
from core.model.overruling import Hold, LevelOwner, SeverityOverride, Snoozed
from core.model.people import Busy, CalendarFeed, Party, Person, QuietHours
from core.model.polled import Changed, ChangedRecord, FoundComment, Looked, PollPlan, Watermark
from core.model.reason import Entry, EntryKind, Reason, ReasonCode
from core.model.record import Record, RecordRef
from core.model.remark import Copy, Doing, Mirrored, Remark
from core.model.right import EVERYTHING, Right
from core.model.role import Role
from core.model.signal import ChildChanged, ChildTurn, Gathered, LikeCount, ParentChanged, ParentTurn, Signal
from core.model.signature import SignatureForm
from core.model.stimulus import DriftLook, OpenMajor, Rebase, Receipt, Refusal, Report, ShiftChanged, Stimulus, TimerDue
from core.model.surge import Surge, SurgeOver
from core.model.surroundings import ALONE, Surroundings
from core.model.ticket import Alert, Ticket, Timer, TimerKind, Unopened
from core.model.told import Moment, Told
from core.model.unknown import Unknown, UnknownKind
from core.model.values import Impact, Severity, State, TicketKind, Urgency
from core.model.vendorcase import VendorCase

__all__ = [
    "ALONE",
    "EVERYTHING",
    "HEARTBEAT",
    "Acknowledge",
    "Action",
    "ActionStatus",
    "Alert",
    "Asked",
    "Assign",
    "Busy",
    "CalendarFeed",
    "ChangeSeverity",
    "Changed",
    "ChangedRecord",
    "Changes",
    "ChildChanged",
    "ChildTurn",
    "Clock",
    "Command",
    "Comment",
    "Conflict",
    "Copy",
    "DeEscalate",
    "DeclareMajor",
    "Delivery",
    "DeliveryStatus",
    "Doing",
    "Drift",
    "DriftLook",
    "Entry",
    "EntryKind",
    "EscalateNow",
    "EscalateTo",
    "Event",
    "EventKind",
    "Fired",
    "ForeignComment",
    "FoundComment",
    "FulfilDuty",
    "Gathered",
    "HandBack",
    "Handoff",
    "HandoffFact",
    "Hold",
    "HoldAutomation",
    "Impact",
    "LevelOwner",
    "LikeCount",
    "Link",
    "LinkMajor",
    "Looked",
    "Major",
    "Mirrored",
    "Moment",
    "Normalized",
    "Note",
    "Notice",
    "OpenMajor",
    "Parent",
    "ParentChanged",
    "ParentTurn",
    "Party",
    "Person",
    "PollPlan",
    "QuietHours",
    "Reason",
    "ReasonCode",
    "Rebase",
    "Receipt",
    "Record",
    "RecordRef",
    "Refusal",
    "Remark",
    "Report",
    "Resume",
    "Right",
    "Role",
    "Saying",
    "SetBackup",
    "SetHandoff",
    "SetOwner",
    "Severity",
    "SeverityOverride",
    "ShiftChanged",
    "Signal",
    "SignatureForm",
    "Snooze",
    "Snoozed",
    "State",
    "Stimulus",
    "Surge",
    "SurgeOver",
    "Surroundings",
    "Take",
    "TellVendorCase",
    "Ticket",
    "TicketKind",
    "Timer",
    "TimerDue",
    "TimerKind",
    "Told",
    "Unknown",
    "UnknownKind",
    "Unopened",
    "Urgency",
    "VendorCase",
    "Verb",
    "Watermark",
]
