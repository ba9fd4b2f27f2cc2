"""The words Rung speaks, as frozen dataclasses and enums.

Nothing in here reads a clock, a file or a network; nothing imports anything but the standard library. Every moment is
an aware `datetime` in UTC, every duration a `timedelta`.
"""

from core.model.action import Action, ActionStatus, Changes, Comment, Notice, Verb
from core.model.command import Acknowledge, Command
from core.model.event import Delivery, DeliveryStatus, Event, EventKind, ForeignComment, Normalized
from core.model.people import Party, Person
from core.model.reason import Entry, EntryKind, Reason, ReasonCode
from core.model.record import Record, RecordRef
from core.model.stimulus import Receipt, Refusal, Report, ShiftChanged, Stimulus, TimerDue
from core.model.surroundings import ALONE, Surroundings
from core.model.ticket import Alert, Ticket, Timer, TimerKind, Unopened
from core.model.values import Impact, Severity, State, TicketKind, Urgency

__all__ = [
    "ALONE",
    "Acknowledge",
    "Action",
    "ActionStatus",
    "Alert",
    "Changes",
    "Command",
    "Comment",
    "Delivery",
    "DeliveryStatus",
    "Entry",
    "EntryKind",
    "Event",
    "EventKind",
    "ForeignComment",
    "Impact",
    "Normalized",
    "Notice",
    "Party",
    "Person",
    "Reason",
    "ReasonCode",
    "Receipt",
    "Record",
    "RecordRef",
    "Refusal",
    "Report",
    "Severity",
    "ShiftChanged",
    "State",
    "Stimulus",
    "Surroundings",
    "Ticket",
    "TicketKind",
    "Timer",
    "TimerDue",
    "TimerKind",
    "Unopened",
    "Urgency",
    "Verb",
]
