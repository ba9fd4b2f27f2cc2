"""platforms.yaml and roster.yaml: from validated data to typed values. Nothing here can fail on validated data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from connectors import config as connector
from core.model import Busy, CalendarFeed, Person
from core.policy import Handover, Hours, Layer, OnCall, Override, Roster, Span, Team, WorksOn, instant
from rung.documents.model import PlatformDoc, PlatformsDocument, SignedDoc, SourceDoc
from rung.documents.policy.communication import quiet_hours
from rung.documents.polling import poll_doc
from rung.documents.secrets import secret
from webhooks import signatures
from webhooks.certificates import of_amazon
from webhooks.mailbox import Mail
from webhooks.sns import Sns

Data = Mapping[str, Any]


def platforms(data: Data) -> PlatformsDocument:
    """platforms.yaml."""
    known = {name: _platform(name, one) for name, one in data["platforms"].items()}
    return PlatformsDocument(known, {name: _source(name, one, known) for name, one in data["sources"].items()})


def _platform(name: str, data: Data) -> PlatformDoc:
    options = dict(data["options"]) | {key: data[key] for key in ("close_code", "user") if key in data}
    plain = ("kind", "url", "deployment", "project", "issue_type", "table", "timeout", "ca_file")
    config = connector.PlatformConfig(
        name=name,
        auth=_auth(*data["auth"]),
        options=options,
        poll_query=data.get("poll", {}).get("query", ""),
        **{key: data[key] for key in plain},
    )
    return PlatformDoc(config=config, mapping=data.get("mapping", data["kind"]), poll=poll_doc(data))


def _auth(kind: str, data: Data) -> connector.Auth:
    if kind == "basic":
        return connector.Basic(data["user"], secret(data["password"]))
    if kind == "api_key":
        return connector.ApiKey(secret(data["key"]))
    if kind == "bearer":
        return connector.Bearer(secret(data["token"]))
    password = secret(data["password"]) if "password" in data else None
    return connector.OAuth(data["client_id"], secret(data["client_secret"]), data.get("user", ""), password)


def _source(name: str, data: Data, known: Mapping[str, PlatformDoc]) -> SourceDoc:
    platform = data.get("platform", "")
    return SourceDoc(
        name=name,
        mapping=data.get("mapping") or (known[platform].mapping if platform else ""),
        verify=_verifier(*data["auth"]),
        platform=platform,
        creates_on=data["creates_on"],
        max_bytes=data["max_bytes"],
        options=dict(data["options"]),
        heard_every=data.get("heard_every"),
    )


def _verifier(kind: str, data: Data) -> signatures.Verifier | SignedDoc:
    secrets = tuple(secret(name) for name in data.get("secrets", data.get("passwords", ())))
    if kind == "basic":
        return signatures.Basic(data["user"], secrets)
    if kind == "header":
        return signatures.Header(data["name"], secrets)
    if kind == "mail":
        return Mail(frozenset(one.casefold() for one in data["to"]), tuple(data.get("senders", ("*",))))
    if kind == "sns":
        return Sns(frozenset(data["topics"]), of_amazon())
    if kind == "signature":
        return SignedDoc(secrets, {name: value for name, value in data.items() if name != "secrets"})
    if kind == "grafana_signature":
        tolerance = timedelta(seconds=data["tolerance"])
        return signatures.GrafanaSignature(secrets, data.get("timestamp_header", ""), tolerance)
    if kind == "path":
        return signatures.Path(secrets)
    return signatures.Bearer(secrets) if kind == "bearer" else signatures.HubSignature(secrets)


def roster(data: Data) -> Roster:
    """roster.yaml."""
    people = {name: _person(name, one) for name, one in data["people"].items()}
    time_off = {name: _time_off(one) for name, one in data["people"].items() if one["time_off"]}
    return Roster(people, {name: _team(name, one) for name, one in data["teams"].items()}, time_off)


def _person(name: str, data: Data) -> Person:
    return Person(
        id=name,
        name=data["name"],
        email=data["email"],
        ways=tuple(way for way, _ in data["notify"]),
        short_ways=frozenset(place for place, (_, short) in enumerate(data["notify"]) if short),
        quiet_hours=quiet_hours(data.get("quiet_hours")),
        accounts=data["accounts"],
        aliases=tuple(data["aliases"]),
        time_zone=data["time_zone"],
        skills=frozenset(data["skills"]),
        languages=tuple(data["languages"]),
        calendar=_feed(data.get("calendar")),
    )


def _feed(data: Data | None) -> CalendarFeed | None:
    if data is None:
        return None
    place = {key: data[key] for key in ("url", "file") if key in data}
    return CalendarFeed(**place, busy=Busy(data["busy"]), titles=tuple(data["titles"]))


def _time_off(data: Data) -> tuple[Span, ...]:
    return tuple(_span(one, data["time_zone"]) for one in data["time_off"])


def _span(data: Data, zone: str) -> Span:
    return Span(instant(data["start"], zone), instant(data["end"], zone))


def _team(name: str, data: Data) -> Team:
    duties = {level: _duty(one) for level, one in data["on_call"].items()}
    return Team(
        id=name, name=data["name"], groups=data["groups"], on_call=duties, works_on=_works_on(data.get("works_on"))
    )


def _works_on(data: Data | None) -> WorksOn | None:
    if data is None:
        return None
    return WorksOn(data["platform"], data.get("project") or data.get("table") or "", data["issue_type"])


def _duty(data: Data) -> OnCall:
    zone = data["time_zone"]
    return OnCall(
        **_turns(data, zone),
        layers=tuple(Layer(**_turns(one, zone)) for one in data["layers"]),
        overrides=tuple(_override(one, zone) for one in data["overrides"]),
        handover=Handover(data["handover"]),
    )


def _turns(data: Data, zone: str) -> dict[str, Any]:
    """What a layer says of itself; it is in the duty's zone unless it says another."""
    return {
        "people": tuple(data.get("people", ())),
        "rotation": data.get("every", data["rotation"]),
        "starts": data.get("starts"),
        "time_zone": data.get("time_zone", zone),
        "hours": tuple(_hours(one) for one in data["hours"]),
    }


def _hours(data: Data) -> Hours:
    start, end = data["start"], data["end"]
    return Hours(data["days"], start, end if end > start else end + timedelta(days=1))


def _override(data: Data, zone: str) -> Override:
    swap = (data["swap"][0], data["swap"][1]) if "swap" in data else None
    return Override(span=_span(data, zone), reason=data["reason"], person=data.get("person", ""), swap=swap)
