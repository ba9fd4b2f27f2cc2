"""One issue: get, create, edit, assign, move, delete; its properties and remote links."""

from flask import Response, jsonify, request

from sandbox.jira.errors import not_found, refuse
from sandbox.jira.issues import Issues
from sandbox.jira.meta_routes import field_meta
from sandbox.jira.render import stamp
from sandbox.jira.routing import Routes, any_json, json_body, nothing
from sandbox.jira.schema import EDITABLE, Transition
from sandbox.seed import Person
from sandbox.stand import current_call, expect_params
from sandbox.store import Json


def add_issues(routes: Routes, issues: Issues) -> None:
    """Add the routes."""
    _add_record(routes, issues)
    _add_workflow(routes, issues)
    _add_properties(routes, issues)
    _add_links(routes, issues)


def _add_record(routes: Routes, issues: Issues) -> None:
    def create(person: Person) -> Response:
        expect_params("updateHistory")
        issue = issues.create(_known_keys(json_body()), person)
        answer = jsonify({"id": issue["id"], "key": issue["key"], "self": issues.render.link(f"issue/{issue['id']}")})
        answer.status_code = 201
        return answer

    def one(person: Person, key: str) -> Response:
        issue = issues.find(key)
        if request.method == "GET":
            return _get(issues, issue)
        if request.method == "DELETE":
            expect_params("deleteSubtasks")
            issues.delete(issue, person)
            return nothing()
        expect_params("notifyUsers")
        issues.edit(issue, _known_keys(json_body()), person)
        return nothing()

    def assign(person: Person, key: str) -> Response:
        expect_params()
        body = json_body()
        issue = issues.find(key)
        issues.assign(issue, body, person)
        return nothing()

    def edit_meta(person: Person, key: str) -> Response:
        del person
        expect_params()
        issues.find(key)
        return jsonify({"fields": {name: field_meta(issues, name) for name in EDITABLE}})

    routes.add("issue", create, "POST")
    routes.add("issue/<key>", one, "GET", "PUT", "DELETE")
    routes.add("issue/<key>/assignee", assign, "PUT")
    routes.add("issue/<key>/editmeta", edit_meta, "GET")


def _known_keys(body: Json) -> Json:
    """Note what Jira ignores: a status, and whatever stands beside fields, update and properties."""
    ignored = set(body) - {"fields", "update", "properties", "historyMetadata"}
    if ignored:
        current_call().unexpected.append(f"Jira ignores {', '.join(sorted(ignored))} here")
    for part in ("fields", "update"):
        if "status" in (body.get(part) or {}):
            current_call().unexpected.append("status cannot be set by an edit: use a transition")
    return body


def _get(issues: Issues, issue: Json) -> Response:
    asked = expect_params("fields", "expand", "properties", "updateHistory", "fieldsByKeys")
    expands = [name for name in asked.get("expand", "").split(",") if name]
    if set(expands) - {"changelog", "names"}:
        current_call().unexpected.append(f"expand={asked['expand']} is not played here")
    with issues.stand.store.lock:
        shown = issues.render.issue(issue, asked.get("fields", "*all"))
        if asked.get("properties"):
            wanted = asked["properties"].split(",")
            kept = {k: v for k, v in issue["properties"].items() if "*all" in wanted or k in wanted}
            shown["properties"] = kept
        if "changelog" in expands:
            shown["changelog"] = changelog(issues, issue)
    return jsonify(shown)


def changelog(issues: Issues, issue: Json) -> Json:
    """What changed an issue, the latest first."""
    entries = [
        {"id": one["id"], "author": issues.users.shown(one["by"]), "created": stamp(one["at"]), "items": one["items"]}
        for one in reversed(issue["history"])
    ]
    return {"startAt": 0, "maxResults": len(entries), "total": len(entries), "histories": entries}


def _add_workflow(routes: Routes, issues: Issues) -> None:
    def shown(step: Transition, *, fields: bool) -> Json:
        about: Json = {
            "id": step.id,
            "name": step.name,
            "to": issues.render.status(step.target),
            "hasScreen": step.resolves,
        }
        about |= {"isGlobal": False, "isInitial": False, "isConditional": False, "isAvailable": True}
        if fields:
            about["fields"] = {"resolution": field_meta(issues, "resolution")} if step.resolves else {}
        return about

    def transitions(person: Person, key: str) -> Response:
        issue = issues.find(key)
        if request.method == "POST":
            expect_params()
            body = json_body()
            issues.move(issue, _transition_id(body), body, person)
            return nothing()
        asked = expect_params("expand", "transitionId", "sortByOpsBarAndStatus", "includeUnavailableTransitions")
        steps = [one for one in issues.transitions(issue) if asked.get("transitionId") in {None, one.id}]
        with_fields = "transitions.fields" in asked.get("expand", "")
        return jsonify({"expand": "transitions", "transitions": [shown(one, fields=with_fields) for one in steps]})

    routes.add("issue/<key>/transitions", transitions, "GET", "POST")


