"""The HTTP face of the ServiceNow stand-in."""

import secrets
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, jsonify, request

from sandbox.calls import UnexpectedCallError
from sandbox.seed import Person
from sandbox.servicenow import auth, query, rules
from sandbox.servicenow.render import View, shown
from sandbox.servicenow.schema import FIELDS
from sandbox.servicenow.tables import Remarks, Tables
from sandbox.stand import Stand, current_call, expect_params, new_app
from sandbox.store import Json

VIEW_PARAMS = ("sysparm_display_value", "sysparm_exclude_reference_link", "sysparm_fields", "sysparm_view")
LIST_PARAMS = ("sysparm_query", "sysparm_limit", "sysparm_offset", "sysparm_suppress_pagination_header")
PARAMS = VIEW_PARAMS + LIST_PARAMS
DEFAULT_LIMIT = 10_000


def create_app(stand: Stand, tables: Tables) -> Flask:
    """The Table API in its three spellings, and the token endpoint."""
    app = new_app(stand)
    _share_sessions(app)

    @app.post("/oauth_token.do")
    def token() -> Response:
        expect_params()
        return jsonify(auth.give_token(stand))

    def many(table: str, version: str = "") -> Response:
        person = _admit(stand, table)
        return _list(tables, table, person, version) if request.method == "GET" else _create(tables, table, person)

    def one(table: str, sys_id: str, version: str = "") -> Response:
        del version  # v1 and v2 answer alike about one record
        return _one(tables, table, sys_id, _admit(stand, table))

    both: list[tuple[str, Callable[..., Response], list[str]]] = [
        ("/table/<table>", many, ["GET", "POST"]),
        ("/table/<table>/<sys_id>", one, ["GET", "PUT", "PATCH", "DELETE"]),
    ]
    for path, view, methods in both:
        for prefix in ("/api/now", "/api/now/<any(v1,v2):version>"):
            app.add_url_rule(prefix + path, f"{prefix}{path}", view, methods=methods)
    return app


def _share_sessions(app: Flask) -> None:
    """Give every client a JSESSIONID, and drop concurrent requests of one session with 202 (integration facts)."""
    running: set[str] = set()
    lock = threading.Lock()

    @app.before_request
    def enter() -> Response | None:
        session = request.cookies.get("JSESSIONID", "")
        if request.path.startswith("/_sandbox/") or not session:
            return None
        with lock:
            if session in running:
                current_call().notes.append("202: the session's cookie was used by two requests at once")
                return Response(b"", 202)
            running.add(session)
        request.environ["sandbox.session"] = session
        return None

    @app.after_request
    def leave(answer: Response) -> Response:
        with lock:
            running.discard(request.environ.get("sandbox.session", ""))
        if not request.path.startswith("/_sandbox/") and "JSESSIONID" not in request.cookies:
            answer.set_cookie("JSESSIONID", secrets.token_hex(16).upper(), path="/", httponly=True)
            answer.set_cookie("glide_user_route", "glide." + secrets.token_hex(16), path="/", httponly=True)
        return answer


def _admit(stand: Stand, table: str) -> Person:
    if table not in FIELDS:
        raise UnexpectedCallError(f"the table {table} is not played here; there are {', '.join(sorted(FIELDS))}")
    person = auth.caller(stand)
    rules.may_read(person, table)
    return person


def _view(table: str) -> View:
    params = expect_params(*PARAMS)
    if params.get("sysparm_view"):  # pysnow always sends an empty one
        raise UnexpectedCallError("sysparm_view is not played here")
    names = tuple(name for name in params.get("sysparm_fields", "").split(",") if name)
    ignored = [name for name in names if not query.path_exists(table, name)]
    if ignored:
        current_call().unexpected.append(f"sysparm_fields names no field of {table}: {', '.join(ignored)}")
    return View(
        display=params.get("sysparm_display_value", "false").lower() or "false",
        links=params.get("sysparm_exclude_reference_link", "false").lower() != "true",
        fields=tuple(name for name in names if name not in ignored),
    )


def _number(name: str, default: int) -> int:
    text = request.args.get(name, "")
    return int(text) if text.isdigit() else default


def _list(tables: Tables, table: str, person: Person, version: str) -> Response:
    view = _view(table)
    asked = query.parse(request.args.get("sysparm_query", ""), table)
    if asked.ignored:
        current_call().unexpected.append(f"invalid query part ignored by the platform: {', '.join(asked.ignored)}")
    limit, offset = _number("sysparm_limit", DEFAULT_LIMIT), _number("sysparm_offset", 0)
    with tables.stand.store.lock:
        found = query.select(tables.rows(table), asked, tables.read)
        page = [row for row in found[offset : offset + limit] if _visible(tables, row, person)]
        result = [shown(tables, table, row, view, person) for row in page]
    if not found and version == "v1":
        rules.refuse(404, "No Record found", "Record doesn't exist or ACL restricts the record retrieval")
    answer = jsonify({"result": result})
    answer.headers["X-Total-Count"] = str(len(found))
    if request.args.get("sysparm_suppress_pagination_header", "false").lower() != "true":
        _add_links(answer, len(found), limit, offset)
    return answer


def _add_links(answer: Response, total: int, limit: int, offset: int) -> None:
    """The Link header: first, prev, next and last page, as far as there are such."""
    last = max(0, (total - 1) // limit * limit) if limit else 0
    pages = {"first": 0, "last": last}
    if offset > 0:
        pages["prev"] = max(0, offset - limit)
    if offset + limit < total:
        pages["next"] = offset + limit
    links = []
    for rel in [rel for rel in ("first", "prev", "next", "last") if rel in pages]:
        args = {**request.args.to_dict(), "sysparm_offset": str(pages[rel]), "sysparm_limit": str(limit)}
        links.append(f'<{request.base_url}?{urlencode(args)}>;rel="{rel}"')
    answer.headers["Link"] = ",".join(links)


def _create(tables: Tables, table: str, person: Person) -> Response:
    view = _view(table)
    row, remarks = tables.insert(table, _payload(), person)
    _tell(remarks)
    answer = jsonify({"result": shown(tables, table, row, view, person)})
    answer.status_code = 201
    answer.headers["Location"] = f"{tables.stand.base_url}/api/now/table/{table}/{row['sys_id']}"
    return answer


def _one(tables: Tables, table: str, sys_id: str, person: Person) -> Response:
    view = _view(table)
    with tables.stand.store.lock:
        row = tables.find(table, sys_id)
        if row is None or not _visible(tables, row, person):
            rules.refuse(404, "No Record found", "Record doesn't exist or ACL restricts the record retrieval")
        if request.method == "DELETE":
            tables.delete(table, row, person)
            return Response(status=204)
        if request.method in {"PUT", "PATCH"}:
            _tell(tables.update(table, row, _payload(), person))
        return jsonify({"result": shown(tables, table, row, view, person)})


def _visible(tables: Tables, row: Json, person: Person) -> bool:
    return "admin" in person.roles or not tables.meta(row["sys_id"])["hidden"]


def _tell(remarks: Remarks) -> None:
    notes, unexpected = remarks
    current_call().notes.extend(notes)
    current_call().unexpected.extend(unexpected)


def _payload() -> Json:
    if request.mimetype != "application/json":
        rules.refuse(415, "Unsupported media type", "The request content type is not supported. Use application/json")
    body: Any = request.get_json(silent=True)
    if not isinstance(body, dict):
        rules.refuse(400, "Exception while reading request", "The payload is not valid JSON")
    return body
