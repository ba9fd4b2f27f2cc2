"""Whom the console may name: the people of the roster, and those who are asked without being on it."""

from __future__ import annotations

from console.callers import person_by_email
from core.policy.vendor import vendor_of
from rung.loaded import Loaded


def people(loaded: Loaded) -> dict[str, str]:
    """The names of the roster's people, by id."""
    roster = loaded.policy.roster.people.values()
    return {person.id: person.name for person in roster if not vendor_of(person.id)}


def by_email(loaded: Loaded, email: str) -> str:
    """Who signed in with that address; where there is no roster at all, people go by their address."""
    roster = loaded.policy.roster.people.values()
    known = {person.id: person.emails for person in roster if not vendor_of(person.id)}
    return person_by_email(email, known) if known else email


def guests(loaded: Loaded) -> dict[str, str]:
    """Who is asked without being on the roster: vendors, and channels that get the link."""
    channels = loaded.policy.communication.channels.values()
    asked = {one.id: one.name or one.id for one in channels if one.asks}
    return asked | {vendor.key: vendor.name for vendor in loaded.policy.vendors.values()}
