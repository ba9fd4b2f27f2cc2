"""What admins ask a Jira instance while they set it up."""

from __future__ import annotations

from connectors.config import PlatformConfig
from connectors.jira.api import JiraApi
from connectors.jira.fields import fields_of
from core.ports import Admin, PlatformField


def build_admin(config: PlatformConfig) -> Admin:
    """The admin's side of that instance; raises `ValueError` for an auth that Jira does not have."""
    return JiraAdmin(config)


class JiraAdmin:
    """One instance, asked as the integration account."""

    def __init__(self, config: PlatformConfig) -> None:
        self._config = config
        self._api = JiraApi(config)

    def fields(self, collection: str = "") -> tuple[PlatformField, ...]:
        """The fields of a project's issues, `OPS`, or of one of its issue types, `OPS/Incident`, by name."""
        project, _, issue_type = (collection or self._config.project).partition("/")
        return fields_of(self._api, project, issue_type or self._config.issue_type, self._config.name)
