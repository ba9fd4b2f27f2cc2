"""The issues: finding them, and changing them as Jira would, with changelog, comments and webhooks."""

import copy
import time
from typing import Any

from sandbox.jira import values
from sandbox.jira.changelog import items_between
from sandbox.jira.errors import not_found, refuse
from sandbox.jira.limits import WriteLimit
from sandbox.jira.render import Render
from sandbox.jira.schema import DEFAULT_PRIORITY, DEFAULT_RESOLUTION, DONE, FIRST_STATUS, TRANSITIONS, Transition
from sandbox.jira.users import Users
from sandbox.jira.webhook import Envelopes
from sandbox.seed import Person
from sandbox.stand import Stand
from sandbox.store import Json

FIRST_ID = 10_000


class Issues:
    """All issues of the stand-in. Methods that change something raise RefusedError, and then nothing was changed."""

    def __init__(self, stand: Stand, *, cloud: bool) -> None:
        self.stand, self.cloud = stand, cloud
        self.users = Users(stand, cloud=cloud)
        self.render = Render(stand, self.users)
        self.limit = WriteLimit()
        self._envelopes = Envelopes(stand, self.users, self.render)
        with stand.store.lock:
            if "issues" not in stand.state:
                self.plant()

    def plant(self) -> None:
        """Begin with no issue."""
        self.stand.state.update({"issues": {}, "ids": {}, "numbers": {}})
        self.limit.clear()
        self.stand.store.changed()

    def all(self) -> list[Json]:
        """Every issue, oldest first."""
        return list(self.stand.state["issues"].values())

    def find(self, key: str) -> Json:
        """An issue by key or id. Raises RefusedError 404."""
        known: Json = self.stand.state["issues"]
        found = known.get(key.upper()) or next((one for one in known.values() if one["id"] == key), None)
        if found is None:
            not_found()
        issue: Json = found
        return issue

    def next_id(self, kind: str) -> str:
        """A fresh id for an issue, a comment, a link or a changelog entry."""
        ids = self.stand.state["ids"]
        ids[kind] = ids.get(kind, FIRST_ID - 1) + 1
        return str(ids[kind])

    def create(self, body: Json, person: Person) -> Json:
        """Create an issue from `fields`, `update` and `properties`."""
        with self.stand.store.lock:
            fields = dict(body.get("fields") or {})
            project = self._project_key(fields.pop("project", None))
            now = self.stand.clock.now()
            issue = _blank(project, person.user_name, now)
            errors = _missing(fields)
            errors |= self._apply(issue, fields, body.get("update") or {})
            if errors:
                refuse(400, errors=errors)
            numbers = self.stand.state["numbers"]
            numbers[project] = numbers.get(project, 0) + 1
            issue |= {"id": self.next_id("issue"), "key": f"{project}-{numbers[project]}"}
            issue["properties"] = {one["key"]: one["value"] for one in body.get("properties") or []}
            self.stand.state["issues"][issue["key"]] = issue
            self._changed(issue)
            self._envelopes.created(issue, person)
            return issue

    def edit(self, issue: Json, body: Json, person: Person, event: str = "issue_updated") -> None:
        """Change fields with `fields` and `update`; comments in `update` are added afterwards."""
        with self.stand.store.lock:
            after = copy.deepcopy(issue)
            update = dict(body.get("update") or {})
            comments = update.pop("comment", [])
            fields = body.get("fields") or {}
            twice = set(fields) & set(update)
            errors = {name: f"Field '{name}' cannot appear in both 'fields' and 'update'" for name in twice}
            errors |= self._apply(after, fields, update)
            if errors:
                refuse(400, errors=errors)
            only_assignee = set(fields) | set(update) == {"assignee"}
            self._commit(issue, after, person, "issue_assigned" if only_assignee else event)
            self._add_comments(issue, comments, person)

    def assign(self, issue: Json, value: Any, person: Person) -> None:
        """Set the assignee to `{"accountId": ...}` or `{"name": ...}`, None in it for nobody."""
        self.edit(issue, {"fields": {"assignee": value}}, person, "issue_assigned")

    def transitions(self, issue: Json) -> list[Transition]:
        """The transitions that the issue's status allows."""
        return [one for one in TRANSITIONS if one.source == issue["status"]]

    def move(self, issue: Json, transition_id: str, body: Json, person: Person) -> None:
        """Take a transition, with the fields of its screen and comments."""
        with self.stand.store.lock:
            step = next((one for one in self.transitions(issue) if one.id == transition_id), None)
            if step is None:
                refuse(400, f"Transition id '{transition_id}' is not valid for this issue.")
            after = copy.deepcopy(issue)
            after["status"] = step.target
            errors = self._screen(after, step, body.get("fields") or {})
            if errors:
                refuse(400, errors=errors)
            after["resolved"] = self.stand.clock.now() if step.target == DONE else None
            after["resolution"] = (after["resolution"] or DEFAULT_RESOLUTION) if step.target == DONE else None
            self._commit(issue, after, person, "issue_generic")
            self._add_comments(issue, (body.get("update") or {}).get("comment", []), person)

    def delete(self, issue: Json, person: Person) -> None:
        """Remove an issue."""
        with self.stand.store.lock:
            del self.stand.state["issues"][issue["key"]]
            self.stand.store.changed()
            self._envelopes.deleted(issue, person)

    def add_comment(self, issue: Json, body: Json, person: Person) -> Json:
        """Add a comment with `body`, `visibility` and `properties`; it is told twice, as comment and as update."""
        with self.stand.store.lock:
            now = self.stand.clock.now()
            comment: Json = {
                "id": self.next_id("comment"),
                "author": person.user_name,
                "update_author": person.user_name,
                "body": comment_text(body),
                "visibility": body.get("visibility"),
                "created": now,
                "updated": now,
                "properties": {one["key"]: one["value"] for one in body.get("properties") or []},
            }
            issue["comments"].append(comment)
            issue["updated"] = now
            self._changed(issue)
            self._envelopes.commented(issue, comment, person)
            return comment

    def edit_comment(self, issue: Json, comment: Json, body: Json, person: Person) -> None:
        """Change a comment's text, visibility or properties."""
        with self.stand.store.lock:
            comment["body"] = comment_text(body)
            comment["visibility"] = body.get("visibility", comment["visibility"])
            comment["properties"] |= {one["key"]: one["value"] for one in body.get("properties") or []}
            comment["updated"] = issue["updated"] = self.stand.clock.now()
            comment["update_author"] = person.user_name
            self._changed(issue)
            self._envelopes.comment_edited(issue, comment, person)

    def delete_comment(self, issue: Json, comment: Json, person: Person) -> None:
        """Take a comment away. Raises RefusedError 400 for another's, unless the person administers the instance."""
        with self.stand.store.lock:
            if comment["author"] != person.user_name and "admin" not in person.roles:
                refuse(400, f"You do not have permission to delete comment with id: {comment['id']}")
            issue["comments"].remove(comment)
            issue["updated"] = self.stand.clock.now()
            self._changed(issue)
            self._envelopes.comment_deleted(issue, comment, person)

    def attached(self, issue: Json, about: Json, entry: Json, person: Person) -> None:
        """Keep a file's particulars, and tell of it."""
        issue.setdefault("attachments", []).append(about)
        issue["history"].append(entry)
        issue["updated"] = entry["at"]
        self._changed(issue)
        self._envelopes.updated(issue, entry, person, "issue_updated")

    def touch(self, issue: Json) -> None:
        """Keep a change that has no changelog and no webhook: properties and remote links."""
        self._changed(issue)

    def _project_key(self, value: Any) -> str:
        for one in self.stand.seed.projects:
            if isinstance(value, dict) and (value.get("key") == one.key or str(value.get("id")) == one.id):
                return one.key
        return refuse(400, errors={"project": "Specify a valid project ID or key"})

    def _apply(self, issue: Json, fields: Json, update: Json) -> dict[str, str]:
        errors: dict[str, str] = {}
        for name, value in fields.items():
            try:
                values.set_field(self.users, issue, name, value)
            except ValueError as wrong:
                errors[name] = str(wrong)
        for name, verbs in update.items():
            try:
                values.apply_verbs(self.users, issue, name, verbs)
            except ValueError as wrong:
                errors[name] = str(wrong)
        return errors

    def _screen(self, issue: Json, step: Transition, fields: Json) -> dict[str, str]:
        errors: dict[str, str] = {}
        for name, value in fields.items():
            if name not in values.SCREEN_SETTERS or not step.resolves:
                errors[name] = values.SCREEN.format(name)
                continue
            try:
                values.SCREEN_SETTERS[name](self.users, issue, value)
            except ValueError as wrong:
                errors[name] = str(wrong)
        return errors

    def _commit(self, issue: Json, after: Json, person: Person, event: str) -> None:
        items = items_between(issue, after, self.users)
        if not items:
            return
        now = self.stand.clock.now()
        entry: Json = {"id": self.next_id("changelog"), "at": now, "by": person.user_name, "items": items}
        after["history"].append(entry)
        after["updated"] = now
        issue.update(after)
        self._changed(issue)
        self._envelopes.updated(issue, entry, person, event)

    def _add_comments(self, issue: Json, operations: Any, person: Person) -> None:
        for operation in operations:
            self.add_comment(issue, operation["add"], person)

    def _changed(self, issue: Json) -> None:
        issue["touched"] = time.time()
        self.stand.store.changed()


def comment_text(body: Json) -> str:
    """The text of a comment's body.

    Raises RefusedError 400 for an empty one or for a document, which is version 3's.
    """
    text = body.get("body")
    if not isinstance(text, str):
        refuse(400, errors={"comment": "Operation value must be a string"})
    if not text.strip():
        refuse(400, errors={"comment": "Comment body can not be empty!"})
    return text


def _missing(fields: Json) -> dict[str, str]:
    errors: dict[str, str] = {}
    if "summary" not in fields:
        errors["summary"] = "You must specify a summary of the issue."
    if "issuetype" not in fields:
        errors["issuetype"] = "Specify an issue type"
    return errors


def _blank(project: str, user_name: str, now: float) -> Json:
    nothing = dict.fromkeys(("summary", "description", "environment", "assignee", "resolution", "resolved", "duedate"))
    people = {"reporter": user_name, "creator": user_name}
    kept: Json = {"project": project, "issuetype": "", "priority": DEFAULT_PRIORITY, "status": FIRST_STATUS}
    lists: Json = {"labels": [], "comments": [], "links": [], "history": [], "properties": {}}
    return {"id": "", "key": "", **kept, **nothing, **people, **lists, "created": now, "updated": now}
