"""How people come to the console, by the settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import console
from console.peers import NO_PROXIES
from rung.settings import Settings
from rung.signing import role_map


@dataclass(frozen=True, slots=True)
class Entrance:
    """How people come to the console: how they sign in, None where nobody does, and the proxies before us."""

    sign_in: console.SignIn | None = None
    peers: console.Peers = NO_PROXIES


AT_THE_MACHINE = Entrance()
"""Only for whoever sits at the machine that Rung runs on."""


def entrance(settings: Settings) -> Entrance:
    """The entrance that the settings ask for."""
    return Entrance(_sign_in(settings), console.Peers.of(settings.trusted_proxies))


def _sign_in(settings: Settings) -> console.SignIn | None:
    """How people sign in; None where the settings name no issuer."""
    if not settings.oidc_issuer:
        return None
    from connectors import oidc  # which loads Authlib, for this alone

    config = oidc.OidcConfig(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        secret=settings.oidc_client_secret,
        redirect_uri=f"{settings.public_url}/sign-in/back",
        scopes=settings.oidc_scopes,
        groups_claim=settings.oidc_groups_claim,
        email_claim=settings.oidc_email_claim,
        ca_file=str(settings.oidc_ca_file or ""),
    )
    life = timedelta(hours=settings.session_hours)
    return console.SignIn(oidc.build(config), role_map(settings.oidc_roles), life)
