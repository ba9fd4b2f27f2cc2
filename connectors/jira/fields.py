"""The fields of a project's issues, as Jira describes them.

`field` names them all; `issue/createmeta/PROJECT/issuetypes/ID` holds those of the create screen, and an issue's
`editmeta` those of the edit screen, with the values that they take; `project/PROJECT/statuses` the statuses of each
issue type. What is on neither screen can only be read. Source: Atlassian's REST API documentation, versions 2 and 3.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches
from typing import Any

from connectors.failures import PlatformError
from connectors.jira.api import JiraApi, Json
from core.ports import Choice, PlatformField

_POINTS_TO = frozenset({"user", "group", "project", "version", "component", "priority", "resolution", "issuetype"})
"""Types of a schema whose values are things of their own."""


def fields_of(api: JiraApi, project: str, issue_type: str, platform: str) -> tuple[PlatformField, ...]:
    """Every field by its id, with what the screens of that issue type say; raises `PlatformError`."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,99}", project):
        name = f"“{project[:80]}” is no project's key" if project else "no project is named"
        raise PlatformError(f"{platform}: {name}; give one such as OPS.", permanent=True)
    create = _create_screen(api, project, issue_type, platform)
    edit = _edit_screen(api, project)
    statuses = _statuses(api, project, issue_type)
    known = {str(one["id"]): one for one in api.get("field") if isinstance(one, dict) and one.get("id")}
    names = sorted({*known, *create, *edit})
    return tuple(_field(name, known.get(name, {}), create.get(name), edit.get(name), statuses) for name in names)


def _create_screen(api: JiraApi, project: str, issue_type: str, platform: str) -> dict[str, Json]:
    types = api.pages(f"issue/createmeta/{project}/issuetypes", "issueTypes", "values")
    ids = {str(one.get("name")): str(one.get("id")) for one in types}
    found = next((ids[name] for name in ids if name.casefold() == issue_type.casefold()), "")
    if not found:
        near = get_close_matches(issue_type, list(ids), 1)
        meant = f"Did you mean “{near[0]}”?" if near else f"There are: {', '.join(ids) or 'none'}."
        message = f"{platform} lets its account create no “{issue_type[:80]}” in {project}. {meant}"
        raise PlatformError(message, permanent=True)
    fields = api.pages(f"issue/createmeta/{project}/issuetypes/{found}", "fields", "values")
    return {str(one.get("fieldId") or one.get("key")): one for one in fields}


def _edit_screen(api: JiraApi, project: str) -> Mapping[str, Json]:
    """The edit screen of the issue that was changed last; empty where there is none, or none may be edited."""
    with suppress(PlatformError):
        found = api.search(f"project = {project} ORDER BY updated DESC")
        return dict(api.editable(found[0])) if found else {}
    return {}


def _statuses(api: JiraApi, project: str, issue_type: str) -> tuple[Choice, ...]:
    """The statuses of that issue type's workflow; a project's other types may have others."""
    for one in api.get(f"project/{project}/statuses"):
        if str(one.get("name")).casefold() == issue_type.casefold():
            return tuple(Choice(str(state.get("id")), str(state.get("name"))) for state in one.get("statuses", ()))
    return ()


def _field(
    name: str, known: Json, create: Json | None, edit: Json | None, statuses: tuple[Choice, ...]
) -> PlatformField:
    screens = [one for one in (create, edit) if one]
    schemas = (one["schema"] for one in (*screens, known) if isinstance(one.get("schema"), dict))
    schema: Mapping[str, Any] = next(schemas, {})
    kind = str(schema.get("type") or "")
    values = next((one["allowedValues"] for one in screens if one.get("allowedValues")), ())
    return PlatformField(
        name=name,
        label=str(next((one["name"] for one in (known, *screens) if one.get("name")), name)),
        type=f"array of {schema['items']}" if kind == "array" and schema.get("items") else kind,
        mandatory=bool(create and create.get("required") and not create.get("hasDefaultValue")),
        read_only=not screens and name != "status",  # a status is on no screen, and is reached by a transition
        reference=_points_to(schema),
        choices=statuses if name == "status" else _choices(values),
        origin=str(schema.get("custom") or ""),
    )


def _points_to(schema: Mapping[str, Any]) -> str:
    inner = str(schema.get("items") if schema.get("type") == "array" else schema.get("type"))
    return inner if inner in _POINTS_TO else ""


def _choices(values: Sequence[Any]) -> tuple[Choice, ...]:
    """Allowed values by id; a value of a cascading field is told with those below it."""
    found = []
    for one in values:
        if isinstance(one, dict) and one.get("id"):
            label = str(one.get("name") or one.get("value") or one["id"])
            found.append(Choice(str(one["id"]), label))
            below = one.get("children")
            inner = below if isinstance(below, list) else ()
            found += [Choice(str(each.get("id")), f"{label} / {each.get('value')}") for each in inner]
    return tuple(found)
