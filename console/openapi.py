"""The API as an OpenAPI document, made of the routes that there are and of the types that they answer with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Flask, Response, current_app, jsonify
from werkzeug.routing import Rule

from console.api import MAX_LIMIT
from console.callers import need, needs
from console.mapping_api import LARGEST, LARGEST_TRIAL, MOST_DELIVERIES
from console.schemas import NUMBER, TEXT, Schema, Schemas, listed, obj
from core.desk import ActionRow, BoardRow, DeliveryRow, Rebased, SourceRow, TicketPage, UnknownRow
from core.drifts import DriftRow
from core.mapdesk import MappingRow, MappingVersion, Mistake
from core.maptrial import Comparison, FieldRow, Tried
from core.model import ActionStatus, Delivery, DeliveryStatus, Role, State, UnknownKind
from core.orders import names
from core.polls import PollRow

VERSION = "1"
_PREFIX = "/api/v1/"
_HOLE = re.compile(r"<(?:(\w+):)?(\w+)>")
_SOME: Schema = {"type": "string", "minLength": 1}
_YES: Schema = {"type": "boolean"}
_WORDS: Schema = {"type": "object"}
_ID: Schema = {"type": "integer", "minimum": 1}
_LIMIT: Schema = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One route of the API: what it does, what it answers with (types by name, or one type), and what it takes.

    `body` are a JSON object's properties, of which those in `must` must be there; None where it takes no body.
    """

    does: str
    answers: Any
    status: tuple[int, ...] = (200,)
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Schema] | None = None
    must: tuple[str, ...] = ()


_CHANGE = {"by": TEXT, "note": TEXT, "edited": {"type": "integer", "minimum": 0}}
_SAVED = {"name": str, "new": bool, "version": MappingVersion}
_IDS: Schema = {"anyOf": [{"const": "all"}, listed(_ID)]}

CALLS: Mapping[str, Call] = {
    "api_openapi": Call(does="This document", answers=Mapping),
    "api_status": Call(does="How it stands with Rung", answers=Mapping),
    "api_tickets": Call(
        does="Tickets, newest first", answers={"tickets": list[BoardRow]}, query={"state": State, "limit": _LIMIT}
    ),
    "api_ticket": Call(does="A ticket with its timeline and its write-backs", answers=TicketPage),
    "api_command": Call(
        does="Decide about a ticket", answers={"ticket": int, "reason": str}, body={"by": TEXT, "reason": TEXT}
    ),
    "api_rebase": Call(
        does="Move tickets to the newest policy",
        answers={"tickets": list[Rebased]},
        body={"by": TEXT, "tickets": _IDS, "dry_run": _YES},
        must=("tickets",),
    ),
    "api_sources": Call(does="Sources", answers={"sources": list[SourceRow]}),
    "api_deliveries": Call(
        does="Deliveries, newest first",
        answers={"deliveries": list[DeliveryRow]},
        query={"status": DeliveryStatus, "limit": _LIMIT},
    ),
    "api_delivery": Call(does="A delivery with its body", answers=Delivery),
    "api_replay_delivery": Call(
        does="Look at a delivery again", answers={"delivery": int, "status": str}, status=(202,), body={}
    ),
    "api_actions": Call(
        does="Actions, newest first",
        answers={"actions": list[ActionRow]},
        query={"status": ActionStatus, "limit": _LIMIT},
    ),
    "api_action": Call(does="An action with its reason and its last error", answers=ActionRow),
    "api_replay_action": Call(
        does="Try an action again", answers={"action": int, "status": str}, status=(202,), body={}
    ),
    "api_polling": Call(does="How far platforms were polled", answers={"polling": list[PollRow]}),
    "api_drift": Call(
        does="Fields that do not stand as Rung wrote them", answers={"drift": list[DriftRow]}, query={"limit": _LIMIT}
    ),
    "api_mappings": Call(does="Mappings", answers={"mappings": list[MappingRow]}),
    "api_mapping": Call(
        does="A mapping and its versions",
        answers={"mapping": MappingRow, "text": str, "packaged": str, "versions": list[MappingVersion]},
    ),
    "api_mapping_version": Call(does="The text of a version", answers={"name": str, "version": int, "text": str}),
    "api_validate_mapping": Call(
        does="Check a mapping's text",
        answers={"valid": bool, "mistakes": list[Mistake]},
        body={"name": TEXT, "text": TEXT},
        must=("name", "text"),
    ),
    "api_save_mapping": Call(
        does="Put a mapping's text in force",
        answers=_SAVED,
        status=(200, 201),
        body={"text": _SOME, **_CHANGE},
        must=("text", "edited"),
    ),
    "api_roll_back_mapping": Call(
        does="Put an older version in force again",
        answers=_SAVED,
        status=(200, 201),
        body={"version": {"type": "integer", "minimum": 0}, **_CHANGE},
        must=("version", "edited"),
    ),
    "api_try_mapping": Call(
        does="What a body gives",
        answers={"understood": bool, "tried": Tried},
        body={"name": TEXT, "body": TEXT, "base64": TEXT, "delivery": NUMBER, "headers": _WORDS, "text": TEXT},
        must=("name",),
    ),
    "api_compare_mapping": Call(
        does="What another text would make otherwise",
        answers={"changes": bool, "comparison": Comparison},
        body={"text": TEXT, "limit": {"type": "integer", "minimum": 1, "maximum": MOST_DELIVERIES}},
        must=("text",),
    ),
    "api_platform_fields": Call(
        does="A platform's own fields", answers={"platform": str, "fields": list[FieldRow]}, query={"collection": TEXT}
    ),
    "api_unknowns": Call(
        does="Words, people and groups that nothing here knows",
        answers={"unknowns": list[UnknownRow]},
        query={"kind": UnknownKind},
    ),
    "api_forget_unknowns": Call(does="Forget them", answers={"forgotten": int}, body={"ids": _IDS}, must=("ids",)),
}
"""Every route, by its endpoint."""


