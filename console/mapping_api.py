"""The API for mappings below /api/v1/mappings: look, check, try, compare, save, roll back; and platforms' fields.

What takes long is bounded: two requests of that kind run at once, and a comparison stops after `SECONDS`.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import BoundedSemaphore

from flask import Blueprint, Response, abort, jsonify, request

from console.body import json_object
from console.callers import caller, needs
from console.shapes import shape
from console.shared import Room
from core.mapdesk import Edit, MistakesError, Saved
from core.maptrial import Trial
from core.model import Role, UnknownKind
from core.ports import DeliveryError

LARGEST = 4 * 1024 * 1024
"""Bytes of a request with a mapping's text."""
LARGEST_TRIAL = 24 * 1024 * 1024
"""Bytes of a request with a body to try."""
SECONDS = 10.0
MOST_DELIVERIES = 2000
AT_ONCE = 2


def add_to(pages: Blueprint, room: Room) -> None:
    """Every route, and how their errors are told."""
    running = BoundedSemaphore(AT_ONCE)
    _look(pages, room)
    _change(pages, room, running)
    _try(pages, room, running)
    _platforms(pages, room, running)
    _unknown(pages, room)
    _explain(pages)


def _look(pages: Blueprint, room: Room) -> None:
    @pages.get("/api/v1/mappings")
    @needs(Role.VIEWER)
    def api_mappings() -> Response:
        return jsonify({"mappings": shape(list(room.mappings.mappings()))})

    @pages.get("/api/v1/mappings/<name>")
    @needs(Role.VIEWER)
    def api_mapping(name: str) -> Response:
        page = room.mappings.mapping(name)
        told = {"text": page.text, "packaged": page.packaged, "versions": shape(page.versions)}
        return jsonify({"mapping": shape(page.row), **told})

    @pages.get("/api/v1/mappings/<name>/versions/<int:version>")
    @needs(Role.VIEWER)
    def api_mapping_version(name: str, version: int) -> Response:
        return jsonify({"name": name, "version": version, "text": room.mappings.text(name, version)})


def _change(pages: Blueprint, room: Room, running: BoundedSemaphore) -> None:
    @pages.post("/api/v1/mappings/validate")
    @needs(Role.MANAGER)
    def api_validate_mapping() -> Response:
        body = json_object(LARGEST)
        with _turn(running):
            found = room.mappings.check(_text(body, "name"), _text(body, "text"))
        return jsonify({"valid": not found, "mistakes": shape(list(found))})

    @pages.put("/api/v1/mappings/<name>")
    @needs(Role.ADMIN)
    def api_save_mapping(name: str) -> tuple[Response, int]:
        body = json_object(LARGEST)
        text = _text(body, "text")
        if not text.strip():
            abort(422, "The text is empty. To have the packaged mapping back, roll back to version 0.")
        return _saved(name, room.mappings.save(name, text, _edit(room, body)))

    @pages.post("/api/v1/mappings/<name>/rollback")
    @needs(Role.ADMIN)
    def api_roll_back_mapping(name: str) -> tuple[Response, int]:
        body = json_object()
        return _saved(name, room.mappings.roll_back(name, _number(body, "version"), _edit(room, body)))


def _try(pages: Blueprint, room: Room, running: BoundedSemaphore) -> None:
    @pages.post("/api/v1/mappings/try")
    @needs(Role.MANAGER)
    def api_try_mapping() -> Response:
        body = json_object(LARGEST_TRIAL)
        given, headers = _given(room, body)
        text = _text(body, "text") if body.get("text") is not None else None
        with _turn(running):
            tried = room.mappings.try_out(Trial(name=_text(body, "name"), body=given, headers=headers, text=text))
        return jsonify({"understood": tried.understood, "tried": shape(tried)})

    @pages.post("/api/v1/mappings/<name>/diff")
    @needs(Role.MANAGER)
    def api_compare_mapping(name: str) -> Response:
        body = json_object(LARGEST)
        limit = _number(body, "limit") if body.get("limit") is not None else 200
        if not 1 <= limit <= MOST_DELIVERIES:
            abort(422, f"limit must be a number from 1 to {MOST_DELIVERIES}.")
        with _turn(running):
            found = room.mappings.compare({name: _text(body, "text")}, limit=limit, seconds=SECONDS)
        return jsonify({"changes": found.changes, "comparison": shape(found)})


