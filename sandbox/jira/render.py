"""Issues and comments as Jira's JSON (version 2, and where asked version 3 with its document format)."""

from datetime import UTC, datetime
from typing import Any

from sandbox.jira.schema import CATEGORIES, PRIORITIES, RESOLUTIONS, STATUSES, TYPES
from sandbox.jira.users import Users
from sandbox.stand import Stand
from sandbox.store import Json


def stamp(moment: float | None) -> str | None:
    """Epoch seconds as Jira writes a time: milliseconds and a zone without a colon."""
    if moment is None:
        return None
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"


def document(text: str | None) -> Json | None:
    """A text in the Atlassian Document Format, a paragraph for each line, as version 3 sends it."""
    if text is None:
        return None
    lines = [
        {"type": "paragraph", "content": [{"type": "text", "text": line}] if line else []} for line in text.split("\n")
    ]
    return {"type": "doc", "version": 1, "content": lines}


class Render:
    """Shows what is kept. `webhook` in its methods leaves people's e-mail out on Cloud."""

    def __init__(self, stand: Stand, users: Users) -> None:
        self._stand, self._users = stand, users

    def link(self, path: str) -> str:
        """An absolute address within the REST API."""
        return f"{self._stand.base_url}/rest/api/2/{path}"

    def one_of(self, kind: str, key: str | None, known: dict[str, str]) -> Json | None:
        """A priority, a resolution or an issue type."""
        if key is None:
            return None
        return {"self": self.link(f"{kind}/{key}"), "id": key, "name": known[key], "description": "", "iconUrl": ""}

    def status(self, key: str) -> Json:
        """A status with its category."""
        category = {"self": self.link(f"statuscategory/{CATEGORIES[key]['id']}"), **CATEGORIES[key]}
        return {**(self.one_of("status", key, STATUSES) or {}), "statusCategory": category}

    def issue_type(self, key: str) -> Json:
        """An issue type."""
        return {**(self.one_of("issuetype", key, TYPES) or {}), "subtask": False}

    def project(self, key: str) -> Json:
        """A project as issues show it. Raises KeyError for an unknown one."""
        known = {one.key: one for one in self._stand.seed.projects}[key]
        about = {"id": known.id, "key": known.key, "name": known.name, "projectTypeKey": "software"}
        return {"self": self.link(f"project/{known.id}"), **about, "simplified": False, "avatarUrls": {}}

    def issue(self, issue: Json, wanted: str = "*all", *, webhook: bool = False, v3: bool = False) -> Json:
        """An issue with the fields that a comma-separated list asks for (`*all`, `*navigable`, `-comment`)."""
        fields = self._fields(issue, webhook=webhook, v3=v3)
        names = [name.strip() for name in wanted.split(",") if name.strip()]
        left_out = {name[1:] for name in names if name.startswith("-")}
        asked = {name for name in names if not name.startswith("-")}
        everything = not asked or "*all" in asked or "*navigable" in asked
        kept = {n: v for n, v in fields.items() if (everything or n in asked) and n not in left_out}
        about = {"id": issue["id"], "self": self.link(f"issue/{issue['id']}"), "key": issue["key"]}
        return {"expand": "changelog,editmeta,operations,renderedFields,transitions", **about, "fields": kept}

    def _fields(self, issue: Json, *, webhook: bool, v3: bool) -> Json:
        def person(name: str | None) -> Json | None:
            return self._users.shown(name, webhook=webhook)

        def text(name: str) -> Any:
            return document(issue[name]) if v3 else issue[name]

        comments = [self.comment(issue, one, webhook=webhook, v3=v3) for one in issue["comments"]]
        page = {"self": self.link(f"issue/{issue['id']}/comment"), "startAt": 0}
        return {
            "summary": issue["summary"],
            "description": text("description"),
            "environment": text("environment"),
            "issuetype": self.issue_type(issue["issuetype"]),
            "project": self.project(issue["project"]),
            "status": self.status(issue["status"]),
            "priority": self.one_of("priority", issue["priority"], PRIORITIES),
            "resolution": self.one_of("resolution", issue["resolution"], RESOLUTIONS),
            "resolutiondate": stamp(issue["resolved"]),
            "assignee": person(issue["assignee"]),
            "reporter": person(issue["reporter"]),
            "creator": person(issue["creator"]),
            "labels": list(issue["labels"]),
            "duedate": issue["duedate"],
            "created": stamp(issue["created"]),
            "updated": stamp(issue["updated"]),
            "components": [],
            "fixVersions": [],
            "versions": [],
            "issuelinks": [],
            "attachment": [self._attachment(one, webhook=webhook) for one in issue.get("attachments", [])],
            "subtasks": [],
            "comment": {**page, "maxResults": len(comments), "total": len(comments), "comments": comments},
        }

    def _attachment(self, one: Json, *, webhook: bool) -> Json:
        """A file's particulars, and the address from which a browser fetches it."""
        about = {"id": one["id"], "filename": one["filename"], "size": one["size"], "created": stamp(one["created"])}
        content = f"{self._stand.base_url}/rest/api/3/attachment/content/{one['id']}"
        return {**about, "author": self._users.shown(one["author"], webhook=webhook), "content": content}

    def comment(
        self, issue: Json, comment: Json, *, webhook: bool = False, v3: bool = False, properties: bool = False
    ) -> Json:
        """A comment. Cloud tells in `jsdPublic` whether a customer of Service Management may see it."""
        shown: Json = {
            "self": self.link(f"issue/{issue['id']}/comment/{comment['id']}"),
            "id": comment["id"],
            "author": self._users.shown(comment["author"], webhook=webhook),
            "body": document(comment["body"]) if v3 else comment["body"],
            "updateAuthor": self._users.shown(comment["update_author"], webhook=webhook),
            "created": stamp(comment["created"]),
            "updated": stamp(comment["updated"]),
        }
        if comment["visibility"]:
            shown["visibility"] = comment["visibility"]
        if properties:
            shown["properties"] = [{"key": key, "value": value} for key, value in comment["properties"].items()]
        if self._users.cloud:
            shown["jsdPublic"] = not is_internal(comment)
        return shown


def is_internal(comment: Json) -> bool:
    """Whether Service Management hides the comment from customers."""
    told = comment["properties"].get("sd.public.comment")
    return isinstance(told, dict) and bool(told.get("internal"))
