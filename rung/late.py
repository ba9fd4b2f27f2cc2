"""What takes a while to load, behind its port, for the roles that come to need it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from core.model import Notice, Person
from rung import documents


class LateCalendars:
    """`core.ports.Calendars`, for the role that fetches them."""

    def off(self, person: Person, start: datetime, end: datetime) -> Sequence[tuple[datetime, datetime]]:
        """When the person is off by their calendar; raises `DeliveryError`."""
        from connectors import calendars

        return calendars.build(lambda name: documents.secret(name).reveal()).off(person, start, end)


class LateNotifier:
    """`core.ports.Notifier`: Apprise, for those who send something."""

    def notify(self, person: Person, notice: Notice, acknowledge_link: str) -> None:
        """Send the notice by `person.ways[notice.way]`; raises `DeliveryError`."""
        from connectors.notify import AppriseNotifier

        AppriseNotifier(lambda name: documents.secret(name).reveal()).notify(person, notice, acknowledge_link)
