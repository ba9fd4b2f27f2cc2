"""What the caller may do: everything, but for those whom the seed gives the role `read_only` or `no_admin`."""

from flask import Response, jsonify

from sandbox.jira.errors import refuse
from sandbox.jira.issues import Issues
from sandbox.jira.routing import Routes
from sandbox.seed import Person
from sandbox.stand import expect_params

READING = frozenset({"BROWSE_PROJECTS", "USER_PICKER"})


def add_permissions(routes: Routes, issues: Issues) -> None:
    """Add `mypermissions`; Cloud demands that the permissions are named."""

    def mine(person: Person) -> Response:
        asked = expect_params("permissions", "projectKey", "projectId", "issueKey", "issueId")
        keys = [key for key in asked.get("permissions", "").split(",") if key]
        if issues.cloud and not keys:
            refuse(400, "The permissions query parameter is required.")
        if "projectKey" in asked and asked["projectKey"] not in {one.key for one in issues.stand.seed.projects}:
            refuse(404, f"No project could be found with key '{asked['projectKey']}'.")
        shown = {
            key: {"id": str(n), "key": key, "name": key, "havePermission": may(person, key)}
            for n, key in enumerate(keys)
        }
        return jsonify({"permissions": shown})

    routes.add("mypermissions", mine, "GET")


def may(person: Person, permission: str) -> bool:
    """Whether the person has the permission."""
    if permission == "ADMINISTER":
        return "admin" in person.roles
    return permission in READING or "read_only" not in person.roles
