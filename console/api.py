"""The REST API below /api/v1, for scripts: JSON in, JSON out, an error is {"error": sentence}."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar, cast

from flask import Blueprint, Response, abort, jsonify, request

from console.body import json_object
from console.callers import caller, needs
from console.shapes import shape
from console.shared import Room
from core.model import ActionStatus, DeliveryStatus, Rebase, Role, State
from core.orders import names
from core.status import in_words

MAX_LIMIT = 1000
VIA = "through the API"

_Word = TypeVar("_Word", bound=StrEnum)


def add_to(pages: Blueprint, room: Room) -> None:
    """Every route of the API."""
    _status(pages, room)
    _tickets(pages, room)
    _rebase(pages, room)
    _deliveries(pages, room)
    _actions(pages, room)
    _polling(pages, room)


def _status(pages: Blueprint, room: Room) -> None:
    @pages.get("/api/v1/status")
    @needs(Role.VIEWER)
    def api_status() -> Response:
        response = jsonify(shape(in_words(room.desk.status())))
        response.headers["Cache-Control"] = "no-store"
        return response


def _tickets(pages: Blueprint, room: Room) -> None:
    @pages.get("/api/v1/tickets")
    @needs(Role.VIEWER)
    def api_tickets() -> Response:
        rows = room.desk.tickets(state=_word("state", State), limit=_limit())
        return jsonify({"tickets": shape(list(rows))})

    @pages.get("/api/v1/tickets/<int:ticket_id>")
    @needs(Role.VIEWER)
    def api_ticket(ticket_id: int) -> Response:
        return jsonify(shape(room.desk.ticket(ticket_id)))

    @pages.post("/api/v1/tickets/<int:ticket_id>/<command>")
    @needs(Role.RESPONDER)
    def api_command(ticket_id: int, command: str) -> Response:
        if command not in names():
            abort(404, f"There is no command {command!r}. There are: {', '.join(names())}.")
        words = _words(json_object())
        _say_who(words.get("by", ""))
        said = room.order(ticket_id, command, words, VIA)
        return jsonify({"ticket": ticket_id, "reason": said})


def _rebase(pages: Blueprint, room: Room) -> None:
    @pages.post("/api/v1/tickets/rebase")
    @needs(Role.MANAGER)
    def api_rebase() -> Response:
        body = json_object()
        by, chosen, dry_run = body.get("by", ""), body.get("tickets"), body.get("dry_run", False)
        if not (isinstance(by, str) and by.isprintable() and isinstance(dry_run, bool)):
            abort(422, 'Say who you are, and whether it is only to be tried: {"by": "...", "dry_run": true}.')
        _say_who(by)
        if chosen == "all":
            chosen = list(room.desk.left_behind())
        if not (isinstance(chosen, list) and all(type(one) is int and one > 0 for one in chosen)):
            abort(422, 'Say which tickets: {"tickets": [7, 9]}, or {"tickets": "all"} for all that are left behind.')
        command = Rebase(by=room.editor(by), via=VIA + caller().how)
        return jsonify({"tickets": shape([room.desk.rebase(one, command, dry_run=dry_run) for one in chosen])})


def _deliveries(pages: Blueprint, room: Room) -> None:
    @pages.get("/api/v1/sources")
    @needs(Role.VIEWER)
    def api_sources() -> Response:
        return jsonify({"sources": shape(list(room.desk.sources()))})

    @pages.get("/api/v1/deliveries")
    @needs(Role.VIEWER)
    def api_deliveries() -> Response:
        rows = room.desk.deliveries(status=_word("status", DeliveryStatus), limit=_limit())
        return jsonify({"deliveries": shape(list(rows))})

    @pages.get("/api/v1/deliveries/<int:delivery_id>")
    @needs(Role.RESPONDER)
    def api_delivery(delivery_id: int) -> Response:
        return jsonify(shape(room.desk.delivery(delivery_id)))

    @pages.post("/api/v1/deliveries/<int:delivery_id>/replay")
    @needs(Role.MANAGER)
    def api_replay_delivery(delivery_id: int) -> tuple[Response, int]:
        json_object()
        room.desk.replay_delivery(delivery_id)
        return jsonify({"delivery": delivery_id, "status": "replaying"}), 202


def _actions(pages: Blueprint, room: Room) -> None:
    @pages.get("/api/v1/actions")
    @needs(Role.VIEWER)
    def api_actions() -> Response:
        rows = room.desk.actions(status=_word("status", ActionStatus), limit=_limit())
        return jsonify({"actions": shape(list(rows))})

    @pages.get("/api/v1/actions/<int:action_id>")
    @needs(Role.VIEWER)
    def api_action(action_id: int) -> Response:
        return jsonify(shape(room.desk.action(action_id)))

    @pages.post("/api/v1/actions/<int:action_id>/replay")
    @needs(Role.MANAGER)
    def api_replay_action(action_id: int) -> tuple[Response, int]:
        json_object()
        room.desk.replay_action(action_id)
        return jsonify({"action": action_id, "status": "replaying"}), 202


def _polling(pages: Blueprint, room: Room) -> None:
    @pages.get("/api/v1/polling")
    @needs(Role.VIEWER)
    def api_polling() -> Response:
        rows = room.desk.polls()
        told = [{"found": row.found, "says": row.says} for row in rows]
        for one, row in zip(told, rows, strict=True):
            one |= cast(dict[str, Any], shape(row))
        return jsonify({"polling": told})

    @pages.get("/api/v1/drift")
    @needs(Role.VIEWER)
    def api_drift() -> Response:
        return jsonify({"drift": shape(list(room.desk.drifts(limit=_limit())))})


def _say_who(by: str) -> None:
    """Abort with 422 where the request must name who sends it, and does not."""
    if caller().anybody and not by.strip():
        abort(422, 'Say who you are: {"by": "<id on the roster>"}.')


def _words(body: Mapping[str, object]) -> dict[str, str]:
    """The object's values as words; aborts with 422 for a value that is none."""
    for name, value in body.items():
        if value is not None and (isinstance(value, bool) or not isinstance(value, str | int)):
            abort(422, f"{name} must be a text.")
    return {name: str(value) for name, value in body.items() if value is not None}


def _word(name: str, words: type[_Word]) -> _Word | None:
    value = request.args.get(name, "")
    if not value:
        return None
    try:
        return words(value)
    except ValueError:
        abort(400, f"There is no {name} {value!r}. The known ones are {', '.join(words)}.")


def _limit() -> int:
    """How many rows were asked for, 100 where nothing was said."""
    text = request.args.get("limit", "100")
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MAX_LIMIT):
        abort(400, f"limit must be a number from 1 to {MAX_LIMIT}.")
    return int(text)
