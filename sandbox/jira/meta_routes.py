"""What does not change: server, fields, priorities, statuses, projects, people; what may be edited or created."""

from flask import Response, jsonify

from sandbox.jira.errors import not_found, refuse
from sandbox.jira.issues import Issues
from sandbox.jira.render import stamp
from sandbox.jira.routing import Routes
from sandbox.jira.schema import EDITABLE, FIELD_TYPES, PRIORITIES, RESOLUTIONS, STATUSES, TYPES, field_name
from sandbox.seed import Person
from sandbox.stand import current_call, expect_params
from sandbox.store import Json

CLOUD_VERSION = {"version": "1001.0.0-SNAPSHOT", "versionNumbers": [1001, 0, 0], "deploymentType": "Cloud"}
SERVER_VERSION = {"version": "10.3.1", "versionNumbers": [10, 3, 1], "deploymentType": "Server"}
"""Data Center calls itself `Server` here (from memory)."""


def add_meta(routes: Routes, issues: Issues) -> None:
    """Add the routes."""
    render = issues.render

    def server_info() -> Response:
        expect_params("doHealthCheck")
        version = CLOUD_VERSION if issues.cloud else SERVER_VERSION
        about = {"baseUrl": issues.stand.base_url, **version, "buildNumber": 100300, "serverTitle": "Sandbox Jira"}
        return jsonify({**about, "serverTime": stamp(issues.stand.clock.now())})

    def fields(person: Person) -> Response:
        del person
        expect_params()
        return jsonify([_field(name) for name in FIELD_TYPES])

    def statuses(person: Person) -> Response:
        del person
        expect_params()
        return jsonify([render.status(key) for key in STATUSES])

    def listing(kind: str, known: dict[str, str]) -> None:
        def many(person: Person) -> Response:
            del person
            expect_params()
            return jsonify([render.one_of(kind, key, known) for key in known])

        routes.add(kind, many, "GET")

    routes.add("serverInfo", server_info, "GET", public=True)
    routes.add("field", fields, "GET")
    routes.add("status", statuses, "GET")
    for kind, known in (("priority", PRIORITIES), ("resolution", RESOLUTIONS), ("issuetype", TYPES)):
        listing(kind, known)
    _add_people(routes, issues)
    _add_projects(routes, issues)
    _add_create_meta(routes, issues)


def _field(name: str) -> Json:
    about = {"id": name, "key": name, "name": field_name(name), "custom": False, "orderable": True, "navigable": True}
    return {**about, "searchable": True, "clauseNames": [name], "schema": {"type": FIELD_TYPES[name], "system": name}}


def field_meta(issues: Issues, name: str) -> Json:
    """What a screen says about a field: required, operations, allowed values."""
    kinds = {"priority": PRIORITIES, "issuetype": TYPES, "resolution": RESOLUTIONS}
    meta: Json = {"required": name in {"summary", "issuetype", "reporter"}, "name": field_name(name), "key": name}
    meta |= {"fieldId": name, "schema": {"type": FIELD_TYPES[name], "system": name}}
    meta["operations"] = ["add", "set", "remove"] if name == "labels" else ["set"]
    if name in kinds:
        meta["allowedValues"] = [issues.render.one_of(name, key, kinds[name]) for key in kinds[name]]
    return meta


def _add_people(routes: Routes, issues: Issues) -> None:
    users = issues.users

    def myself(person: Person) -> Response:
        expect_params("expand")
        me = users.shown(person.user_name) or {}
        return jsonify({**me, "emailAddress": person.email, "locale": "en_GB"})  # one's own e-mail is never hidden

    def user(person: Person) -> Response:
        del person
        asked = expect_params("accountId", "username", "key", "expand")
        try:
            name = users.named({"accountId": asked.get("accountId"), "name": asked.get("username", asked.get("key"))})
        except ValueError as unknown:
            refuse(404, str(unknown))
        return jsonify(users.shown(name)) if name else not_found("The user")

    def search(person: Person) -> Response:
        del person
        asked = expect_params(
            "query", "username", "accountId", "startAt", "maxResults", "includeActive", "includeInactive"
        )
        return jsonify(users.search(asked))

    def assignable(person: Person) -> Response:
        del person
        names = ("query", "username", "accountId", "project", "issueKey", "startAt", "maxResults", "actionDescriptorId")
        asked = expect_params(*names, "expand")
        if "issueKey" in asked:
            issues.find(asked["issueKey"])
        elif "project" not in asked:
            refuse(400, "Either the 'project' or the 'issueKey' query parameter needs to be provided")
        return jsonify(users.search(asked))

    routes.add("myself", myself, "GET", v3=True)
    routes.add("user", user, "GET")
    routes.add("user/search", search, "GET")
    routes.add("user/assignable/search", assignable, "GET")


def _add_projects(routes: Routes, issues: Issues) -> None:
    def projects(person: Person) -> Response:
        del person
        expect_params("expand", "recent", "properties")
        return jsonify([issues.render.project(one.key) for one in issues.stand.seed.projects])

    def project(person: Person, name: str) -> Response:
        del person
        expect_params("expand", "properties")
        for one in issues.stand.seed.projects:
            if name in {one.key, one.id}:
                types = [issues.render.issue_type(key) for key in TYPES]
                return jsonify({**issues.render.project(one.key), "issueTypes": types, "description": ""})
        return refuse(404, f"No project could be found with key '{name}'.")

    routes.add("project", projects, "GET")
    routes.add("project/<name>", project, "GET")


def _add_create_meta(routes: Routes, issues: Issues) -> None:
    def everything(person: Person) -> Response:
        del person
        if not issues.cloud:
            current_call().unexpected.append("issue/createmeta is gone since Data Center 9")
            not_found("The resource")
        asked = expect_params("projectKeys", "projectIds", "issuetypeIds", "issuetypeNames", "expand")
        keys = [key for key in asked.get("projectKeys", "").split(",") if key]
        chosen = [one for one in issues.stand.seed.projects if not keys or one.key in keys]
        shown = [
            {**issues.render.project(one.key), "issuetypes": [_type(issues, key) for key in TYPES]} for one in chosen
        ]
        return jsonify({"expand": "projects", "projects": shown})

    def types(person: Person, name: str) -> Response:
        del person, name
        expect_params("startAt", "maxResults")
        return _page(issues, "issueTypes", [issues.render.issue_type(key) for key in TYPES])

    def fields(person: Person, name: str, type_id: str) -> Response:
        del person, name
        expect_params("startAt", "maxResults")
        if type_id not in TYPES:
            not_found("The issue type")
        return _page(issues, "fields", [field_meta(issues, field) for field in ("project", *EDITABLE)])

    routes.add("issue/createmeta", everything, "GET")
    routes.add("issue/createmeta/<name>/issuetypes", types, "GET")
    routes.add("issue/createmeta/<name>/issuetypes/<type_id>", fields, "GET")


def _type(issues: Issues, key: str) -> Json:
    return {**issues.render.issue_type(key), "fields": {f: field_meta(issues, f) for f in ("project", *EDITABLE)}}


def _page(issues: Issues, cloud_name: str, values: list[Json]) -> Response:
    page = {"startAt": 0, "maxResults": 50, "total": len(values)}
    return jsonify({**page, cloud_name: values} if issues.cloud else {**page, "isLast": True, "values": values})
