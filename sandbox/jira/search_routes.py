"""Searching: `search/jql` with page tokens on Cloud, where the classic search is gone; that one on Data Center."""

import base64
import time
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, jsonify, request

from sandbox.jira.errors import refuse
from sandbox.jira.issue_routes import changelog
from sandbox.jira.issues import Issues
from sandbox.jira.jql import Jql, Known, parse, select
from sandbox.jira.routing import Routes
from sandbox.seed import Person
from sandbox.stand import current_call, expect_params
from sandbox.store import Json

GONE = "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API."
UNBOUNDED = "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
PARAMS = ("jql", "fields", "expand", "properties", "reconcileIssues", "nextPageToken", "maxResults", "fieldsByKeys")
CLASSIC = ("jql", "startAt", "maxResults", "fields", "expand", "properties", "validateQuery", "fieldsByKeys")


def add_search(routes: Routes, issues: Issues) -> None:
    """Add the search routes of the deployment type."""

    def classic(person: Person) -> Response:
        if issues.cloud:
            current_call().unexpected.append("the classic search is gone from Cloud")
            refuse(410, GONE)
        return _classic(issues, person, _asked(CLASSIC))

    def enhanced(person: Person) -> Response:
        return _enhanced(issues, person, _asked(PARAMS), v3="/rest/api/3/" in request.path)

    routes.add("search", classic, "GET", "POST")
    if issues.cloud:
        routes.add("search/jql", enhanced, "GET", "POST", v3=True)


def _asked(names: tuple[str, ...]) -> Json:
    """The parameters, from the query or from the JSON body."""
    if request.method == "GET":
        return dict(expect_params(*names))
    body: Any = request.get_json(silent=True)
    if not isinstance(body, dict) or set(body) - set(names):
        refuse(400, "Invalid request payload. Refer to the REST API documentation and try again.")
    lists = {name: ",".join(value) for name, value in body.items() if isinstance(value, list) and name == "fields"}
    return body | lists


def _known(issues: Issues, person: Person) -> Known:
    people = issues.stand.seed.people

    def user_name(value: str) -> str:
        for one in people:
            names = {one.account_id} if issues.cloud else {one.user_name, one.email}
            if value in names or value == one.user_name == person.user_name:
                return one.user_name
        return refuse(400, f"The value '{value}' does not exist for the field 'user'.")

    projects = frozenset(one.key for one in issues.stand.seed.projects)
    keys = frozenset(key for one in issues.all() for key in (one["key"], one["id"]))
    return Known(projects, keys, person.user_name, user_name, issues.stand.clock.now(), ZoneInfo(person.time_zone))


def _find(issues: Issues, person: Person, text: str, *, lag: float = 0.0) -> tuple[Jql, list[Json]]:
    known = _known(issues, person)
    query = parse(text, known)
    seen = [one for one in issues.all() if one.get("touched", 0.0) <= time.time() - lag]
    return query, select(seen, query)


def _classic(issues: Issues, person: Person, asked: Json) -> Response:
    start, size = int(asked.get("startAt") or 0), int(asked.get("maxResults") or 50)
    with issues.stand.store.lock:
        _, found = _find(issues, person, asked.get("jql") or "")
        wanted = asked.get("fields") or "*all"
        page = [_expanded(issues, one, issues.render.issue(one, wanted), asked) for one in found[start : start + size]]
    return jsonify(
        {"expand": "schema,names", "startAt": start, "maxResults": size, "total": len(found), "issues": page}
    )


def _enhanced(issues: Issues, person: Person, asked: Json, *, v3: bool) -> Response:
    start, size = _place(asked.get("nextPageToken")), int(asked.get("maxResults") or 50)
    lag = max(issues.stand.seed.jira_search_lag, issues.stand.faults.index_delay())
    with issues.stand.store.lock:
        query, found = _find(issues, person, asked.get("jql") or "", lag=lag)
        if not query.clauses:
            refuse(400, UNBOUNDED)
        wanted = asked.get("fields") or "id"  # without `fields` the real one answers ids only
        page = [
            _expanded(issues, one, _brief(issues.render.issue(one, wanted, v3=v3), wanted), asked)
            for one in found[start : start + size]
        ]
    more = start + size < len(found)
    answer: Json = {"issues": page, "isLast": not more}
    if more:
        answer["nextPageToken"] = base64.urlsafe_b64encode(f"from:{start + size}".encode()).decode()
    return jsonify(answer)


def _brief(issue: Json, wanted: str) -> Json:
    return {"id": issue["id"]} if wanted == "id" else issue


def _expanded(issues: Issues, issue: Json, shown: Json, asked: Json) -> Json:
    """An issue with its changelog, where that was asked for."""
    expands = {name for name in str(asked.get("expand") or "").split(",") if name}
    if expands - {"changelog", "names"}:
        current_call().unexpected.append(f"expand={asked['expand']} is not played here")
    return {**shown, "changelog": changelog(issues, issue)} if "changelog" in expands else shown


def _place(token: str | None) -> int:
    if not token:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token).decode().removeprefix("from:"))
    except ValueError:
        refuse(400, "The provided next page token is invalid or expired.")