def _transition_id(body: Json) -> str:
    given = (body.get("transition") or {}).get("id")
    if given is None:
        refuse(400, "Missing 'transition' identifier")
    if not isinstance(given, str):
        current_call().notes.append("the transition's id came as a number; Atlassian's contract wants a string")
    return str(given)


def _add_properties(routes: Routes, issues: Issues) -> None:
    def keys(person: Person, key: str) -> Response:
        del person
        issue = issues.find(key)
        return jsonify(property_keys(issues, f"issue/{key}", issue["properties"]))

    def one(person: Person, key: str, name: str) -> Response:
        del person
        issue = issues.find(key)
        return property_answer(issues, f"issue/{key}", issue, issue["properties"], name)

    routes.add("issue/<key>/properties", keys, "GET")
    routes.add("issue/<key>/properties/<name>", one, "GET", "PUT", "DELETE")


def property_keys(issues: Issues, where: str, properties: Json) -> Json:
    """The list of an entity's property keys."""
    return {"keys": [{"self": issues.render.link(f"{where}/properties/{key}"), "key": key} for key in properties]}


def property_answer(issues: Issues, where: str, issue: Json, properties: Json, name: str) -> Response:
    """Get, put or delete one property of an issue or a comment: 201 when it is new, 200 when it was there."""
    expect_params()
    with issues.stand.store.lock:
        if request.method == "PUT":
            status = 200 if name in properties else 201
            properties[name] = any_json()
            issues.touch(issue)
            return nothing(status)
        if name not in properties:
            refuse(404, f"The property {name} does not exist.")
        if request.method == "DELETE":
            del properties[name]
            issues.touch(issue)
            return nothing()
        return jsonify(
            {"self": issues.render.link(f"{where}/properties/{name}"), "key": name, "value": properties[name]}
        )


def _add_links(routes: Routes, issues: Issues) -> None:
    def links(person: Person, key: str) -> Response:
        del person
        issue = issues.find(key)
        asked = expect_params("globalId")
        if request.method == "POST":
            return _put_link(issues, issue, json_body())
        if request.method == "DELETE" and "globalId" not in asked:
            refuse(400, "The globalId query parameter is required.")
        if "globalId" not in asked:
            return jsonify([_link(issues, issue, one) for one in issue["links"]])
        found = next((one for one in issue["links"] if one.get("globalId") == asked["globalId"]), None)
        if found is None:
            not_found("The remote link")
        if request.method == "DELETE":
            issue["links"].remove(found)
            issues.touch(issue)
            return nothing()
        return jsonify(_link(issues, issue, found))

    def link(person: Person, key: str, number: str) -> Response:
        del person
        issue = issues.find(key)
        found = next((one for one in issue["links"] if str(one["id"]) == number), None)
        return jsonify(_link(issues, issue, found)) if found else not_found("The remote link")

    routes.add("issue/<key>/remotelink", links, "GET", "POST", "DELETE")
    routes.add("issue/<key>/remotelink/<number>", link, "GET")


def _link(issues: Issues, issue: Json, link: Json) -> Json:
    return {"self": issues.render.link(f"issue/{issue['key']}/remotelink/{link['id']}"), **link}


def _put_link(issues: Issues, issue: Json, body: Json) -> Response:
    """Create a remote link, or replace the one with the same globalId."""
    about = body.get("object") or {}
    if not about.get("url") or not about.get("title"):
        refuse(400, errors={"object": "'url' and 'title' are required."})
    with issues.stand.store.lock:
        wanted = body.get("globalId")
        found = next((one for one in issue["links"] if wanted and one.get("globalId") == wanted), None)
        kept = {name: body[name] for name in ("globalId", "application", "relationship", "object") if name in body}
        if found is None:
            found = {"id": int(issues.next_id("link"))}
            issue["links"].append(found)
            status = 201
        else:
            status = 200
        found.update(kept)
        issues.touch(issue)
        answer = jsonify({"id": found["id"], "self": _link(issues, issue, found)["self"]})
    answer.status_code = status
    return answer