def add_to(pages: Blueprint, _room: object) -> None:
    """The document's own route."""

    @pages.get("/api/v1/openapi.json")
    @needs(Role.VIEWER)
    def api_openapi() -> Response:
        return jsonify(document(current_app))


def document(app: Flask) -> Schema:
    """The document; raises `KeyError` for a route that nobody has described."""
    schemas = Schemas()
    paths: dict[str, Schema] = {}
    for rule, method in routes(app):
        path = _HOLE.sub(lambda hole: f"{{{hole[2]}}}", rule.rule)
        paths.setdefault(path, {})[method.lower()] = _operation(app, rule, schemas)
    largest = f"Bodies hold up to 64 KiB, with a mapping's text {LARGEST >> 20} MiB, to try {LARGEST_TRIAL >> 20} MiB."
    return {
        "openapi": "3.1.0",
        "info": {"title": "Rung", "version": VERSION, "description": largest},
        "paths": paths,
        "components": {
            "schemas": {**schemas.named, "Error": obj(error=TEXT)},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Each route of the API and its method."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}) if rule.rule.startswith(_PREFIX) else ():
            yield rule, method


def _operation(app: Flask, rule: Rule, schemas: Schemas) -> Schema:
    endpoint = rule.endpoint.rpartition(".")[2]
    call = CALLS[endpoint]
    role = need(rule.endpoint, app.view_functions)
    answer = {"content": {"application/json": {"schema": _answers(call.answers, schemas)}}}
    refusal = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}
    told: Schema = {
        "operationId": endpoint.removeprefix("api_"),
        "summary": call.does,
        "description": f"Takes the role {role.value if isinstance(role, Role) else 'of nobody'}.",
        "parameters": [*_in_path(rule), *_in_query(call, schemas)],
        "responses": {
            **{str(status): {"description": HTTPStatus(status).phrase, **answer} for status in call.status},
            **{one: {"description": "Refused: the sentence says why.", **refusal} for one in ("4XX", "5XX")},
        },
    }
    if call.body is not None:
        body = {"type": "object", "properties": dict(call.body), "required": list(call.must)}
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return told


def _answers(answers: Any, schemas: Schemas) -> Schema:
    if answers is Mapping:
        return _WORDS
    return (
        obj(**{name: schemas.of(kind) for name, kind in answers.items()})
        if isinstance(answers, Mapping)
        else schemas.of(answers)
    )


def _in_path(rule: Rule) -> list[Schema]:
    found = _HOLE.findall(rule.rule)
    return [{"name": name, "in": "path", "required": True, "schema": _part(kind, name)} for kind, name in found]


def _part(kind: str, name: str) -> Schema:
    if kind == "int":
        return {"type": "integer", "minimum": 0}
    return {"type": "string", "enum": list(names())} if name == "command" else _SOME


def _in_query(call: Call, schemas: Schemas) -> list[Schema]:
    shown = {name: one if isinstance(one, dict) else schemas.of(one) for name, one in call.query.items()}
    return [{"name": name, "in": "query", "schema": schema} for name, schema in shown.items()]
