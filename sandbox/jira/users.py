"""People as Jira shows and finds them: by accountId on Cloud, by name on Data Center."""

from typing import Any

from sandbox.jira.errors import refuse
from sandbox.seed import Person
from sandbox.stand import Stand
from sandbox.store import Json

STRICT = "'accountId' must be the only user identifying query parameter in GDPR strict mode."


class Users:
    """The accounts of one Jira. `cloud` decides how they are named."""

    def __init__(self, stand: Stand, *, cloud: bool) -> None:
        self._stand, self.cloud = stand, cloud

    def shown(self, user_name: str | None, *, webhook: bool = False) -> Json | None:
        """A user as JSON. Cloud leaves the e-mail out where a person hides it, and in webhooks always."""
        person = self._stand.seed.by_name.get(user_name or "")
        if person is None:
            return None
        about: Json = {
            "displayName": person.name,
            "active": person.active,
            "timeZone": person.time_zone,
            "avatarUrls": {},
        }
        base = f"{self._stand.base_url}/rest/api/2/user"
        if not self.cloud:
            known = {"name": person.user_name, "key": person.user_name, "emailAddress": person.email}
            return {"self": f"{base}?username={person.user_name}", **known, **about}
        email = {} if person.hide_email or webhook else {"emailAddress": person.email}
        account = {"accountId": person.account_id, "accountType": "atlassian"}
        return {"self": f"{base}?accountId={person.account_id}", **account, **email, **about}

    def key_of(self, user_name: str | None) -> str | None:
        """How a changelog names the user: accountId on Cloud, key on Data Center."""
        person = self._stand.seed.by_name.get(user_name or "")
        return None if person is None else person.account_id if self.cloud else person.user_name

    def named(self, value: Any) -> str | None:
        """The user name that `{"accountId": ...}` or `{"name": ...}` means; None for nobody.

        Raises ValueError with Jira's sentence for an unknown user, or for the wrong kind of name.
        """
        if value is None:
            return None
        if not isinstance(value, dict):
            raise ValueError("data was not an object")  # noqa: TRY004  # Jira's sentence, handled as such
        key = "accountId" if self.cloud else "name"
        if self.cloud and "accountId" not in value:
            raise ValueError(STRICT)
        wanted = value.get(key)
        if wanted in (None, "", "-1"):
            return None
        for person in self._stand.seed.people:
            if person.active and wanted == (person.account_id if self.cloud else person.user_name):
                return person.user_name
        raise ValueError(f"User '{wanted}' does not exist.")

    def search(self, params: dict[str, str]) -> list[Json]:
        """Users whose name or e-mail begins with the text, a page of them. Raises RefusedError for the wrong parameter.

        A hidden e-mail is found on Cloud only when it is given in full (from memory, not from a document).
        """
        text = params.get("query" if self.cloud else "username")
        if self.cloud and "username" in params:
            refuse(400, STRICT)
        if text is None and "accountId" not in params:
            refuse(400, f"The {'query' if self.cloud else 'username'} query parameter was not provided")
        found = [
            one for one in self._stand.seed.people if one.active and self._matches(one, text, params.get("accountId"))
        ]
        start, size = int(params.get("startAt", "0")), int(params.get("maxResults", "50"))
        return [user for one in found[start : start + size] if (user := self.shown(one.user_name))]

    def _matches(self, person: Person, text: str | None, account_id: str | None) -> bool:
        if account_id is not None:
            return person.account_id == account_id
        wanted = (text or "").lower()
        words = [person.name.lower(), *person.name.lower().split()]
        if not self.cloud:
            words += [person.user_name.lower(), person.email.lower()]
        elif not person.hide_email:
            words.append(person.email.lower())
        return any(word.startswith(wanted) for word in words) or wanted == person.email.lower()
