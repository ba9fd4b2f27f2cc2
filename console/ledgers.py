"""The two ledgers: what came in, what goes out, and how to have either looked at again."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TypeVar

from flask import Blueprint, abort, render_template, request
from werkzeug.wrappers import Response

from console.callers import needs
from console.present import doing
from console.shared import Room
from console.wording import plain_block, shortened
from core.model import ActionStatus, Delivery, DeliveryStatus, Role

SHOWN = 200
"""How many lines of a ledger are shown."""

BODY_LIMIT = 20_000
"""How many characters of a body are shown."""
_INDENTED = 1_000_000
"""Characters of JSON that are read to be shown indented; more are shown as they came."""
_PRETTY = json.JSONEncoder(indent=2, ensure_ascii=False)

REPLAYABLE = {DeliveryStatus.UNMAPPED, DeliveryStatus.DECLINED, DeliveryStatus.FAILED}

_Status = TypeVar("_Status", bound=StrEnum)


def add_to(pages: Blueprint, room: Room) -> None:
    """`/deliveries`, `/deliveries/<id>`, `/actions`, and the forms that replay."""

    @pages.get("/deliveries")
    @needs(Role.VIEWER)
    def deliveries() -> str:
        status = _wanted(DeliveryStatus)
        rows = room.desk.deliveries(status=status, limit=SHOWN)
        return render_template(
            "console/deliveries.html", rows=rows, status=status, statuses=DeliveryStatus, shown=SHOWN, said=room.said()
        )

    @pages.get("/deliveries/<int:delivery_id>")
    @needs(Role.RESPONDER)
    def delivery(delivery_id: int) -> str:
        one = room.desk.delivery(delivery_id)
        body, cut = readable(one)
        return render_template(
            "console/delivery.html", one=one, body=body, cut=cut, replayable=one.status in REPLAYABLE, said=room.said()
        )

    @pages.post("/deliveries/<int:delivery_id>/replay")
    @needs(Role.MANAGER)
    def replay_delivery(delivery_id: int) -> Response:
        room.check_form()
        room.desk.replay_delivery(delivery_id)
        return room.back_to("delivery", f"Delivery {delivery_id} is being looked at again.", delivery_id=delivery_id)

    @pages.get("/actions")
    @needs(Role.VIEWER)
    def actions() -> str:
        status = _wanted(ActionStatus)
        people = room.people()
        rows = [(one, doing(one, people)) for one in room.desk.actions(status=status, limit=SHOWN)]
        return render_template(
            "console/actions.html", rows=rows, status=status, statuses=ActionStatus, shown=SHOWN, said=room.said()
        )

    @pages.post("/actions/<int:action_id>/replay")
    @needs(Role.MANAGER)
    def replay_action(action_id: int) -> Response:
        room.check_form()
        room.desk.replay_action(action_id)
        return room.back_to("actions", f"Action {action_id} is being tried again.")


def _wanted(statuses: type[_Status]) -> _Status | None:
    """The status that was asked for; 400 with the known ones for any other."""
    name = request.args.get("status", "")
    if not name:
        return None
    try:
        return statuses(name)
    except ValueError:
        abort(400, f"There is no status {name!r}. The known ones are {', '.join(statuses)}.")


def readable(delivery: Delivery) -> tuple[str, bool]:
    """The beginning of the body as text, JSON indented, and whether there is more of it than that."""
    text = delivery.body.decode(errors="replace")
    shown = _indented(text) if len(text) <= _INDENTED else ""
    shown = plain_block((shown or text)[: 2 * BODY_LIMIT])
    return shortened(shown, BODY_LIMIT), len(shown) > BODY_LIMIT


def _indented(text: str) -> str:
    """The beginning of JSON, a line for each value; "" for what is no JSON.

    Made only as far as it is shown: deep lists of many values grow by their depth, a thousandfold.
    """
    pieces, length = [], 0
    try:
        for piece in _PRETTY.iterencode(json.loads(text)):
            pieces.append(piece)
            length += len(piece)
            if length > 2 * BODY_LIMIT:
                break
    except (ValueError, RecursionError):
        return ""
    return "".join(pieces)
