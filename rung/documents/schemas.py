"""The form of platforms.yaml, roster.yaml and policy.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from core.model import Busy
from core.model.signature import ALGORITHMS, ENCODINGS
from rung.documents.duties import DutySchema, SpanSchema
from rung.documents.fields import (
    Address,
    Choice,
    Count,
    Duration,
    Email,
    Exact,
    Name,
    Named,
    OneKind,
    SecretName,
    Strict,
    Text,
    Way,
    wrong,
)
from rung.documents.policy.communication import QuietHoursSchema
from rung.documents.policy.document import PolicySchema
from rung.documents.polling import Poll
from rung.documents.times import Zone

_MOST_BYTES = 64 * 1024 * 1024


class Timeout(fields.Field[tuple[float, float]]):
    """Seconds to connect and seconds to wait for an answer."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[float, float]:
        try:
            connect, read = (float(one) for one in value)
        except (TypeError, ValueError):
            connect = read = 0
        if not (0 < connect <= 60 and 0 < read <= 300):
            raise wrong(
                "must be two numbers of seconds, to connect (at most 60) and to answer (at most 300).",
                "Example: [3, 20].",
            )
        return connect, read


class TopicArn(Text):
    """An SNS topic by its ARN."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *args, **kwargs)
        if not re.fullmatch(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?", text):
            raise wrong("is not a topic's ARN.", "Write it like arn:aws:sns:eu-west-1:123456789012:alarms.")
        return text


def _secrets() -> dict[str, fields.Field[Any]]:
    return {"secrets": fields.List(SecretName(), required=True, validate=validate.Length(min=1))}


def _kind(title: str, /, **inner: fields.Field[Any]) -> Strict:
    return Strict.from_dict(inner, name=title)()  # type: ignore[return-value] # marshmallow types it as Schema


PLATFORM_AUTH = {
    "basic": _kind("Basic", user=Text(required=True), password=SecretName(required=True)),
    "oauth": _kind(
        "OAuth",
        client_id=Text(required=True),
        client_secret=SecretName(required=True),
        user=Text(),
        password=SecretName(),
    ),
    "api_key": _kind("ApiKey", key=SecretName(required=True)),
    "bearer": _kind("Bearer", token=SecretName(required=True)),
}

SOURCE_AUTH = {
    "basic": _kind(
        "SourceBasic",
        user=Text(required=True),
        passwords=fields.List(SecretName(), required=True, validate=validate.Length(min=1)),
    ),
    "bearer": _kind("SourceBearer", **_secrets()),
    "header": _kind("Header", name=Name(required=True), **_secrets()),
    "path": _kind("SecretPath", **_secrets()),
    "hub_signature": _kind("HubSignature", **_secrets()),
    "signature": _kind(
        "Signature",
        header=Name(),
        algorithm=Choice(ALGORITHMS),
        encoding=Choice(ENCODINGS),
        prefix=Exact(),
        separator=Exact(),
        over=Exact(),
        timestamp_header=Name(),
        tolerance=Count(1, 86400),
        **_secrets(),
    ),
    "sns": _kind("Sns", topics=fields.List(TopicArn(), required=True, validate=validate.Length(min=1))),
    "mail": _kind(
        "MailSource",
        to=fields.List(Email(), required=True, validate=validate.Length(min=1)),
        senders=fields.List(Text(), validate=validate.Length(min=1)),
    ),
    "grafana_signature": _kind(
        "GrafanaSignature", timestamp_header=Name(), tolerance=Count(1, 86400, load_default=300), **_secrets()
    ),
}


class PlatformSchema(Strict):
    """One instance of ServiceNow or Jira."""

    kind = Text(required=True)
    url = Address(required=True)
    auth = OneKind(PLATFORM_AUTH, required=True)
    mapping = Text()
    deployment = Choice(("cloud", "datacenter"), load_default="cloud")
    project = Text(load_default="")
    issue_type = Text(load_default="Incident")
    table = Text(load_default="incident")
    timeout = Timeout(load_default=(3.0, 20.0))
    ca_file = Text(load_default="")
    insecure = fields.Boolean(load_default=False)
    close_code = Text()
    user = Text()
    poll = Poll()
    options = Named(Text(), load_default=dict)


class SourceSchema(Strict):
    """One sender of webhooks."""

    auth = OneKind(SOURCE_AUTH, required=True)
    platform = Text()
    mapping = Text()
    creates_on = Text(load_default="")
    heard_every = Duration()
    max_bytes = Count(1, _MOST_BYTES, load_default=1024 * 1024)
    options = Named(Text(), load_default=dict)


class PlatformsSchema(Strict):
    """platforms.yaml."""

    platforms = Named(fields.Nested(PlatformSchema), load_default=dict)
    sources = Named(fields.Nested(SourceSchema), load_default=dict)


class Language(Text):
    """A language by its BCP 47 tag."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        tag = super()._deserialize(value, *args, **kwargs)
        if not re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*", tag):
            raise wrong("is not a language tag.", "Write it like fr, de or pt-BR.")
        return tag


