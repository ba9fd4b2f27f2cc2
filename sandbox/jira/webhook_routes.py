"""Webhooks that an administrator registers: they are then really sent.

Two forms (see `connectors/jira/webhook.py` for what each is): Cloud's, and that of Data Center 10 and newer.
"""

from flask import Flask, Response, jsonify

from sandbox.jira.auth import caller
from sandbox.jira.errors import refuse
from sandbox.jira.issues import Issues
from sandbox.jira.routing import json_body, nothing
from sandbox.seed import Person
from sandbox.store import Json

CLOUD, NEW = "/rest/webhooks/1.0/webhook", "/rest/jira-webhook/1.0/webhooks"
FILTER = "issue-related-events-section"


def add_webhooks(app: Flask, issues: Issues) -> None:
    """Add the routes of this deployment."""
    base, hooks = (CLOUD if issues.cloud else NEW), issues.stand.hooks

    def admin() -> Person:
        person = caller(issues.stand, cloud=issues.cloud)
        if "admin" not in person.roles:
            refuse(403, "You must have global administration rights in order to see or modify webhooks.")
        return person

    def find(number: str) -> Json:
        found = next((one for one in hooks.targets if str(one.get("id")) == number), None)
        return found or refuse(404, "The webhook does not exist.")

    def many() -> Response:
        admin()
        return jsonify([_shown(one, issues) for one in hooks.targets if "id" in one])

    def create() -> Response:
        admin()
        known = [int(one["id"]) for one in hooks.targets if "id" in one]
        one = _target(json_body(), issues) | {"id": max(known, default=0) + 1}
        hooks.targets.append(one)
        answer = jsonify(_shown(one, issues))
        answer.status_code = 201
        return answer

    def one_of(number: str) -> Response:
        admin()
        return jsonify(_shown(find(number), issues))

    def change(number: str) -> Response:
        admin()
        one = find(number)
        one.update(_target(json_body(), issues))
        return jsonify(_shown(one, issues))

    def remove(number: str) -> Response:
        admin()
        hooks.targets.remove(find(number))
        return nothing()

    for path, view, method in (("", many, "GET"), ("", create, "POST"), ("/<number>", one_of, "GET")):
        app.add_url_rule(base + path, f"webhooks:{method}{path}", view, methods=[method])
    app.add_url_rule(f"{base}/<number>", "webhooks:PUT", change, methods=["PUT"])
    app.add_url_rule(f"{base}/<number>", "webhooks:DELETE", remove, methods=["DELETE"])


def _target(body: Json, issues: Issues) -> Json:
    """What is sent to, as `sandbox.hooks` keeps it. Raises RefusedError for a webhook without name or address."""
    if not body.get("name") or not str(body.get("url", "")).startswith("http"):
        refuse(400, "Name and URL are required.")
    configuration = body.get("configuration") or {}
    secret = body.get("secret") if issues.cloud else configuration.get("SECRET")
    return {
        "url": body["url"],
        "name": body["name"],
        "events": body.get("events") or ["*"],
        "jql": (body.get("filters") or {}).get(FILTER, ""),
        **({"secret": secret} if secret else {}),
    }


def _shown(one: Json, issues: Issues) -> Json:
    """A webhook as the platform shows it: never its secret."""
    common: Json = {"name": one["name"], "url": one["url"], "events": one["events"], "filters": {FILTER: one["jql"]}}
    if issues.cloud:
        address = f"{issues.stand.base_url}{CLOUD}/{one['id']}"
        return {**common, "excludeBody": False, "enabled": True, "self": address, "isSigned": "secret" in one}
    return {
        **common,
        "id": one["id"],
        "active": True,
        "scopeType": "global",
        "configuration": {"EXCLUDE_BODY": "false"},
    }
