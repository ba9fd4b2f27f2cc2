"""`communication`: who is told what, when, on which channel, in which words, and how often."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from core.model import Moment, QuietHours, Severity
from core.policy.communication import Channel, Communication, Digest, Limit, Telling, Updates
from core.policy.message import AUDIENCES, FIELDS, WITHHELD
from core.policy.words import Words
from rung.documents.fields import Choice, Count, Duration, Name, Named, Strict, Text, Way, wrong
from rung.documents.policy import messages
from rung.documents.policy.conditions import ConditionSchema, condition
from rung.documents.policy.lengths import SEVERITIES
from rung.documents.policy.messages import Language, WordingSchema, WordsField
from rung.documents.times import TimeOfDay, Zone

_DIGEST = Digest()
_LIMIT = re.compile(r"(\d{1,5})\s*/\s*(\d{0,4}[smhd])")


class LimitField(fields.Field[Limit]):
    """So many messages in a time, such as 20/h or 5/10m."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Limit:
        found = _LIMIT.fullmatch(value) if isinstance(value, str) else None
        if not found or int(found[1]) < 1:
            raise wrong("is not a limit.", "Write how many in which time, like 20/h or 5/10m.")
        length = found[2] if found[2][0].isdigit() else f"1{found[2]}"
        within: timedelta = Duration().deserialize(length)
        return Limit(int(found[1]), within)


class QuietHoursSchema(Strict):
    """Hours of the day in which only what cannot wait gets through."""

    start = TimeOfDay(required=True, data_key="from")
    end = TimeOfDay(required=True, data_key="until")

    @validates_schema
    def refuse_none(self, data: Mapping[str, Any], **_: object) -> None:
        """Hours that end as they begin would be all of the day, or none of it."""
        if data.get("start") == data.get("end"):
            raise ValidationError({"until": ["must be another time than from."]})


class GeneralQuietHoursSchema(QuietHoursSchema):
    """Those of everybody who has none of their own, and what gets through anybody's."""

    awake = fields.List(Choice(SEVERITIES), load_default=lambda: ["SEV1", "SEV2"])


class ChannelSchema(Strict):
    """Somewhere that several people read."""

    ways = fields.List(Way(), required=True, validate=validate.Length(min=1))
    name = Text(load_default="")
    audience = Choice(AUDIENCES, load_default="internal")
    customer = Text(load_default="")
    language = Language(load_default="")
    time_zone = Zone(load_default="UTC")
    short = fields.Boolean(load_default=False)
    asks = fields.Boolean(load_default=False)
    quiet_hours = fields.Nested(QuietHoursSchema)


class Audiences(fields.Field[list[str]]):
    """One audience, or a list of them."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> list[str]:
        return [str(Choice(AUDIENCES).deserialize(one)) for one in (value if isinstance(value, list) else [value])]


class TellingSchema(ConditionSchema):
    """A rule: who is told at which moments of which tickets."""

    name = Name(required=True)
    moments = fields.List(Choice(messages.MOMENTS), required=True, validate=validate.Length(min=1))
    audience = Audiences(load_default=list)
    channels = fields.List(Text(), load_default=list)
    people = fields.List(Text(), load_default=list)
    template = Text(load_default="")


class DigestSchema(Strict):
    """When messages are gathered."""

    more_than = Count(1, 100000, load_default=_DIGEST.more_than)
    within = Duration(load_default=_DIGEST.within)
    every = Duration(load_default=_DIGEST.every)


class LimitsSchema(Strict):
    """How many messages a reader gets at most."""

    per_person = LimitField()
    per_channel = LimitField()


def _by_audience(inner: fields.Field[Any]) -> Any:
    return Strict.from_dict(dict.fromkeys(AUDIENCES, inner), name="ByAudience")


_Cadence = Strict.from_dict({one.value: Duration() for one in SEVERITIES}, name="Cadence")


class CommunicationSchema(Strict):
    """The section as a whole."""

    language = Language()
    channels = Named(fields.Nested(ChannelSchema))
    tell = fields.List(fields.Nested(TellingSchema))
    templates = fields.List(fields.Nested(WordingSchema))
    words = WordsField
    cadence = fields.Nested(_by_audience(fields.Nested(_Cadence)))
    updates = fields.Nested(_by_audience(Choice(tuple(Updates))))
    withhold = fields.Nested(_by_audience(fields.List(Choice(FIELDS))))
    public_comments = fields.List(Text())
    titles = Named(Named(Text()))
    digest = fields.Nested(DigestSchema)
    limits = fields.Nested(LimitsSchema)
    quiet_hours = fields.Nested(GeneralQuietHoursSchema)


def communication(data: Mapping[str, Any]) -> Communication:
    """The section of a document that was checked, with the templates and words that come with Rung."""
    language = data.get("language", "en")
    own = tuple(messages.wording(one, language) for one in data.get("templates", ()))
    wordings, words = messages.packaged()
    limits, quiet = data.get("limits", {}), data.get("quiet_hours")
    return Communication(
        language=language,
        channels={name: _channel(name, one) for name, one in data.get("channels", {}).items()},
        tell=tuple(_telling(one) for one in data.get("tell", ())),
        wordings=(*own, *wordings),
        words=_words(words, data.get("words", {})),
        cadence={name: _severities(one) for name, one in data.get("cadence", {}).items()},
        updates={name: Updates(one) for name, one in data.get("updates", {}).items()},
        withhold={**WITHHELD, **{name: frozenset(one) for name, one in data.get("withhold", {}).items()}},
        public_comments=frozenset(data.get("public_comments", ())),
        titles=data.get("titles", {}),
        digest=Digest(**data["digest"]) if "digest" in data else None,
        per_person=limits.get("per_person"),
        per_channel=limits.get("per_channel"),
        quiet_hours=quiet_hours(quiet),
        awake=frozenset({Severity.SEV1, *(Severity(one) for one in (quiet or {}).get("awake", ("SEV2",)))}),
    )


def quiet_hours(data: Mapping[str, Any] | None) -> QuietHours | None:
    """Quiet hours that were checked, where there are any."""
    return QuietHours(data["start"], data["end"]) if data else None


def _channel(name: str, data: Mapping[str, Any]) -> Channel:
    plain = ("name", "audience", "customer", "language", "time_zone", "short", "asks")
    quiet = quiet_hours(data.get("quiet_hours"))
    return Channel(id=name, ways=tuple(data["ways"]), quiet_hours=quiet, **{key: data[key] for key in plain})


def _telling(data: Mapping[str, Any]) -> Telling:
    return Telling(
        name=data["name"],
        moments=frozenset(Moment(one) for one in data["moments"]),
        condition=condition(data),
        audiences=tuple(data["audience"]),
        channels=tuple(data["channels"]),
        people=tuple(data["people"]),
        template=data["template"],
    )


def _words(packaged: Mapping[str, Words], own: Mapping[str, Mapping[str, str]]) -> dict[str, Words]:
    """The packaged words with one's own over them."""
    known = {name: dict(one.terms) for name, one in packaged.items()}
    for name, terms in own.items():
        known.setdefault(name.casefold(), {}).update(terms)
    return {name: Words(name, terms) for name, terms in known.items()}


def _severities(data: Mapping[str, timedelta]) -> dict[Severity, timedelta]:
    return {Severity(name): length for name, length in data.items()}
