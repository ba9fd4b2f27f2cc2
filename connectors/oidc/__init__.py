"""OpenID Connect: people sign in at an issuer, which tells who they are and in which groups.

`build(config)` gives the `core.access.SignOn`. The protocol's parts are Authlib's; this room bounds what the issuer can
do to us: how long it takes, how much it sends, where it sends us, and what of it is believed.
"""

from connectors.oidc.config import OidcConfig
from connectors.oidc.signon import OidcSignOn

__all__ = ["OidcConfig", "OidcSignOn", "build"]


def build(config: OidcConfig) -> OidcSignOn:
    """The issuer; nothing is asked of it yet."""
    return OidcSignOn(config)
