"""The statuses that a project's issues can have, by issue type."""

from flask import Response, jsonify

from sandbox.jira.errors import refuse
from sandbox.jira.issues import Issues
from sandbox.jira.routing import Routes
from sandbox.jira.schema import STATUSES, TYPES
from sandbox.seed import Person
from sandbox.stand import expect_params


def add_statuses(routes: Routes, issues: Issues) -> None:
    """Add `project/NAME/statuses`: every type goes through the same workflow here."""

    def statuses(person: Person, name: str) -> Response:
        del person
        expect_params()
        if not any(name in {one.key, one.id} for one in issues.stand.seed.projects):
            refuse(404, f"No project could be found with key '{name}'.")
        each = [issues.render.status(key) for key in STATUSES]
        return jsonify([{**issues.render.issue_type(key), "statuses": each} for key in TYPES])

    routes.add("project/<name>/statuses", statuses, "GET")
