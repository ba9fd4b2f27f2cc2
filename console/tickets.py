"""A ticket's page, and acknowledging from the console."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request
from werkzeug.wrappers import Response

from console.callers import caller, needs
from console.clocks import clock_views
from console.offers import offers
from console.present import doing, facts, linked, record_sync, row_view
from console.shared import Room, remember
from console.wording import safe_link
from core.model import Role

HERE = "in the console"


def add_to(pages: Blueprint, room: Room) -> None:
    """`/tickets/<id>`, the form that acknowledges, and the one that overrules."""

    @pages.get("/tickets/<int:ticket_id>")
    @needs(Role.VIEWER)
    def ticket(ticket_id: int) -> str:
        return _page(room, ticket_id)

    @pages.post("/tickets/<int:ticket_id>/acknowledge")
    @needs(Role.RESPONDER)
    def acknowledge_ticket(ticket_id: int) -> Response:
        room.check_form()
        by = room.acting(request.form.get("by", ""))
        said = room.acknowledge(ticket_id, by, HERE + caller().how)
        if request.form.get("back") == "board":
            return remember(room.back_to("board", said), by)
        return remember(room.back_to("ticket", said, ticket_id=ticket_id), by)

    @pages.post("/tickets/<int:ticket_id>/command")
    @needs(Role.RESPONDER)
    def command_ticket(ticket_id: int) -> Response:
        room.check_form()
        name, by = request.form.get("command", ""), request.form.get("by", "")
        if not name:
            abort(422, "Choose first what is to be done.")
        words = {key.removeprefix(f"{name}."): text for key, text in request.form.items() if key.startswith(f"{name}.")}
        said = room.order(ticket_id, name, {**words, "by": by, "reason": request.form.get("reason", "")}, HERE)
        return remember(room.back_to("ticket", said, ticket_id=ticket_id), by)


def _page(room: Room, ticket_id: int) -> str:
    people, page = room.people(), room.desk.ticket(ticket_id)
    row = row_view(page.row, people, page.now)
    records = page.ticket.records
    who = room.who(people)
    return render_template(
        "console/ticket.html",
        page=page,
        row=row,
        facts=facts(page, row, people),
        clocks=clock_views(page.clocks, page.now),
        records=[(one, safe_link(one.ref.link), record_sync(one, page.actions)) for one in records],
        entries=[(entry, linked(entry.reason.sentence, records)) for entry in reversed(page.entries)],
        actions=[(one, doing(one, people)) for one in reversed(page.actions)],
        link=safe_link(page.ticket.link),
        people=sorted(people.items(), key=lambda item: item[1].casefold()),
        who=who,
        contact=people.get(page.ticket.major.contact, page.ticket.major.contact) if page.ticket.major else "",
        offers=offers(page, who),
        chosen=request.args.get("do", ""),
        who_name=people.get(who, ""),
        said=room.said(),
    )
