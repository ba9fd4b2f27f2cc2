"""What admins ask a ServiceNow instance while they set it up."""

from __future__ import annotations

from connectors.config import PlatformConfig
from connectors.servicenow.api import TableApi
from connectors.servicenow.dictionary import fields_of
from core.ports import Admin, PlatformField


def build_admin(config: PlatformConfig) -> Admin:
    """The admin's side of that instance; raises `ValueError` for an auth that ServiceNow does not have."""
    return ServiceNowAdmin(config)


class ServiceNowAdmin:
    """One instance, asked through its Table API as the integration user."""

    def __init__(self, config: PlatformConfig) -> None:
        self._config = config
        self._api = TableApi(config)

    def fields(self, collection: str = "") -> tuple[PlatformField, ...]:
        """A table's fields, those of the tables that it extends included, by name."""
        return fields_of(self._api, collection or self._config.table, self._config.name)
