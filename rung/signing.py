"""The settings for signing in: how each is read, whether they make a whole, and what is made of them."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

if TYPE_CHECKING:
    from core.model import Role
    from rung.settings import Settings

_HERE = {"localhost", "127.0.0.1", "::1"}


def parts(address: str) -> SplitResult:
    """The parts of an address, none where it can be none: what `urlsplit` raises then can hold its password."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def issuer(text: str) -> str:
    """An issuer's address; raises `ValueError`."""
    address = parts(text)
    here = address.hostname in _HERE
    fine = (address.scheme == "https" or (address.scheme == "http" and here)) and bool(address.hostname)
    if text and (not fine or address.query or address.fragment or address.username or address.password):
        raise ValueError("an address like https://login.example.com/realms/main; plain http is for this machine alone")
    return text


def scopes(text: str) -> str:
    """Words, one of them openid; raises `ValueError`."""
    if "openid" not in text.split():
        raise ValueError("words with spaces between them, one of them openid")
    return " ".join(text.split())


def roles(text: str) -> str:
    """The text, if it tells roles of groups; raises `ValueError`."""
    role_map(text)
    return text


def role_map(text: str) -> dict[str, Role]:
    """What each group may do, of "group=role; group=role"; raises `ValueError`. A group's name may hold "=" and ","."""
    from core.model import Role

    found: dict[str, Role] = {}
    for piece in filter(None, (one.strip() for one in re.split(r"[;\n]", text))):
        group, _, role = (one.strip() for one in piece.rpartition("="))
        if not group or role not in set(Role):
            raise ValueError(f"like oncall=responder; platform=admin; *=viewer, with the roles {', '.join(Role)}")
        found[group] = max(found.get(group, Role(role)), Role(role), key=list(Role).index)
    return found


def networks(text: str) -> str:
    """Networks with spaces between them; raises `ValueError`."""
    for one in text.replace(",", " ").split():
        try:
            ipaddress.ip_network(one)
        except ValueError:
            raise ValueError("networks like 10.0.0.0/8 fd00::/8, with spaces between them") from None
    return " ".join(text.replace(",", " ").split())


def missing(settings: Settings) -> str:
    """Why the settings for signing in make no whole, as a sentence; "" if they do."""
    parts = {"RUNG_OIDC_CLIENT_ID": settings.oidc_client_id, "RUNG_OIDC_ROLES": settings.oidc_roles}
    if not settings.oidc_issuer:
        given = [name for name, value in parts.items() if value]
        if given:
            return f"{given[0]} is set, but RUNG_OIDC_ISSUER is not: name the issuer, or remove it."
        return ""
    for name, value in parts.items():
        if not value:
            return f"RUNG_OIDC_ISSUER is set, but {name} is not: see docs/sign-in.md."
    address = urlsplit(settings.public_url)
    here = address.hostname in _HERE
    if address.path or address.query or not (address.scheme == "https" or here):
        return (
            f"People cannot sign in at {settings.public_url!r}: with RUNG_OIDC_ISSUER, RUNG_PUBLIC_URL must be an "
            "address like https://rung.example.com, without a path."
        )
    return ""
