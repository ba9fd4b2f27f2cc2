"""Communication: who is told what, when, on which channel, in which words, and how often."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from core.model import Moment, Person, QuietHours, Severity, Ticket
from core.policy.condition import ALWAYS, Condition
from core.policy.message import CUSTOMER, INTERNAL, WITHHELD
from core.policy.template import Template
from core.policy.words import ENGLISH, Words, languages_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """Somewhere that several people read: a chat room, a status page, a mailing list.

    `ways` are Apprise URLs, tried in order; `short` says that they take 160 characters. A channel of a `customer` is
    told of that customer's tickets only. One that `asks` gets the link that acknowledges. `language` is "" for the
    ticket's; moments in messages are told by the clock of `time_zone`.
    """

    id: str
    audience: str = INTERNAL
    ways: tuple[str, ...] = field(default=(), repr=False)
    name: str = ""
    customer: str = ""
    language: str = ""
    short: bool = False
    asks: bool = False
    time_zone: str = "UTC"
    quiet_hours: QuietHours | None = None

    def serves(self, ticket: Ticket) -> bool:
        """Whether it may be told of a ticket at all."""
        return not self.customer or self.customer.casefold() == ticket.customer.casefold()

    @property
    def reader(self) -> Person:
        """The channel as somebody who has ways to be reached."""
        short = frozenset(range(len(self.ways))) if self.short else frozenset()
        return Person(
            self.id,
            self.name or self.id,
            ways=self.ways,
            time_zone=self.time_zone,
            short_ways=short,
            quiet_hours=self.quiet_hours,
        )


@dataclass(frozen=True, kw_only=True)
class Telling:
    """A rule: at these moments of a ticket for which it holds, these channels and people are told.

    `audiences` stand for every channel of them. `template` names the templates to use, "" for the audience's own.
    """

    name: str
    moments: frozenset[Moment]
    condition: Condition = ALWAYS
    audiences: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    template: str = ""


@dataclass(frozen=True, kw_only=True)
class Wording:
    """A template: the first line and the rest, for an audience, moments, severities and a language.

    An empty collection, audience or name stands for all of them.
    """

    first: Template
    text: Template
    language: str
    name: str = ""
    audience: str = ""
    moments: frozenset[Moment] = frozenset()
    severities: frozenset[Severity] = frozenset()

    def fits(self, audience: str, moment: Moment, severity: Severity) -> bool:
        """Whether it is for such a message."""
        return (
            self.audience in ("", audience)
            and (not self.moments or moment in self.moments)
            and (not self.severities or severity in self.severities)
        )


class Updates(StrEnum):
    """What happens when an audience's next update is due."""

    SEND = "send"
    """It is told how the ticket stands."""
    ASK = "ask"
    """The owner is asked to write it an update."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """More than `more_than` messages to one reader `within` a time are a storm: what follows is gathered.

    A digest goes out `every` so often while the storm lasts.
    """

    more_than: int = 10
    within: timedelta = timedelta(minutes=10)
    every: timedelta = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` messages in a time; what is more joins the digest."""

    count: int
    within: timedelta


@dataclass(frozen=True, kw_only=True)
class Communication:
    """The section `communication` of the policy.

    `cadence` says for an audience how often it hears of an open ticket of a severity; `updates` whether by itself.
    `public_comments` names the platforms on which what callers can read is meant for customers' channels as well.
    `withhold` are the fields that an audience must not see. `titles[service][language]` is what a service is called in
    public. `awake` are the severities whose requests to take a ticket get through quiet hours, as SEV1's always do.
    """

    language: str = "en"
    channels: Mapping[str, Channel] = field(default_factory=dict)
    tell: tuple[Telling, ...] = ()
    wordings: tuple[Wording, ...] = ()
    words: Mapping[str, Words] = field(default_factory=dict)
    cadence: Mapping[str, Mapping[Severity, timedelta]] = field(default_factory=dict)
    updates: Mapping[str, Updates] = field(default_factory=dict)
    withhold: Mapping[str, frozenset[str]] = field(default_factory=lambda: dict(WITHHELD))
    public_comments: frozenset[str] = frozenset()
    titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    digest: Digest | None = None
    per_person: Limit | None = None
    per_channel: Limit | None = None
    quiet_hours: QuietHours | None = None
    awake: frozenset[Severity] = frozenset({Severity.SEV1, Severity.SEV2})

    @property
    def is_silent(self) -> bool:
        """Whether nobody is told beside those who are asked."""
        return not self.tell and not self.channels

    def serving(self, audience: str, ticket: Ticket) -> Iterator[Channel]:
        """The channels of an audience that may be told of a ticket."""
        return (one for one in self.channels.values() if one.audience == audience and one.serves(ticket))

    def withheld(self, audience: str) -> frozenset[str]:
        """What an audience must not see; of an audience of which nothing is said, what customers must not."""
        if audience in self.withhold:
            return self.withhold[audience]
        return frozenset() if audience != CUSTOMER else WITHHELD[CUSTOMER]

    def speaks(self, *wanted: str) -> tuple[str, ...]:
        """The languages to look for, those wanted first, then the policy's own, then English."""
        return languages_of(*wanted, self.language, "en")

    def words_of(self, language: str) -> Words:
        """The words of a language, in English what it lacks."""
        return self.words.get(language, ENGLISH)

    def wording(
        self, audience: str, moment: Moment, severity: Severity, languages: tuple[str, ...], name: str = ""
    ) -> Wording | None:
        """The first template that fits, in the first of the languages that has one; None where no language has."""
        named = [one for one in self.wordings if one.name == name] if name else []
        for wordings in (named, [one for one in self.wordings if not one.name]):
            for language in languages:
                for one in wordings:
                    if one.language.casefold() == language and one.fits(audience, moment, severity):
                        return one
        return None
