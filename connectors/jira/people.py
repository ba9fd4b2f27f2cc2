"""Finding a person's account: the one that the roster names, or the one with exactly their e-mail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.cache import Cache
from connectors.failures import PlatformError
from connectors.jira.api import JiraApi
from core.model import Person


@dataclass(frozen=True, slots=True)
class Found:
    """How Jira names the account ({"accountId"} or {"name"}), or None and a sentence that says why there is none."""

    account: Mapping[str, str] | None = None
    warning: str = ""


class People:
    """Look-ups on one instance, cached. Jira's own search is fuzzy; only an equal e-mail counts."""

    def __init__(self, api: JiraApi, name: str) -> None:
        self._api = api
        self._name = name
        self._field = "accountId" if api.is_cloud else "name"
        self._cache: Cache[tuple[str, ...]] = Cache()

    def account(self, person: Person) -> Found:
        """The person's account."""
        if known := person.accounts.get(self._name):
            return Found({self._field: known})
        found = [self._by_email(person, email.strip()) for email in person.emails]
        if not found:
            return Found(warning=f"{person.name} has neither an e-mail nor an account on {self._name} on the roster.")
        return next((one for one in found if one.account), found[0])

    def _by_email(self, person: Person, email: str) -> Found:
        try:
            ids = self._cache.get(email.casefold(), lambda: self._look_up(email)) or ()
        except PlatformError as error:
            if not error.permanent:
                raise
            return Found(warning=f"{error.message} Grant Browse users and groups.")
        if len(ids) == 1:
            return Found({self._field: ids[0]})
        why = "has several accounts" if ids else "has no account, or hides its e-mail,"
        advice = f"name the right one under {person.id}'s accounts on the roster"
        return Found(warning=f"{email} {why} on {self._name}; {advice}.")

    def _look_up(self, email: str) -> tuple[str, ...]:
        """The ids of the active accounts with exactly that e-mail."""
        return tuple(
            str(user[self._field])
            for user in self._api.users(email)
            if str(user.get("emailAddress") or "").casefold() == email.casefold()
            and user.get("active") is not False
            and user.get(self._field)
        )
