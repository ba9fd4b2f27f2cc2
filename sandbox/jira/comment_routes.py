"""The comments of an issue and their properties."""

from flask import Response, jsonify, request

from sandbox.jira.errors import not_found
from sandbox.jira.issue_routes import property_answer, property_keys
from sandbox.jira.issues import Issues
from sandbox.jira.routing import Routes, json_body
from sandbox.seed import Person
from sandbox.stand import expect_params
from sandbox.store import Json


def add_comments(routes: Routes, issues: Issues) -> None:
    """Add the routes."""

    def many(person: Person, key: str) -> Response:
        issue = issues.find(key)
        asked = expect_params("startAt", "maxResults", "orderBy", "expand")
        if request.method == "GET":
            return _list(issues, issue, asked)
        comment = issues.add_comment(issue, json_body(), person)
        answer = jsonify(issues.render.comment(issue, comment, properties="properties" in asked.get("expand", "")))
        answer.status_code = 201
        return answer

    def one(person: Person, key: str, number: str) -> Response:
        issue = issues.find(key)
        asked = expect_params("expand", "notifyUsers")
        comment = _comment(issue, number)
        if request.method == "DELETE":
            issues.delete_comment(issue, comment, person)
            return Response(status=204)
        if request.method == "PUT":
            issues.edit_comment(issue, comment, json_body(), person)
        return jsonify(issues.render.comment(issue, comment, properties="properties" in asked.get("expand", "")))

    def keys(person: Person, number: str) -> Response:
        del person
        _, comment = _anywhere(issues, number)
        return jsonify(property_keys(issues, f"comment/{number}", comment["properties"]))

    def value(person: Person, number: str, name: str) -> Response:
        del person
        issue, comment = _anywhere(issues, number)
        return property_answer(issues, f"comment/{number}", issue, comment["properties"], name)

    routes.add("issue/<key>/comment", many, "GET", "POST")
    routes.add("issue/<key>/comment/<number>", one, "GET", "PUT", "DELETE")
    routes.add("comment/<number>/properties", keys, "GET")
    routes.add("comment/<number>/properties/<name>", value, "GET", "PUT", "DELETE")


def _list(issues: Issues, issue: Json, asked: dict[str, str]) -> Response:
    with issues.stand.store.lock:
        comments = sorted(
            issue["comments"], key=lambda one: int(one["id"]), reverse=asked.get("orderBy", "").startswith("-")
        )
        start, size = int(asked.get("startAt", "0")), int(asked.get("maxResults", "50"))
        with_properties = "properties" in asked.get("expand", "")
        page = [issues.render.comment(issue, one, properties=with_properties) for one in comments[start : start + size]]
    return jsonify({"startAt": start, "maxResults": size, "total": len(comments), "comments": page})


def _comment(issue: Json, number: str) -> Json:
    found = next((one for one in issue["comments"] if one["id"] == number), None)
    if found is None:
        not_found(f"Can not find a comment for the id: {number}. It")
    comment: Json = found
    return comment


def _anywhere(issues: Issues, number: str) -> tuple[Json, Json]:
    for issue in issues.all():
        for comment in issue["comments"]:
            if comment["id"] == number:
                return issue, comment
    return not_found("The comment")
