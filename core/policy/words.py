"""The words of one language: what a message's fields say in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))

TERMS: Mapping[str, str] = {
    "day": "day",
    "days": "days",
    "hour": "hour",
    "hours": "hours",
    "minute": "minute",
    "minutes": "minutes",
    "second": "second",
    "seconds": "seconds",
    "new": "new",
    "in_progress": "in progress",
    "on_hold": "on hold",
    "resolved": "resolved",
    "closed": "closed",
    "canceled": "canceled",
    "high": "high",
    "medium": "medium",
    "low": "low",
    "a_service": "One of your services",
    "to_acknowledge": "{span} to acknowledge",
    "is_taken": "{person} has it",
    "is_untaken": "Nobody has taken it",
    "acknowledge_here": "Acknowledge:",
    "digest": "{count} messages in one",
    "digest_storm": "More than {limit} came within {span}, so they are gathered.",
    "digest_limit": "The limit of {limit} in {span} was reached, so they are gathered.",
    "digest_quiet": "They waited for the end of the quiet hours.",
}
"""Every term there is, in English; `{span}`, `{person}`, `{count}` and `{limit}` are put in where they stand."""


@dataclass(frozen=True)
class Words:
    """The terms of a language (BCP 47); one that it lacks is said in English."""

    language: str = "en"
    terms: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, term: str, **values: str) -> str:
        """The term, with what is to be filled in; a term that is none stands for itself."""
        text = self.terms.get(term) or TERMS.get(term) or term
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    def span(self, duration: timedelta) -> str:
        """A duration in its two largest units: "1 hour 30 minutes"."""
        rest = max(int(duration.total_seconds()), 0)
        parts = []
        for unit, seconds in _UNITS:
            count, rest = divmod(rest, seconds)
            if count:
                parts.append(f"{count} {self(unit if count == 1 else f'{unit}s')}")
        return " ".join(parts[:2]) or f"0 {self('seconds')}"


ENGLISH = Words()


def languages_of(*wanted: str) -> tuple[str, ...]:
    """The languages to look for, the best first: de-AT is also served by de."""
    found: dict[str, None] = {}
    for one in wanted:
        tag = one.replace("_", "-").casefold()
        while tag:
            found[tag] = None
            tag = tag.rpartition("-")[0]
    return tuple(found)
