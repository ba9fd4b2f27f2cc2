"""What the console's pages share: their means, and the checks that every form passes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from http import HTTPStatus
from typing import Any

from flask import abort, redirect, request, url_for
from itsdangerous import BadSignature
from werkzeug.wrappers import Response

from console import guard
from console.callers import People, acting, caller, editor
from console.guard import FormTokens
from console.links import AcknowledgeLinks
from core.desk import Desk
from core.mapdesk import MappingDesk
from core.model import Acknowledge
from core.orders import OrderError, order
from core.ports import Clock

WHO = "rung_who"
"""The cookie that remembers who sits here, to spare a choice. It proves nothing and grants nothing."""

_WHO_AGE = 365 * 24 * 3600
_SAID_AGE = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What the pages are handed."""

    desk: Desk
    mappings: MappingDesk
    clock: Clock
    links: AcknowledgeLinks
    people: Callable[[], People]
    guests: Callable[[], People]
    forms: FormTokens

    def who(self, people: People) -> str:
        """The roster id of who signed in, or who last acted from this browser; "" if there is none."""
        chosen = request.cookies.get(WHO, "") if caller().anybody else caller().person
        return chosen if chosen in people else ""

    def check_form(self) -> None:
        """Abort with 403 unless the form is our own, sent by our own page."""
        sentence = guard.foreign(request, caller().origin)
        if not sentence and not self.forms.accepts(request.form.get("token", ""), caller().bound):
            sentence = guard.REFUSED_FORM
        if sentence:
            abort(HTTPStatus.FORBIDDEN, sentence)

    def order(self, ticket_id: int, name: str, words: Mapping[str, str], via: str) -> str:
        """Do what somebody on the roster says, in words; the answer is the engine's sentences. Aborts with 403, 422."""
        fields = {key: text for key, text in words.items() if key != "by"}
        if fields.get("person"):
            fields["person"] = self.on_roster(fields["person"])
        by = self.acting(words.get("by", ""))
        try:
            command = order(name, by, via + caller().how, fields, self.clock())
        except OrderError as error:
            abort(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
        return self.desk.command(ticket_id, command)

    def acknowledge(self, ticket_id: int, by: str, via: str) -> str:
        """Acknowledge for somebody on the roster; the answer is the engine's sentence. Aborts with 422 for nobody."""
        return self.desk.command(ticket_id, Acknowledge(self.on_roster(by), via))

    def acknowledge_as_guest(self, ticket_id: int, by: str, via: str) -> None:
        """Acknowledge for whoever is asked without being on the roster. Aborts with 422 for nobody."""
        if by not in self.guests():
            abort(HTTPStatus.UNPROCESSABLE_ENTITY, "This link is for somebody who is not asked any more.")
        self.desk.command(ticket_id, Acknowledge(by, via))

    def acting(self, by: str) -> str:
        """The roster id for whom a ticket is decided about; `by` is whom the request names. Aborts with 403, 422."""
        return acting(caller(), by.strip(), self.on_roster)

    def editor(self, by: str) -> str:
        """Who is remembered to have changed what is no ticket; as `acting`, but they need not be on the roster."""
        return editor(caller(), by.strip(), self.on_roster)

    def on_roster(self, by: str) -> str:
        """The roster id of somebody who is named by id or name; anybody where there is no roster. Aborts with 422."""
        people = self.people()
        if not by:
            abort(HTTPStatus.UNPROCESSABLE_ENTITY, "Say who you are: choose your name first.")
        by_name = {name.casefold(): person for person, name in people.items()}
        found = by if by in people or not people else by_name.get(by.casefold())
        if found is None:
            near = get_close_matches(by, list(people), n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            abort(HTTPStatus.UNPROCESSABLE_ENTITY, f"Nobody on the roster has the id {by!r}.{hint}")
        return found

    def back_to(self, endpoint: str, said: str = "", **values: Any) -> Response:
        """Redirect to a page, which says the sentence for as long as it is news. Signed: nobody else can make it say
        something."""
        query: dict[str, Any] = {"said": self.links.serializer("said").dumps(said)} if said else {}
        return redirect(url_for(f"console.{endpoint}", **values, **query), HTTPStatus.SEE_OTHER)

    def said(self) -> str:
        """The sentence that `back_to` handed over."""
        try:
            return str(self.links.serializer("said").loads(request.args.get("said", ""), max_age=_SAID_AGE))
        except BadSignature:
            return ""


def remember(response: Response, person: str) -> Response:
    """Remember who acted from this browser, where nobody signs in."""
    if not caller().anybody:
        return response
    response.set_cookie(WHO, person, max_age=_WHO_AGE, samesite="Strict", path="/")
    return response
