"""A stand-in for an OpenID Connect issuer: discovery, keys, sign-in, tokens, userinfo, sign-out, over real HTTP.

Alone, to look at the console with: `python -m sandbox.issuer --port 9100`. The one client is `rung`, its secret is
public by purpose.
"""

from sandbox.issuer.people import CLIENT_ID, CLIENT_SECRET, PEOPLE, Account
from sandbox.issuer.server import Issuer

__all__ = ["CLIENT_ID", "CLIENT_SECRET", "PEOPLE", "Account", "Issuer"]
