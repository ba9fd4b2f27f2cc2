"""Finding groups, people and services by what the roster and the policy call them; never by likeness."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from connectors.cache import Cache
from connectors.failures import PlatformError
from connectors.servicenow.api import TableApi, UnsafeValueError
from core.model import Person

SYS_ID = re.compile(r"[0-9a-f]{32}")
THINGS = {"business_service": "cmdb_ci_service", "cmdb_ci": "cmdb_ci"}
"""Reference fields that take a name here, and the tables where it is looked up."""


@dataclass(frozen=True, slots=True)
class Found:
    """A sys_id, or "" and a sentence that says why there is none."""

    sys_id: str = ""
    warning: str = ""


class Directory:
    """Look-ups on one instance, cached; unknown ones are warnings, an unreachable platform raises `PlatformError`."""

    def __init__(self, api: TableApi, name: str) -> None:
        self._api = api
        self._name = name
        self._cache: Cache[tuple[str, ...]] = Cache()

    def group(self, group: str) -> Found:
        """An assignment group by its name (or sys_id)."""
        return self._by_name("sys_user_group", group, f"There is no group called {group!r} on {self._name}.")

    def thing(self, field: str, name: str) -> Found:
        """A business service or configuration item by its name (or sys_id)."""
        return self._by_name(THINGS[field], name, f"There is no {THINGS[field]} called {name!r} on {self._name}.")

    def person(self, person: Person) -> Found:
        """A person by the account that the roster names for this platform, otherwise by e-mail."""
        account = person.accounts.get(self._name, "")
        if SYS_ID.fullmatch(account):
            return Found(account)
        if account:
            return self._user(person, "user_name", account)
        found = [self._user(person, "email", email) for email in person.emails]
        if not found:
            return Found(warning=f"{person.name} has neither an e-mail nor an account on {self._name} on the roster.")
        return next((one for one in found if one.sys_id), found[0])

    def _user(self, person: Person, field: str, value: str) -> Found:
        missing = f"{value} has no active account on {self._name}."
        several = f"{value} has several accounts on {self._name}; name one under {person.id}'s accounts on the roster."
        wanted = {field: value, "active": "true"}
        return self._one(("sys_user", field, value.casefold()), "sys_user", wanted, missing, several)

    def _by_name(self, table: str, name: str, missing: str) -> Found:
        if SYS_ID.fullmatch(name):
            return Found(name)
        several = f"Several records of {table} on {self._name} are called {name!r}; give the sys_id of one."
        return self._one((table, "name", name.casefold()), table, {"name": name}, missing, several)

    def _one(self, key: tuple[str, ...], table: str, wanted: dict[str, str], missing: str, several: str) -> Found:
        """The only record with those values."""
        try:
            ids = self._cache.get(key, self._look_up(table, wanted)) or ()
        except UnsafeValueError:
            return Found(warning=f"{missing[:-1]}: it holds characters that cannot be looked up.")
        except PlatformError as error:
            if not error.permanent:
                raise
            return Found(warning=f"{error.message} Let the integration user read {table}.")
        if len(ids) == 1:
            return Found(ids[0])
        return Found(warning=several if ids else missing)

    def _look_up(self, table: str, wanted: dict[str, str]) -> Callable[[], tuple[str, ...]]:
        return lambda: tuple(str(row["sys_id"]) for row in self._api.find(table, ["sys_id"], wanted))
