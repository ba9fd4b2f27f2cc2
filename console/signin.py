"""Signing in at an OpenID Connect issuer, and out again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from threading import BoundedSemaphore

import structlog
from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console import guard
from console.callers import open_to_all
from console.cookies import Cookies, new_flow, onward
from console.gate import OTHER_HOST, Gate
from console.guard import FormTokens
from core.access import Flow, Identity, SignOn, SignOnError
from core.model import Role

AT_ONCE = 3
"""So many sign-ins ask the issuer at a time: one that never answers must not hold every thread of the web role."""
EVERYBODY = "*"

_log = structlog.get_logger("rung.console")

BUSY = "Several people are signing in at this moment. Try again in a few seconds."
STRANGE_ANSWER = "This sign-in was not begun in this browser, or was begun too long ago."
CANCELLED = "The sign-on service did not let you in."
NO_ROLE = (
    "You are who you say, but none of your groups has a right here. Who runs Rung can name one of them in "
    "RUNG_OIDC_ROLES."
)


@dataclass(frozen=True, slots=True)
class SignIn:
    """What signing in takes: the issuer, what each group may do ("*" for everybody), and how long it lasts."""

    issuer: SignOn
    roles: Mapping[str, Role]
    life: timedelta

    def role(self, groups: frozenset[str]) -> Role | None:
        """The highest role of these groups; None for none."""
        found = {self.roles[one] for one in {EVERYBODY, *groups} if one in self.roles}
        return max(found, key=list(Role).index, default=None)


def add_to(pages: Blueprint, how: SignIn, gate: Gate, cookies: Cookies, forms: FormTokens) -> None:
    """`/sign-in`, where it goes from there and comes back to, and `/sign-out`."""
    desk = _Desk(how, gate, cookies, forms, BoundedSemaphore(AT_ONCE))

    @pages.get("/sign-in")
    @open_to_all
    def sign_in() -> Response:
        return desk.page()

    @pages.get("/sign-in/go")
    @open_to_all
    def sign_in_go() -> Response:
        return desk.go()

    @pages.get("/sign-in/back")
    @open_to_all
    def sign_in_back() -> Response:
        return desk.back()

    @pages.post("/sign-out")
    @open_to_all
    def sign_out() -> Response:
        return desk.out()


@dataclass(frozen=True, slots=True)
class _Desk:
    """What the routes do."""

    how: SignIn
    gate: Gate
    cookies: Cookies
    forms: FormTokens
    running: BoundedSemaphore

    def page(self) -> Response:
        """The page of those who are not signed in; who is goes on."""
        self._check_host()
        target = onward(request.args.get("next", ""))
        if self.gate.session():
            return redirect(target, HTTPStatus.SEE_OTHER)
        ended = self.cookies.session_name in request.cookies
        title = "Your sign-in has ended" if ended else "You are signed out" if "out" in request.args else "Sign in"
        return self._told(title, target=target, goodbye="out" in request.args)

    def go(self) -> Response:
        """Off to the issuer. Another site's page cannot send anybody there: it would be its account that they use."""
        self._check_host()
        target = onward(request.args.get("next", ""))
        if request.headers.get("Sec-Fetch-Site", "none") not in {"same-origin", "none"}:
            return redirect(url_for("console.sign_in", next=target), HTTPStatus.SEE_OTHER)
        flow = new_flow()
        try:
            with self._turn():
                address = self.how.issuer.address(flow, choose="other" in request.args)
        except SignOnError as error:
            return self._failed(error, target)
        response = redirect(address, HTTPStatus.SEE_OTHER)
        self.cookies.begin_flow(request, response, flow, target)
        return response

    def back(self) -> Response:
        """Back from the issuer: whoever it is gets a new session, whatever session there was ends."""
        self._check_host()
        state = request.args.get("state", "")
        begun = self.cookies.flow(request, state)
        if begun is None:
            return self._told("Not signed in", STRANGE_ANSWER, status=HTTPStatus.BAD_REQUEST)
        flow, target = begun
        try:
            who = self._identified(flow)
        except SignOnError as error:
            response = self._failed(error, target)
        else:
            response = self._admit(who, target)
        self.cookies.end_flow(response, state)
        return response

    def _identified(self, flow: Flow) -> Identity:
        """Who the issuer says that it is; raises `SignOnError`."""
        if "error" in request.args:
            raise SignOnError(CANCELLED, f"the issuer answers {_word(request.args['error'])}")
        with self._turn():
            return self.how.issuer.identify(flow, request.args.get("code", ""), request.args.get("iss", ""))

    def out(self) -> Response:
        """End the session, here; the issuer's own goes on until it is ended there."""
        self._check_host()
        # Before anything else: another site's form comes without the cookie (SameSite), and our answer would remove it.
        if sentence := guard.foreign(request, self.gate.origin):
            abort(HTTPStatus.FORBIDDEN, sentence)
        session = self.gate.session()
        response = redirect(url_for("console.sign_in", out=1), HTTPStatus.SEE_OTHER)
        if session:
            if not self.forms.accepts(request.form.get("token", ""), session.id):
                abort(HTTPStatus.FORBIDDEN, guard.REFUSED_FORM)
            self.gate.access.end(session.id)
            _log.info("signed out", who=session.email or session.subject, address=self._address())
        self.cookies.end(response)
        return response

    def _admit(self, who: Identity, target: str) -> Response:
        role = self.how.role(who.groups)
        label = who.email or who.subject
        old = self.gate.session()
        if old:  # whoever comes now, also one whose rights were taken away meanwhile
            self.gate.access.end(old.id)
        if role is None:
            _log.warning("nobody let in without a role", who=label, groups=len(who.groups), address=self._address())
            said = f"{NO_ROLE} {who.lacks}".strip()
            return self._told("You have no right here", said, who=who, status=HTTPStatus.FORBIDDEN)
        secret = self.gate.access.begin(
            subject=who.subject, email=who.email, name=who.name or label, role=role, life=self.how.life
        )
        _log.info("signed in", who=label, may=role.value, address=self._address())
        response = redirect(target, HTTPStatus.SEE_OTHER)
        self.cookies.begin(response, secret)
        return response

    def _failed(self, error: SignOnError, target: str) -> Response:
        _log.warning("a sign-in failed", why=error.detail or str(error), address=self._address())
        return self._told("Not signed in", str(error), target=target, status=HTTPStatus.BAD_GATEWAY)

    def _told(
        self,
        title: str,
        sentence: str = "",
        *,
        target: str = "/",
        who: Identity | None = None,
        goodbye: bool = False,
        status: HTTPStatus = HTTPStatus.OK,
    ) -> Response:
        known = self.how.issuer.goodbye(f"{self.gate.base_url}/sign-in?out=1") if goodbye else ""
        page = render_template(
            "console/sign_in.html",
            title=title,
            sentence=sentence,
            host=self.how.issuer.host,
            target=target,
            account=(who.email or who.name or who.subject) if who else "",
            goodbye=known,
        )
        return make_response(page, status)

    def _turn(self) -> _Turn:
        return _Turn(self.running)

    def _check_host(self) -> None:
        if not self.gate.asks_our_host():
            abort(HTTPStatus.FORBIDDEN, OTHER_HOST.format(self.gate.base_url))

    def _address(self) -> str:
        return self.gate.peers.client(request)


@dataclass(frozen=True, slots=True)
class _Turn:
    """One of few at a time; aborts with 503."""

    running: BoundedSemaphore

    def __enter__(self) -> None:
        if not self.running.acquire(blocking=False):
            abort(HTTPStatus.SERVICE_UNAVAILABLE, BUSY)

    def __exit__(self, *_: object) -> None:
        self.running.release()


def _word(text: str) -> str:
    """An error's name in the protocol; what the issuer says besides is anybody's text and is neither shown nor kept."""
    return text if text.replace("_", "").isalnum() and text.isascii() and len(text) < 60 else "an error"
