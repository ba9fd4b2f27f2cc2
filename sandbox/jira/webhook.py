"""The envelopes of Jira's webhooks: `timestamp`, `webhookEvent`, `user`, `issue` and what the event adds."""

from sandbox.jira.render import Render
from sandbox.jira.users import Users
from sandbox.seed import Person
from sandbox.stand import Stand
from sandbox.store import Json

BRIEF = "summary,issuetype,project,assignee,priority,status"
"""The fields of the issue that Cloud puts beside a comment."""


class Envelopes:
    """Builds and fires the webhooks of one change."""

    def __init__(self, stand: Stand, users: Users, render: Render) -> None:
        self._stand, self._users, self._render = stand, users, render

    def created(self, issue: Json, person: Person) -> None:
        """`jira:issue_created`."""
        self._issue_event("jira:issue_created", issue, person, {"issue_event_type_name": "issue_created"})

    def deleted(self, issue: Json, person: Person) -> None:
        """`jira:issue_deleted`."""
        self._issue_event("jira:issue_deleted", issue, person, {})

    def updated(self, issue: Json, entry: Json, person: Person, kind: str) -> None:
        """`jira:issue_updated` with its changelog; `kind` is the issue_event_type_name."""
        change = {"id": entry["id"], "items": entry["items"]}
        self._issue_event("jira:issue_updated", issue, person, {"issue_event_type_name": kind}, {"changelog": change})

    def commented(self, issue: Json, comment: Json, person: Person) -> None:
        """One comment, told twice: `comment_created`, and `jira:issue_updated` without a changelog."""
        self._comment_event("comment_created", issue, comment, person)
        self._issue_comment("issue_commented", issue, comment, person)

    def comment_edited(self, issue: Json, comment: Json, person: Person) -> None:
        """The same pair for a changed comment."""
        self._comment_event("comment_updated", issue, comment, person)
        self._issue_comment("issue_comment_edited", issue, comment, person)

    def comment_deleted(self, issue: Json, comment: Json, person: Person) -> None:
        """The same pair for a comment that is gone, with what it was."""
        self._comment_event("comment_deleted", issue, comment, person)
        self._issue_comment("issue_comment_deleted", issue, comment, person)

    def _issue_comment(self, kind: str, issue: Json, comment: Json, person: Person) -> None:
        shown = self._render.comment(issue, comment, webhook=True)
        self._issue_event("jira:issue_updated", issue, person, {"issue_event_type_name": kind}, {"comment": shown})

    def _comment_event(self, event: str, issue: Json, comment: Json, person: Person) -> None:
        body = self._head(event) | {"comment": self._render.comment(issue, comment, webhook=True)}
        if self._users.cloud:
            body["issue"] = self._render.issue(issue, BRIEF, webhook=True)
        self._stand.hooks.fire(event, body, person.user_name)

    def _issue_event(self, event: str, issue: Json, person: Person, kind: Json, more: Json | None = None) -> None:
        body = self._head(event) | kind
        body["user"] = self._users.shown(person.user_name, webhook=True)
        body["issue"] = self._render.issue(issue, webhook=True)
        self._stand.hooks.fire(event, body | (more or {}), person.user_name)

    def _head(self, event: str) -> Json:
        return {"timestamp": int(self._stand.clock.now() * 1000), "webhookEvent": event}
