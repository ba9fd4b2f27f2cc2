"""What there is to know about an issuer and about us as its client."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcConfig:
    """An issuer, and the client that it knows us as.

    `secret` is "" for a public client. `redirect_uri` is where the issuer sends people back. `groups_claim` and
    `email_claim` name what tells groups and address: the claim's whole name, or its path with dots. `ca_file` is a PEM
    bundle to trust instead of the packaged one. `timeout` is (connect, read) in seconds; a whole answer may take
    `whole` seconds.
    """

    issuer: str
    client_id: str
    secret: str = field(default="", repr=False)
    redirect_uri: str
    scopes: str = "openid email profile"
    groups_claim: str = "groups"
    email_claim: str = "email"
    ca_file: str = ""
    timeout: tuple[float, float] = (3.0, 5.0)
    whole: float = 10.0
