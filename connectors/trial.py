"""Proving the rights to write in the only way there is: one record is created, noted upon, moved and resolved."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.findings import Finding, good, lacking
from core.model import Changes, Comment, Impact, Receipt, Severity, State, Urgency
from core.ports import DeliveryError, Platform, RecordWrite

TITLE = "Connection test of Rung: please ignore"
_STEPS = (
    ("writes an internal note and takes it into work", State.IN_PROGRESS, "Rung can write internal notes here."),
    ("resolves it", State.RESOLVED, ""),
)


def trial(platform: Platform, operation_id: str) -> Iterator[Finding]:
    """Create a record, and take it to its end; it stays there, resolved, since Rung never deletes.

    `operation_id` must be new: it marks the record. What was refused is told, and ends the trial.
    """
    changes = Changes(title=TITLE, description=TITLE, severity=Severity.SEV4, impact=Impact.LOW, urgency=Urgency.LOW)
    written = _written(platform, RecordWrite(operation_id=f"{operation_id}-1", record=None, changes=changes))
    yield from _told("creates a record", written)
    for number, (what, state, text) in enumerate(_STEPS, 2):
        if not isinstance(written, Receipt) or written.record is None:
            return
        comments = (Comment(text),) if text else ()
        changes = Changes(state=state, resolution=TITLE if state is State.RESOLVED else None, comments=comments)
        write = RecordWrite(operation_id=f"{operation_id}-{number}", record=written.record, changes=changes)
        written = _written(platform, write)
        yield from _told(what, written)


def _written(platform: Platform, write: RecordWrite) -> Receipt | DeliveryError:
    try:
        return platform.write(write)
    except DeliveryError as error:
        return error


def _told(what: str, written: Receipt | DeliveryError) -> Iterator[Finding]:
    """The step as a finding; what was left out of a write is a finding of its own."""
    if isinstance(written, DeliveryError):
        yield lacking(f"It does not yet: {what}.", written.message)
        return
    where = written.record.key if written.record else ""
    yield good(f"It {what} ({where}).")
    for warning in written.warnings:
        yield lacking(f"When it {what}, something was left out.", warning)
