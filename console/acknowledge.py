"""The page behind the link in a message: a ticket and one big button, from anywhere, for whoever holds the link.

GET changes nothing, because mail scanners follow links. The POST needs no other token than the one in its address: who
does not hold the link cannot send it, and who holds it may. Whoever is not on the roster, a vendor or a channel, learns
nothing of the ticket here that their message did not tell.
"""

from __future__ import annotations

from flask import Blueprint, make_response, render_template
from werkzeug.wrappers import Response

from console.callers import open_to_all
from console.links import LinkError
from console.present import row_view
from console.shared import Room
from core.model import Ticket

VIA = "by the link in a message"


def add_to(pages: Blueprint, room: Room) -> None:
    """`/acknowledge/<token>`."""

    @pages.get("/acknowledge/<token>")
    @open_to_all
    def acknowledge_page(token: str) -> Response:
        return _page(room, token)

    @pages.post("/acknowledge/<token>")
    @open_to_all
    def acknowledge_by_link(token: str) -> Response:
        try:
            ticket_id, person = room.links.read(token)
        except LinkError as error:
            return _refusal(error)
        if person not in room.people():
            room.acknowledge_as_guest(ticket_id, person, VIA)
            return room.back_to("acknowledge_page", token=token)
        said = room.acknowledge(ticket_id, person, VIA)
        return room.back_to("acknowledge_page", said, token=token)


def _page(room: Room, token: str) -> Response:
    try:
        ticket_id, person = room.links.read(token)
    except LinkError as error:
        return _refusal(error)
    page, people = room.desk.ticket(ticket_id), room.people()
    row = row_view(page.row, people, page.now)
    if person not in people:
        name = room.guests().get(person, "")
        asked = row.can_acknowledge or (row.open and _vendor_waits(page.ticket, person))
        guest = render_template("console/acknowledge_guest.html", row=row, name=name, token=token, asked=asked)
        return make_response(guest)
    name = people[person]
    return make_response(render_template("console/acknowledge.html", row=row, name=name, token=token, said=room.said()))


def _vendor_waits(ticket: Ticket, guest: str) -> bool:
    """Whether the guest is a vendor who was asked and has not taken it, also where one of ours has."""
    return any(guest == case.key and case.acknowledged_at is None for case in ticket.vendor_cases)


def _refusal(error: LinkError) -> Response:
    help_text = "Acknowledge on the platform itself: assign the ticket to yourself there, or move it to in progress."
    title = "This link is too old" if error.expired else "This link does not work"
    page = render_template(
        "console/error.html", title=title, sentence=str(error), help=help_text, moment="", outside=True
    )
    return make_response(page, 410 if error.expired else 404)
