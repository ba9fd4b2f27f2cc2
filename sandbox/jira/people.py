"""Things that people do in Jira's own pages, and what the tests may ask about the issues afterwards."""

from typing import Any

from sandbox.jira.attachments import attach
from sandbox.jira.issues import Issues
from sandbox.jira.render import is_internal
from sandbox.jira.schema import CATEGORIES, PRIORITIES, RESOLUTIONS, STATUSES, TYPES
from sandbox.seed import Person
from sandbox.store import Json


def act(issues: Issues, told: Json) -> Json:
    """Do something as a person; the answer is the issue afterwards.

    `do`: `create` (project, fields), `edit` (fields), `assign` (to: user name, or None for nobody), `transition`
    (to: a status's or a transition's name), `comment` (text, internal, visibility: a role), `edit_comment` (comment:
    its id, text), `delete_comment` (comment), `attach` (file, size), `delete`. `who` is a user name, `key` names the
    issue. Priorities and types may be given by name, people by user name. Raises RefusedError, or ValueError for
    what cannot be done.
    """
    person = issues.stand.seed.by_name.get(str(told.get("who")))
    if person is None:
        raise ValueError(f"nobody is called {told.get('who')!r} in the seed")
    if told.get("do") == "create":
        fields = {"issuetype": "Task", **told.get("fields", {}), "project": {"key": told.get("project", "OPS")}}
        return shown(issues.create({"fields": _meant(issues, fields)}, person))
    issue = _find(issues, str(told.get("key")))
    _do(issues, issue, told, person)
    return shown(issue)


def _do(issues: Issues, issue: Json, told: Json, person: Person) -> None:
    match told.get("do"):
        case "edit":
            issues.edit(issue, {"fields": _meant(issues, told["fields"])}, person)
        case "assign":
            issues.assign(issue, _user(issues, told.get("to")), person)
        case "transition":
            issues.move(
                issue, _step(issues, issue, str(told["to"])), {"fields": _meant(issues, told.get("fields", {}))}, person
            )
        case "comment":
            internal = [{"key": "sd.public.comment", "value": {"internal": True}}] if told.get("internal") else []
            limited = {"type": "role", "value": told["visibility"]} if told.get("visibility") else None
            issues.add_comment(issue, {"body": told["text"], "properties": internal, "visibility": limited}, person)
        case "edit_comment":
            issues.edit_comment(issue, _said(issue, told), {"body": told["text"]}, person)
        case "delete_comment":
            issues.delete_comment(issue, _said(issue, told), person)
        case "attach":
            attach(issues, issue, told, person)
        case "delete":
            issues.delete(issue, person)
        case other:
            raise ValueError(f"nobody can do {other!r} here")


def everything(issues: Issues, key: str | None) -> Json:
    """All issues with their history, or the one with this key."""
    return {"issues": [shown(one) for one in ([_find(issues, key)] if key else issues.all())]}


def shown(issue: Json) -> Json:
    """An issue as it is kept, with names instead of ids. People are user names, times epoch seconds.

    Shape: id, key, project, summary, description, issuetype, priority, status, status_category, resolution,
    assignee, reporter, creator, labels, created, updated, resolved; comments [{id, at, by, text, internal,
    properties}], properties, remote_links, history [{at, by, items}].
    """
    kept = ("id", "key", "project", "summary", "description", "assignee", "reporter", "creator", "labels")
    plain = {
        name: issue[name] for name in (*kept, "created", "updated", "resolved", "duedate", "properties", "history")
    }
    status, resolution = issue["status"], issue["resolution"]
    named = {
        "issuetype": TYPES[issue["issuetype"]],
        "priority": PRIORITIES[issue["priority"]],
        "status": STATUSES[status],
    }
    named |= {"status_category": CATEGORIES[status]["key"], "resolution": RESOLUTIONS[resolution] if resolution else ""}
    return {**plain, **named, "comments": [_comment(one) for one in issue["comments"]], "remote_links": issue["links"]}


def _comment(comment: Json) -> Json:
    about = {"id": comment["id"], "at": comment["created"], "by": comment["author"], "text": comment["body"]}
    return {**about, "internal": is_internal(comment), "properties": comment["properties"]}


def _said(issue: Json, told: Json) -> Json:
    for comment in issue["comments"]:
        if comment["id"] == str(told.get("comment")):
            found: Json = comment
            return found
    raise ValueError(f"{issue['key']} has no comment {told.get('comment')}")


def _find(issues: Issues, key: str) -> Json:
    for issue in issues.all():
        if key in {issue["key"], issue["id"]}:
            return issue
    raise ValueError(f"there is no issue {key}")


def _meant(issues: Issues, fields: Json) -> Json:
    named = ("priority", "issuetype", "resolution")
    return {name: _one(issues, name, value, named) for name, value in fields.items()}


def _one(issues: Issues, name: str, value: Any, named: tuple[str, ...]) -> Any:
    if isinstance(value, str) and name in named:
        return {"name": value}
    return _user(issues, value) if name in {"assignee", "reporter"} else value


def _user(issues: Issues, name: str | None) -> Json:
    key = "accountId" if issues.cloud else "name"
    if name is None:
        return {key: None}
    person = issues.stand.seed.by_name.get(name)
    if person is None:
        raise ValueError(f"nobody is called {name!r} in the seed")
    return {key: person.account_id if issues.cloud else person.user_name}


def _step(issues: Issues, issue: Json, to: str) -> str:
    steps = issues.transitions(issue)
    for step in steps:
        if to.lower() in {step.name.lower(), STATUSES[step.target].lower()}:
            return step.id
    possible = ", ".join(f"{step.name} (to {STATUSES[step.target]})" for step in steps)
    raise ValueError(f"{issue['key']} is in {STATUSES[issue['status']]}; it can take: {possible}")
