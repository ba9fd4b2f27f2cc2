"""The HTTP face of the Jira stand-in."""

from flask import Flask, Response, request

from sandbox.jira.comment_routes import add_comments
from sandbox.jira.errors import refuse
from sandbox.jira.issue_routes import add_issues
from sandbox.jira.issues import Issues
from sandbox.jira.meta_routes import add_meta
from sandbox.jira.permission_routes import add_permissions
from sandbox.jira.routing import Routes
from sandbox.jira.search_routes import add_search
from sandbox.jira.status_routes import add_statuses
from sandbox.jira.webhook_routes import add_webhooks
from sandbox.stand import Stand, new_app

READING = frozenset({"GET", "HEAD", "OPTIONS"})


def create_app(stand: Stand, issues: Issues) -> Flask:
    """Jira's REST API version 2, `latest`, and what of version 3 Cloud needs."""
    app = new_app(stand)
    routes = Routes(app, stand, cloud=issues.cloud)
    for add in (add_meta, add_permissions, add_statuses, add_issues, add_comments, add_search):
        add(routes, issues)
    add_webhooks(app, issues)
    if issues.cloud:
        _limit_writes(app, issues)

    @app.get("/rest/applinks/latest/listApplicationlinks")
    def application_links() -> Response:
        refuse(403, "You do not have permission to see application links.")  # the jira library asks, and can do without

    return app


def _limit_writes(app: Flask, issues: Issues) -> None:
    @app.before_request
    def count() -> None:
        parts = request.path.split("/")
        if request.method in READING or parts[4:5] != ["issue"] or len(parts) < 6:
            return
        known = issues.stand.state["issues"].get(parts[5].upper())
        issues.limit.count(known["id"] if known else parts[5])
