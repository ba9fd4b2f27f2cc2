"""What of an issuer's token is believed, and whom it makes of somebody."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jws import JWSRegistry

from connectors.oidc.asking import RUBBISH
from connectors.oidc.config import OidcConfig
from connectors.oidc.provider import Provider
from core.access import Flow, Identity, SignOnError

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures by a key that only the issuer has. None, and none by a secret that we share, whatever a token says."""
LEEWAY = 60
"""Seconds by which the issuer's clock and ours may differ."""
MOST_GROUPS = 10_000

_LONGEST = 255
_EMAIL = re.compile(r"[^\s@<>\"',;:\\]{1,64}@[^\s@<>\"',;:\\]{1,189}")

TOO_MANY_GROUPS = (
    "The sign-on service did not list your groups because you are in too many. Who runs Rung can have it list only "
    "those that matter to Rung."
)
UNVERIFIED = "The sign-on service has not verified your e-mail address."


def verified(text: object, config: OidcConfig, provider: Provider, flow: Flow, access_token: str) -> Mapping[str, Any]:
    """The claims of an ID token that is the issuer's, for us, for this very sign-in, and in time.

    OpenID Connect Core 1.0, section 3.1.3.7. Raises `SignOnError`.
    """
    if not isinstance(text, str):
        raise SignOnError(RUBBISH, "the token endpoint's answer has no id_token")
    issuer = provider.endpoints().issuer
    options = {
        "iss": {"essential": True, "value": issuer},
        "aud": {"essential": True, "value": config.client_id},
    }
    params = {"nonce": flow.nonce, "client_id": config.client_id, "access_token": access_token}
    try:
        token = _decoded(text, provider)
        claims = CodeIDToken(token.claims, token.header, options, params)
        claims.validate(leeway=LEEWAY)
    except JoseError as error:
        raise SignOnError(RUBBISH, f"the ID token is refused: {error.error}: {_short(error.description)}") from None
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError, OverflowError) as error:
        raise SignOnError(RUBBISH, f"the ID token is refused: {type(error).__name__}") from None
    return dict(claims)


def _decoded(text: str, provider: Provider) -> jwt.Token:
    registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
    try:
        return jwt.decode(text, provider.keys(), registry=registry)
    except InvalidKeyIdError:
        return jwt.decode(text, provider.keys(anew=True), registry=registry)


def subject(claims: Mapping[str, Any]) -> str:
    """The issuer's own id of somebody; raises `SignOnError`."""
    found = claims.get("sub")
    if not isinstance(found, str) or not 0 < len(found) <= _LONGEST or not found.isprintable():
        raise SignOnError(RUBBISH, "the ID token's sub is no id")
    return found


def found_at(claims: Mapping[str, Any], name: str) -> object:
    """A claim by its whole name, or by its path with dots ("realm_access.roles"); None where it is missing."""
    if name in claims:
        return claims[name]
    found: object = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def identity(claims: Mapping[str, Any], config: OidcConfig) -> Identity:
    """Whom the claims speak of."""
    email, why_not = _email(claims, config)
    told = found_at(claims, config.groups_claim)
    lacks = TOO_MANY_GROUPS if told is None and _left_out(claims, config.groups_claim) else why_not
    name = claims.get("name")
    return Identity(
        subject=subject(claims),
        email=email,
        name=_plain(name) if isinstance(name, str) else "",
        groups=_groups(told),
        lacks=lacks,
    )


def _email(claims: Mapping[str, Any], config: OidcConfig) -> tuple[str, str]:
    """The address, and why there is none. Some issuers send the mark as a word; some never send it."""
    found = found_at(claims, config.email_claim)
    if not isinstance(found, str) or not found.isprintable() or not _EMAIL.fullmatch(found):
        return "", ""
    if config.email_claim == "email" and claims.get("email_verified", True) not in (True, "true"):
        return "", UNVERIFIED
    return found, ""


def _groups(told: object) -> frozenset[str]:
    given = [told] if isinstance(told, str) else told if isinstance(told, list) else []
    return frozenset(one for one in given[:MOST_GROUPS] if isinstance(one, str) and one)


def _left_out(claims: Mapping[str, Any], name: str) -> bool:
    """Whether the issuer says that it left the groups out, as Entra ID does for more than 200."""
    elsewhere = claims.get("_claim_names")
    return claims.get("hasgroups") is True or (isinstance(elsewhere, Mapping) and name in elsewhere)


def _plain(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)[:_LONGEST].strip()


def _short(text: object) -> str:
    return _plain(str(text or ""))
