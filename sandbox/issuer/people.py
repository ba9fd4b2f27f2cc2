"""Who can sign in at the stand-in, and what it tells of them."""

from dataclasses import dataclass, field
from typing import Any

CLIENT_ID = "rung"
CLIENT_SECRET = "sandbox-only"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody with an account: `claims` are told in the ID token, `more` by the userinfo endpoint alone."""

    subject: str
    claims: dict[str, Any] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)


def _account(subject: str, name: str, *groups: str) -> Account:
    email = f"{name.lower().replace(' ', '.')}@example.com"
    return Account(subject, {"name": name, "email": email, "email_verified": True, "groups": list(groups)})


PEOPLE = {
    "dana": _account("7d1f-dana", "Dana Reyes", "oncall"),
    "lee": _account("7d1f-lee", "Lee Park", "oncall", "leads"),
    "sam": _account("7d1f-sam", "Sam Okafor", "platform"),
    "ines": _account("7d1f-ines", "Ines Moreau", "readers"),
    "mallory": _account("7d1f-mallory", "Mallory Kent"),
}
"""By what is typed at sign-in."""
