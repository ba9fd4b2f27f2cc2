"""The board: what needs someone now, whose is it, how long have they got."""

from __future__ import annotations

import hashlib

from flask import Blueprint, Response, make_response, render_template, request

from console.callers import People, caller, needs
from console.present import behind, matches, row_view, summary
from console.shared import Room
from core.model import Role

FEW, MANY = 100, 1000
"""How many rows are shown at first, and at most."""


def add_to(pages: Blueprint, room: Room) -> None:
    """`/` is the page; `/board` is its changing part alone, which the script asks for every two seconds."""

    @pages.get("/")
    @needs(Role.VIEWER)
    def board() -> Response:
        return _answer(room, "console/board.html")

    @pages.get("/board")
    @needs(Role.VIEWER)
    def board_part() -> Response:
        return _answer(room, "console/board_part.html")


def _answer(room: Room, template: str) -> Response:
    """The board, or 304 without a look at any ticket when the caller's copy is the present one."""
    people = room.people()
    who, wanted = room.who(people), request.args.get("q", "").strip()
    limit = MANY if wanted or "all" in request.args else FEW
    shown = (
        room.desk.board_version(),
        template,
        who,
        caller().role,
        caller().bound,
        wanted,
        limit,
        request.args.get("said", ""),
        sorted(people.items()),
    )
    etag = hashlib.sha256(repr(shown).encode()).hexdigest()[:24]
    if request.if_none_match.contains_weak(etag):
        response = Response(status=304)
    else:
        response = make_response(render_template(template, **_context(room, people, who, wanted, limit)))
    response.set_etag(etag, weak=True)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Rung-Now"] = str(int(room.clock().timestamp() * 1000))
    return response


def _context(room: Room, people: People, who: str, wanted: str, limit: int) -> dict[str, object]:
    board = room.desk.board(limit=limit)
    every = [row_view(row, people, board.now) for row in board.rows]
    return {
        "board": board,
        "rows": [row for row in every if matches(row, wanted)],
        "summary": summary(board),
        "behind": behind(board),
        "people": sorted(people.items(), key=lambda item: item[1].casefold()),
        "who": who,
        "who_name": people.get(who, ""),
        "wanted": wanted,
        "limit": limit,
        "said": room.said(),
    }
