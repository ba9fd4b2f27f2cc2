"""Priorities, statuses, transitions and fields of the stand-in's projects. All ids are strings, as Jira sends them."""

from dataclasses import dataclass

from sandbox.store import Json

PRIORITIES = {"1": "Highest", "2": "High", "3": "Medium", "4": "Low", "5": "Lowest"}
STATUSES = {"10000": "To Do", "3": "In Progress", "10001": "Done"}
CATEGORIES: dict[str, Json] = {
    "10000": {"id": 2, "key": "new", "colorName": "blue-gray", "name": "To Do"},
    "3": {"id": 4, "key": "indeterminate", "colorName": "yellow", "name": "In Progress"},
    "10001": {"id": 3, "key": "done", "colorName": "green", "name": "Done"},
}
RESOLUTIONS = {"10000": "Done", "10001": "Won't Do", "10002": "Duplicate", "10003": "Cannot Reproduce"}
TYPES = {"10001": "Task", "10002": "Incident", "10003": "Bug"}
FIRST_STATUS, DONE = "10000", "10001"
DEFAULT_PRIORITY, DEFAULT_RESOLUTION = "3", "10000"


@dataclass(frozen=True, slots=True)
class Transition:
    """A step of the workflow between two statuses; `resolves` has a screen with the resolution."""

    id: str
    name: str
    source: str
    target: str
    resolves: bool = False


TRANSITIONS = (
    Transition("11", "Start progress", "10000", "3"),
    Transition("21", "Done", "3", "10001", resolves=True),
    Transition("31", "Stop progress", "3", "10000"),
    Transition("41", "Reopen", "10001", "3"),
    Transition("51", "Back to do", "10001", "10000"),
)
FIELD_TYPES = {
    "summary": "string",
    "description": "string",
    "environment": "string",
    "priority": "priority",
    "labels": "array",
    "assignee": "user",
    "reporter": "user",
    "duedate": "date",
    "issuetype": "issuetype",
    "project": "project",
    "status": "status",
    "resolution": "resolution",
    "created": "datetime",
    "updated": "datetime",
    "resolutiondate": "datetime",
    "creator": "user",
    "comment": "comments-page",
}
EDITABLE = (
    "summary",
    "description",
    "environment",
    "priority",
    "labels",
    "assignee",
    "reporter",
    "duedate",
    "issuetype",
)
NAMES = {"issuetype": "Issue Type", "duedate": "Due date", "resolutiondate": "Resolved"}


def field_name(field: str) -> str:
    """What people call a field."""
    return NAMES.get(field, field.capitalize())
