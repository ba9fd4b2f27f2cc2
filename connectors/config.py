"""What a connector is told about its platform: frozen, safe to print, secrets resolved only at use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Secret:
    """A secret that is looked up when it is used, so that a rotated one is found, and that never shows itself.

    `resolve` returns the present value and is called at every `reveal()`; what it raises passes through.
    """

    resolve: Callable[[], str]

    @classmethod
    def of(cls, value: str) -> Secret:
        """A secret whose value is already known."""
        return cls(lambda: value)

    def reveal(self) -> str:
        """The secret itself: hand it to the wire, never to a log, an error or a repr."""
        return self.resolve()

    def __repr__(self) -> str:
        return "Secret(***)"


@dataclass(frozen=True, slots=True)
class Basic:
    """A user name and a password; on Jira Cloud the user is an e-mail address and the password an API token."""

    user: str
    password: Secret


@dataclass(frozen=True, slots=True)
class OAuth:
    """ServiceNow's OAuth: client credentials, or the password grant when `user` and `password` are given."""

    client_id: str
    client_secret: Secret
    user: str = ""
    password: Secret | None = None


@dataclass(frozen=True, slots=True)
class ApiKey:
    """ServiceNow's API key, sent as `x-sn-apikey`."""

    key: Secret


@dataclass(frozen=True, slots=True)
class Bearer:
    """A bearer token: a Jira Data Center personal access token."""

    token: Secret


Auth = Basic | OAuth | ApiKey | Bearer


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformConfig:
    """One platform instance of platforms.yaml.

    `timeout` is (connect, read) in seconds. `ca_file` is a PEM bundle to trust instead of the packaged one; TLS
    verification itself has no switch. `table` is where ServiceNow creates records, `project` and `issue_type` where and
    as what Jira does. `poll_query` narrows what polling sees: an encoded query, or JQL. `options` are further settings
    of a kind, each named in that connector's README.md. Raises `ValueError` when the address is not an http(s) one or
    carries credentials.
    """

    name: str
    kind: str
    url: str
    auth: Auth
    deployment: Literal["cloud", "datacenter"] = "cloud"
    project: str = ""
    issue_type: str = "Incident"
    table: str = "incident"
    timeout: tuple[float, float] = (3.0, 20.0)
    ca_file: str = ""
    poll_query: str = ""
    options: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        address = urlsplit(self.url)
        if address.scheme not in {"http", "https"} or not address.hostname:
            raise ValueError(f"{self.name}: url must begin with https:// (or http://) and name a host.")
        if address.username or address.password:
            raise ValueError(f"{self.name}: url must not hold credentials; give them under auth.")
        object.__setattr__(self, "url", self.url.rstrip("/"))
