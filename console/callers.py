"""Who asks, as what, and what each route takes: every route says so itself, or nobody may use it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from typing import Any, TypeVar

from flask import abort, current_app, g

from core.access import Session, Token
from core.model import Role

People = Mapping[str, str]
_View = TypeVar("_View", bound=Callable[..., Any])

_NEED = "rung_need"
_FOR_ALL = "static"
"""Style, script and marks: the one endpoint whose view is not ours to mark."""


class Open(Enum):
    """What stands in a role's place where a route asks nobody who they are."""

    TO_ALL = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whoever sent a request.

    `person` is their roster id, "" where it is unknown; `label` is what to call them in a log or beside a change;
    `bound` is what forms made for them are bound to. `anybody`: the request itself says for whom it is. `how` goes
    behind "in the console" or "through the API" in the timeline. `origin` is that of the pages that they see, "" for
    the one that they ask.
    """

    role: Role
    person: str = ""
    label: str
    bound: str = ""
    anybody: bool = False
    how: str = ""
    origin: str = ""
    session: Session | None = None


HERE = Caller(role=Role.ADMIN, label="somebody at this machine", anybody=True)
"""Whoever sits at the machine that Rung runs on, where nobody signs in: they say themselves who they are."""


def by_token(token: Token, origin: str) -> Caller:
    """A program, by its token."""
    return Caller(
        role=token.role,
        person=token.person,
        label=f"token {token.name} ({token.id})",
        bound=token.id,
        anybody=token.any_person,
        how=f" (token {token.name})",
        origin=origin,
    )


def by_session(session: Session, person: str, origin: str) -> Caller:
    """Somebody who signed in; `person` is who they are on the roster, "" for nobody."""
    return Caller(
        role=session.role,
        person=person,
        label=session.email or session.subject,
        bound=session.id,
        how=" (signed in)",
        origin=origin,
        session=session,
    )


def needs(role: Role) -> Callable[[_View], _View]:
    """Declare what role a view takes; below the route's own decorator."""

    def declare(view: _View) -> _View:
        setattr(view, _NEED, role)
        return view

    return declare


def open_to_all(view: _View) -> _View:
    """Declare that a view asks nobody who they are: what it tells and does must be safe for everybody."""
    setattr(view, _NEED, Open.TO_ALL)
    return view


def need(endpoint: str | None, views: Mapping[str, Any] | None = None) -> Role | Open | None:
    """What the view behind an endpoint takes; None where nobody has said, so that nobody may use it."""
    if str(endpoint).rpartition(".")[2] == _FOR_ALL:
        return Open.TO_ALL
    found = getattr((views or current_app.view_functions).get(endpoint or ""), _NEED, None)
    return found if isinstance(found, Role | Open) else None


def caller() -> Caller:
    """Whoever sent this request, once the gate has let them in."""
    found = g.rung_caller
    assert isinstance(found, Caller)  # noqa: S101 - the gate sets it before any view that takes a role
    return found


def let_in(who: Caller) -> None:
    """Note who sent this request."""
    g.rung_caller = who


def known() -> Caller | None:
    """Whoever sent this request; None on what is open to all, or before the gate."""
    found = g.get("rung_caller")
    return found if isinstance(found, Caller) else None


def acting(who: Caller, said: str, on_roster: Callable[[str], str]) -> str:
    """The roster id for whom the caller decides about a ticket; `said` is whom the request names, "" for nobody.

    Nobody acts as somebody else. Aborts with 403, or with what `on_roster` does.
    """
    if who.anybody:
        return on_roster(said)
    if not who.person:
        abort(HTTPStatus.FORBIDDEN, _nobody(who))
    if said and on_roster(said) != who.person:
        abort(HTTPStatus.FORBIDDEN, f"You come in as {who.person!r} and cannot act as {said!r}.")
    return on_roster(who.person)  # a token outlives whoever leaves


def editor(who: Caller, said: str, on_roster: Callable[[str], str]) -> str:
    """Who is remembered to have changed what is no ticket: the roster id, or what the caller is called."""
    if who.anybody or who.person:
        return acting(who, said, on_roster)
    return who.label


def _nobody(who: Caller) -> str:
    if who.session is None:
        return "This token acts for nobody on the roster: make one with `rung tokens create --person ID`."
    if not who.session.email:
        return "Your sign-in tells no e-mail address that was verified, so it is not known who on the roster you are."
    return f"Nobody on the roster has the address {who.session.email}, so you cannot decide about tickets."


def person_by_email(email: str, addresses: Mapping[str, Collection[str]]) -> str:
    """The roster id of the one person who has that address; "" for nobody, and for an address that several share.

    Case counts for nothing in ASCII, and for everything beyond: there are letters beyond it whose small form is an
    ASCII one.
    """
    wanted = _plain(email)
    found = [person for person, theirs in addresses.items() if wanted in map(_plain, theirs)]
    return found[0] if wanted and len(found) == 1 else ""


def _plain(email: str) -> str:
    text = email.strip()
    return text.lower() if text.isascii() else text
