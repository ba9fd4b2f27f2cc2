"""A ticket's page, and acknowledging from the console."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from console.present import doing, facts, linked, record_sync, row_view
from console.shared import Room, remember
from console.wording import safe_link


def add_to(pages: Blueprint, room: Room) -> None:
    """`/tickets/<id>` and the form that acknowledges."""

    @pages.get("/tickets/<int:ticket_id>")
    def ticket(ticket_id: int) -> str:
        return _page(room, ticket_id)

    @pages.post("/tickets/<int:ticket_id>/acknowledge")
    def acknowledge_ticket(ticket_id: int) -> Response:
        room.check_form()
        by = request.form.get("by", "")
        said = room.acknowledge(ticket_id, by, "in the console")
        if request.form.get("back") == "board":
            return remember(room.back_to("board", said), by)
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
        facts=facts(page, row),
        records=[(one, safe_link(one.ref.link), record_sync(one, page.actions)) for one in records],
        entries=[(entry, linked(entry.reason.sentence, records)) for entry in reversed(page.entries)],
        actions=[(one, doing(one, people)) for one in reversed(page.actions)],
        link=safe_link(page.ticket.link),
        people=sorted(people.items(), key=lambda item: item[1].casefold()),
        who=who,
        who_name=people.get(who, ""),
        said=room.said(),
    )
