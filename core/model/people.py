"""People: as our roster knows them, and as a platform names them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Party:
    """A person as a platform's webhook or API names them; any field may be unknown ("").

    `account` is the platform's own id (ServiceNow sys_id, Jira accountId, Data Center name or key), `login` the user
    name where that is another thing (ServiceNow user_name). A Party with every field empty means "nobody".
    """

    account: str = ""
    login: str = ""
    email: str = ""
    name: str = ""

    @property
    def is_nobody(self) -> bool:
        """Whether this says that the field was cleared."""
        return not (self.account or self.login or self.email or self.name)

    @property
    def label(self) -> str:
        """What to call them in a sentence."""
        return self.name or self.email or self.login or self.account or "nobody"

    def is_same_as(self, other: Party) -> bool:
        """Whether both surely name one person: an equal id, user name or e-mail (case aside). Names prove nothing."""
        pairs = ((self.account, other.account), (self.login, other.login), (self.email, other.email))
        return any(mine and mine.casefold() == theirs.casefold() for mine, theirs in pairs)


class Busy(StrEnum):
    """Which events of somebody's own calendar mean that they are off."""

    OUT_OF_OFFICE = "out_of_office"
    """Those that say so: by Outlook's mark, their title or their category."""
    ALL = "all"
    """Every one that is not free, tentative, cancelled or declined."""


@dataclass(frozen=True, slots=True)
class CalendarFeed:
    """Somebody's own calendar in iCalendar form: at an address (a `${NAME}` reference), or in a file.

    `titles` are patterns, `*` for any text, of the titles and categories that mean out of office; the packaged words
    without any.
    """

    url: str = field(default="", repr=False)
    file: str = ""
    busy: Busy = Busy.OUT_OF_OFFICE
    titles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Hours of the day, on the wall clock of whoever they are for, in which only what cannot wait gets through.

    `start` and `end` are times since midnight; the end is on the next day where it is not after the start.
    """

    start: timedelta
    end: timedelta


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on the roster.

    `ways` are Apprise URLs in the order in which they are tried, possibly holding `${NAME}` references that are
    resolved at use. `accounts` maps a platform's name to the person's account there, where e-mail does not find it.
    `time_zone` is the IANA zone by whose clock they live. `skills` are words of the organisation's own, `languages`
    BCP 47 tags ("fr", "pt-BR"). `calendar` tells when they are off, beside the roster.
    `short_ways` are the places (from 0) of those ways that take short messages only; `quiet_hours` are the person's
    own, None for the policy's. `aliases` are further e-mail addresses of theirs, by which platforms may know them.
    """

    id: str
    name: str
    email: str = ""
    ways: tuple[str, ...] = field(default=(), repr=False)
    accounts: Mapping[str, str] = field(default_factory=dict)
    time_zone: str = "UTC"
    skills: frozenset[str] = frozenset()
    languages: tuple[str, ...] = ()
    calendar: CalendarFeed | None = None
    short_ways: frozenset[int] = frozenset()
    quiet_hours: QuietHours | None = None
    aliases: tuple[str, ...] = ()

    @property
    def emails(self) -> tuple[str, ...]:
        """Every address by which platforms may know them."""
        return tuple(one for one in (self.email, *self.aliases) if one)

    def knows(self, skill: str) -> bool:
        """Whether they have a skill, case aside."""
        return skill.casefold() in {one.casefold() for one in self.skills}

    def speaks(self, language: str) -> bool:
        """Whether one of their languages is that one, whatever the country: who speaks fr speaks fr-CA."""
        return _tongue(language) in {_tongue(one) for one in self.languages}


def _tongue(language: str) -> str:
    """A BCP 47 tag's first part, which is the language itself."""
    return language.replace("_", "-").partition("-")[0].casefold()