class FeedAddress(fields.Field[str]):
    """The address of somebody's calendar, which only its owner should know: a reference to the environment."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        return f"${{{SecretName().deserialize(value)}}}"


class FeedFile(Text):
    """A file on the machine of the clock role, wherever that runs."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *args, **kwargs)
        if not text.startswith("/"):
            raise wrong("must be the whole path of a file on the machine of the clock role.", "Begin it with /.")
        return text


class CalendarSchema(Strict):
    """Somebody's own calendar."""

    url = FeedAddress()
    file = FeedFile()
    busy = Choice(tuple(Busy), load_default=Busy.OUT_OF_OFFICE.value)
    titles = fields.List(Text(), load_default=list)

    @validates_schema
    def refuse_none_or_two(self, data: Mapping[str, Any], **_: object) -> None:
        """It is in one place."""
        if ("url" in data) == ("file" in data):
            raise ValidationError("needs either url or file.\nurl names the environment variable with its address.")


class PersonalWay(fields.Field[tuple[str, bool]]):
    """An Apprise address, and whether it takes short messages only."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[str, bool]:
        if not isinstance(value, Mapping):
            return str(Way().deserialize(value)), False
        read = _MarkedWay().load(dict(value))
        return read["way"], read["short"]


class _MarkedWay(Strict):
    way = Way(required=True)
    short = fields.Boolean(load_default=False)


class PersonSchema(Strict):
    """Somebody."""

    name = Text(required=True)
    email = Email(load_default="")
    notify = fields.List(PersonalWay(), load_default=list)
    accounts = Named(Text(), load_default=dict)
    aliases = fields.List(Email(), load_default=list)
    time_zone = Zone(load_default="UTC")
    time_off = fields.List(fields.Nested(SpanSchema), load_default=list)
    skills = fields.List(Text(), load_default=list)
    languages = fields.List(Language(), load_default=list)
    calendar = fields.Nested(CalendarSchema)
    quiet_hours = fields.Nested(QuietHoursSchema)


class WorksOnSchema(Strict):
    """Where a team works."""

    platform = Name(required=True)
    project = Text()
    table = Text()
    issue_type = Text(load_default="")


class TeamSchema(Strict):
    """A team."""

    name = Text(required=True)
    works_on = fields.Nested(WorksOnSchema)
    groups = Named(Text(), load_default=dict)
    on_call = Named(fields.Nested(DutySchema), load_default=dict)


class RosterSchema(Strict):
    """roster.yaml."""

    people = Named(fields.Nested(PersonSchema), load_default=dict)
    teams = Named(fields.Nested(TeamSchema), load_default=dict)


SCHEMAS: dict[str, type[Strict]] = {
    "platforms.yaml": PlatformsSchema,
    "policy.yaml": PolicySchema,
    "roster.yaml": RosterSchema,
}
"""The documents there are, beside mappings."""