def _platforms(pages: Blueprint, room: Room, running: BoundedSemaphore) -> None:
    @pages.get("/api/v1/platforms/<platform>/fields")
    @needs(Role.MANAGER)
    def api_platform_fields(platform: str) -> Response:
        with _turn(running):
            rows = room.mappings.fields(platform, request.args.get("collection", ""))
        return jsonify({"platform": platform, "fields": shape(list(rows))})


def _unknown(pages: Blueprint, room: Room) -> None:
    @pages.get("/api/v1/unknowns")
    @needs(Role.VIEWER)
    def api_unknowns() -> Response:
        kind = request.args.get("kind", "")
        if kind and kind not in set(UnknownKind):
            abort(400, f"There is no kind {kind!r}. The known ones are {', '.join(UnknownKind)}.")
        rows = room.desk.unknowns(kind=UnknownKind(kind) if kind else None, limit=1000)
        return jsonify({"unknowns": shape(list(rows))})

    @pages.post("/api/v1/unknowns/forget")
    @needs(Role.MANAGER)
    def api_forget_unknowns() -> Response:
        ids = json_object().get("ids")
        if ids == "all":
            return jsonify({"forgotten": room.desk.forget_unknowns()})
        if not isinstance(ids, list) or not all(type(one) is int and one > 0 for one in ids):
            abort(422, 'Say which are settled: {"ids": [7, 9]}, or {"ids": "all"}.')
        return jsonify({"forgotten": room.desk.forget_unknowns(ids)})


def _explain(pages: Blueprint) -> None:
    @pages.errorhandler(MistakesError)
    def mistakes(error: MistakesError) -> tuple[Response, int]:
        return jsonify({"error": str(error), "mistakes": shape(error.mistakes)}), 422

    @pages.errorhandler(DeliveryError)
    def platform(error: DeliveryError) -> tuple[Response, int]:
        return jsonify({"error": error.message}), 502


@contextmanager
def _turn(running: BoundedSemaphore) -> Iterator[None]:
    """Let few at once; aborts with 429."""
    if not running.acquire(blocking=False):
        abort(429, "Others try or compare mappings at this moment. Try again in a few seconds.")
    try:
        yield
    finally:
        running.release()


def _saved(name: str, saved: Saved) -> tuple[Response, int]:
    return jsonify({"name": name, "new": saved.new, "version": shape(saved.version)}), 201 if saved.new else 200


def _edit(room: Room, body: Mapping[str, object]) -> Edit:
    """Who changes it, why, and from which version on: two who change one mapping must not overwrite each other."""
    by = body.get("by", "")
    if not isinstance(by, str) or not by.isprintable() or (caller().anybody and not by.strip()):
        abort(422, 'Say who you are: {"by": "<id on the roster>"}.')
    note = body.get("note", "")
    if not isinstance(note, str):
        abort(422, "note must be a text.")
    return Edit(by=room.editor(by), note=note, edited=_number(body, "edited"))


def _given(room: Room, body: Mapping[str, object]) -> tuple[bytes, Mapping[str, str]]:
    """The body to try and its headers: what is given, or a stored delivery's."""
    if body.get("delivery") is not None:
        stored = room.desk.delivery(_number(body, "delivery"))
        return stored.body, {"content-type": stored.content_type, **stored.headers}
    headers = body.get("headers", {})
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        abort(422, "headers must be an object of texts.")
    named = {str(name).lower(): value for name, value in headers.items()}
    if body.get("base64") is not None:
        try:
            return base64.b64decode(_text(body, "base64"), validate=True), named
        except (binascii.Error, ValueError):
            abort(422, "base64 is not base64.")
    return _text(body, "body").encode(errors="replace"), named


def _text(body: Mapping[str, object], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        abort(422, f"{name} must be given as a text.")
    return value


def _number(body: Mapping[str, object], name: str) -> int:
    value = body.get(name)
    if type(value) is not int or not 0 <= value < 2**31:
        hint = " (the version that you began from, 0 for the packaged one)" if name == "edited" else ""
        abort(422, f"{name} must be given as a whole number{hint}.")
    return value
