"""The console's blueprint: what its pages share, who may see them, and what is shown when something goes wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import structlog
from flask import Blueprint, Response, current_app, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, InternalServerError

from console import acknowledge, api, board, guard, ledgers, mapping_api, openapi, signin, tickets, wording
from console.body import LARGEST
from console.callers import Open, People, known, need, needs
from console.cookies import Cookies
from console.gate import Gate
from console.guard import FormTokens
from console.links import AcknowledgeLinks
from console.peers import NO_PROXIES, Peers
from console.present import STATUS_WORDS, told
from console.shared import Room
from console.signin import SignIn
from core.access import Access
from core.desk import Desk, NotAllowedError, NotFoundError, NotPossibleError, NotReplayableError
from core.mapdesk import MappingDesk
from core.model import Role
from core.ports import Clock, StorageUnavailableError

ASSETS = Path(__file__).parent / "assets"
_ASSET_AGE = 365 * 24 * 3600
_log = structlog.get_logger("rung.console")

HELP = {
    400: "Go back, reload the page and try again.",
    401: "Nothing was shown and nothing was changed.",
    403: "Nothing was shown and nothing was changed.",
    404: "Go to the board and look for it there, or check the address.",
    409: "Reload the page to see how it stands now.",
    422: "Go back, correct it and try again.",
    500: "Try again. If it happens again, report what the web process's log says at the moment below.",
    503: "Nothing was changed. Try again in a moment; /readyz says which part is not ready.",
}
TITLES = {
    400: "Not done",
    401: "Not signed in",
    403: "Not shown here",
    404: "Not found",
    409: "Not possible now",
    413: "Too large",
    422: "Something is missing",
}
UNAVAILABLE = "Rung cannot reach its database at the moment."
LACKING = "Nothing was shown and nothing was changed. Ask who runs Rung for that role."
NOT_ALLOWED = "Nothing was changed, and the timeline says that you tried. Ask somebody who has the right."
DEFECT = "Something went wrong within Rung."


def blueprint(
    desk: Desk,
    *,
    mappings: MappingDesk,
    access: Access,
    clock: Clock,
    links: AcknowledgeLinks,
    people: Callable[[], People],
    guests: Callable[[], People] = dict,
    sign_in: SignIn | None = None,
    by_email: Callable[[str], str] = lambda _: "",
    peers: Peers = NO_PROXIES,
) -> Blueprint:
    """The door for people, over a desk for tickets and one for mappings.

    `access` knows programs' tokens. `clock` is the policy's; `people` gives the roster as id to name, anew for every
    page.

    `guests` gives in the same way who else is sent links that acknowledge; a link is all that they can use.

    With `sign_in` people come in from everywhere once they have signed in, and `by_email` gives the roster id of
    somebody by their address; without it only whoever is at this machine does. `peers` are the proxies before us.
    """
    pages = Blueprint(
        "console", __name__, template_folder="templates", static_folder="assets", static_url_path="/assets"
    )
    forms = FormTokens(links)
    room = Room(desk=desk, mappings=mappings, clock=clock, links=links, people=people, guests=guests, forms=forms)
    cookies = Cookies(links, int(sign_in.life.total_seconds())) if sign_in else None
    gate = Gate(access, peers, links.base_url, cookies, by_email)
    if sign_in and cookies:
        signin.add_to(pages, sign_in, gate, cookies, forms)
    for part in (board, tickets, ledgers, acknowledge, api, mapping_api, openapi):
        part.add_to(pages, room)
    pages.add_url_rule("/<path:rest>", "nowhere", needs(Role.VIEWER)(_nowhere))
    _guard(pages, gate)
    pages.after_request(_finish)
    if cookies and cookies.secure:
        pages.after_request(guard.only_https)
    _explain_errors(pages, room)
    _offer_to_templates(pages, room)
    return pages


def _guard(pages: Blueprint, gate: Gate) -> None:
    @pages.before_request
    def admit() -> ResponseReturnValue | None:
        request.max_content_length = LARGEST  # forms too, which are read whole; a route that takes more says so
        refusal = gate.refusal()
        if refusal is None:
            return None
        if refusal.code == 401 and gate.cookies and _shows_a_page():
            return redirect(url_for("console.sign_in", next=_here()), 303)
        sentence = refusal.description or refusal.name
        if known():
            return _explain(sentence, 403, title="You may not do that", help_text=LACKING)
        return _explain(sentence, refusal.code or 403)


def _shows_a_page() -> bool:
    """Whether somebody is about to look at a page of its own, and can sign in instead."""
    is_part = str(request.endpoint).endswith(".board_part") or request.path.startswith("/api/")
    return request.method in {"GET", "HEAD"} and not is_part and "Authorization" not in request.headers


def _here() -> str:
    """The address that was asked for, to come back to."""
    return request.full_path.removesuffix("?")


def _finish(response: Response) -> Response:
    """Strict headers on everything; assets are named by their content, so that they may be kept for ever."""
    if str(request.endpoint).endswith(".static") and response.status_code == 200:
        response.headers["Cache-Control"] = f"public, max-age={_ASSET_AGE}, immutable"
    who = known()
    if who and request.method not in {"GET", "HEAD", "OPTIONS"}:
        _log.info("asked for a change", who=who.label, may=who.role, path=request.path, status=response.status_code)
    return guard.strict(response)


def _nowhere(rest: str) -> ResponseReturnValue:
    del rest
    return _explain("There is no such page.", 404)


def _explain_errors(pages: Blueprint, room: Room) -> None:
    @pages.errorhandler(NotFoundError)
    def not_found(error: NotFoundError) -> ResponseReturnValue:
        return _explain(str(error), 404)

    @pages.errorhandler(NotAllowedError)
    def not_allowed(error: NotAllowedError) -> ResponseReturnValue:
        return _explain(str(error), 403, title="You may not do that", help_text=NOT_ALLOWED)

    @pages.errorhandler(NotPossibleError)
    def not_possible(error: NotPossibleError) -> ResponseReturnValue:
        return _explain(str(error), 409)

    @pages.errorhandler(NotReplayableError)
    def not_replayable(error: NotReplayableError) -> ResponseReturnValue:
        return _explain(str(error), 409)

    @pages.errorhandler(StorageUnavailableError)
    def unavailable(error: StorageUnavailableError) -> ResponseReturnValue:
        _log.error("console cannot read", error=str(error))
        return _explain(UNAVAILABLE, 503)

    @pages.errorhandler(InternalServerError)
    def defect(error: InternalServerError) -> ResponseReturnValue:
        del error
        return _explain(DEFECT, 500, wording.exact(room.clock()))

    @pages.errorhandler(HTTPException)
    def refused(error: HTTPException) -> ResponseReturnValue:
        return _explain(error.description or error.name, error.code or 500)


def _explain(sentence: str, status: int, moment: str = "", title: str = "", help_text: str = "") -> Response:
    """An error as the caller reads it: JSON below /api, a page elsewhere."""
    if request.path.startswith("/api/"):
        response = jsonify({"error": sentence})
    else:
        title = title or TITLES.get(status, "Out of order" if status >= 500 else "Not done")
        # The full frame asks the desk for nothing: what failed must not be needed to say that it failed.
        page = render_template(
            "console/error.html",
            title=title,
            sentence=sentence,
            help=help_text or HELP.get(status, ""),
            moment=moment,
            back=_ticket_here(),
            sign_in=_sign_in_again() if status == 401 else "",
            outside=need(request.endpoint) is Open.TO_ALL,
        )
        response = make_response(page)
    response.status_code = status
    if status == 503:
        response.headers["Retry-After"] = "5"
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Rung"'
    return response


def _ticket_here() -> str:
    """The address of the ticket that a form was about, "" for none."""
    ticket_id = (request.view_args or {}).get("ticket_id")
    return url_for("console.ticket", ticket_id=ticket_id) if ticket_id is not None and request.method == "POST" else ""


def _sign_in_again() -> str:
    """Where to sign in and come back; "" where nobody can."""
    if "console.sign_in" not in current_app.view_functions:
        return ""
    return url_for("console.sign_in", next=_ticket_here() or "/")


def _offer_to_templates(pages: Blueprint, room: Room) -> None:
    versions = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in ASSETS.iterdir() if path.is_file()
    }

    def asset(name: str) -> str:
        return url_for("console.static", filename=name, v=versions[name])

    @pages.context_processor
    def words() -> dict[str, object]:
        who = known()
        bound = who.bound if who else ""

        def may(role: str) -> bool:
            return bool(who and who.role.covers(Role(role)))

        return {
            "asset": asset,
            "wording": wording,
            "status_words": STATUS_WORDS,
            "told": told,
            "now": room.clock(),
            "me": who if who and who.session else None,
            "may": may,
            "decides": may("responder") and bool(who and (who.anybody or who.person)),
            "form_token": lambda: room.forms.make(bound),
        }
