"""Settings from the environment: one table of them all, and the value they make."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from rung import signing


class SettingsError(Exception):
    """A setting has a value that cannot be used. The message is one sentence that names it and what it may be."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its environment variable, its default as text, what it means, and how its text is read.

    `read` raises `ValueError` whose text completes "it must be ...". A `secret` one is never shown as it is, but as
    `hide` makes it.
    """

    name: str
    default: str
    meaning: str
    read: Callable[[str], Any]
    secret: bool = False
    hide: Callable[[str], str] = lambda text: without_password(text) if "://" in text else "***"

    @property
    def field(self) -> str:
        """The attribute of `Settings` that holds it."""
        return self.name.removeprefix("RUNG_").lower()


def _number(smallest: int, largest: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        value = int(text) if text.isascii() and text.isdigit() else smallest - 1
        if not smallest <= value <= largest:
            raise ValueError(f"a whole number from {smallest} to {largest}")
        return value

    return read


def _days(smallest: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        value = int(text) if text.isascii() and text.isdigit() else -1
        if value and not smallest <= value <= 36500:
            raise ValueError(f"a number of days from {smallest} to 36500, or 0 for ever")
        return value

    return read


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"one of {', '.join(words)}")
        return text

    return read


def _folder(text: str) -> Path | None:
    return Path(text).expanduser() if text else None


def _database_url(text: str) -> str:
    """Any of the usual spellings, as libpq's."""
    if not text:
        return ""
    from sqlalchemy.engine import make_url  # which takes its time to load, for those who name one
    from sqlalchemy.exc import ArgumentError

    scheme, _, rest = text.partition("://")
    try:
        if scheme in {"postgresql", "postgres", "postgresql+psycopg"} and rest:
            make_url(f"postgresql://{rest}")
            return f"postgresql://{rest}"
    except (ValueError, ArgumentError):
        pass  # a port that is no number, say; the words of this error can hold the password
    raise ValueError("an address like postgresql://user:password@host:5432/rung")


def _redis_url(text: str) -> str:
    if not text:
        return ""
    from rung.redisurl import checked  # which loads redis, for those who name one

    return checked(text)


def _host(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.-]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*", text):
        raise ValueError("an address of this machine like 127.0.0.1, 0.0.0.0 or ::, without a port")
    return text


def _public_url(text: str) -> str:
    address = signing.parts(text)
    if text and (address.scheme not in {"http", "https"} or not address.hostname or "@" in address.netloc):
        raise ValueError("an address like https://rung.example.com")
    return text.rstrip("/")


def _heartbeat_url(text: str) -> str:
    address = signing.parts(text)
    if text and (address.scheme not in {"http", "https"} or not address.hostname):
        raise ValueError("an address like https://watch.example.com/ping/KEY")
    return text


def _server_alone(text: str) -> str:
    """An address of which any part may be a secret."""
    return f"{urlsplit(text).scheme}://{urlsplit(text).hostname}/***"


def _secret_key(text: str) -> str:
    if text and len(text) < 32:
        raise ValueError("at least 32 random characters (`python3 -c 'import secrets; print(secrets.token_hex(32))'`)")
    return text


SETTINGS = (
    Setting("RUNG_HOME", ".rung", "Folder for the embedded servers' data, the secret key and run.json.", Path),
    Setting(
        "RUNG_DATABASE_URL", "", "PostgreSQL to use; without it `rung up` runs its own.", _database_url, secret=True
    ),
    Setting(
        "RUNG_REDIS_URL",
        "",
        "Redis to use, or the Sentinels that know it; without it `rung up` runs its own.",
        _redis_url,
        secret=True,
    ),
    Setting("RUNG_CONFIG", "", "Folder of configuration documents that `rung up` applies when it starts.", _folder),
    Setting("RUNG_HOST", "127.0.0.1", "Address that the web role listens on.", _host),
    Setting("RUNG_PORT", "8321", "Port that the web role listens on.", _number(1, 65535)),
    Setting(
        "RUNG_PUBLIC_URL",
        "",
        "Address under which people reach the board, for links in messages; default http://HOST:PORT.",
        _public_url,
    ),
    Setting(
        "RUNG_SECRET_KEY",
        "",
        "Signs links; the same for every role. Without it one is made in RUNG_HOME/secret.key.",
        _secret_key,
        secret=True,
    ),
    Setting(
        "RUNG_OIDC_ISSUER",
        "",
        "OpenID Connect issuer at which people sign in; without it the console answers this machine only.",
        signing.issuer,
    ),
    Setting("RUNG_OIDC_CLIENT_ID", "", "What the issuer knows Rung as.", str),
    Setting(
        "RUNG_OIDC_CLIENT_SECRET",
        "",
        "The secret that goes with it; none for a public client.",
        str,
        secret=True,
        hide=lambda _: "***",
    ),
    Setting("RUNG_OIDC_SCOPES", "openid email profile", "Scopes that are asked for at sign-in.", signing.scopes),
    Setting("RUNG_OIDC_GROUPS_CLAIM", "groups", "Claim that tells people's groups, or its path with dots.", str),
    Setting("RUNG_OIDC_EMAIL_CLAIM", "email", "Claim that tells the address by which the roster knows them.", str),
    Setting(
        "RUNG_OIDC_ROLES",
        "",
        "What each group may do, like oncall=responder; platform=admin; * stands for everybody who signs in.",
        signing.roles,
    ),
    Setting("RUNG_OIDC_CA_FILE", "", "PEM bundle to trust for the issuer in place of the usual one.", _folder),
    Setting("RUNG_SESSION_HOURS", "12", "Hours after which people sign in anew.", _number(1, 168)),
    Setting(
        "RUNG_TRUSTED_PROXIES",
        "",
        "Networks whose proxies are believed when they tell who asked, and whether by https.",
        signing.networks,
    ),
    Setting("RUNG_TIME_FILE", "", "JSON file that makes the policy's time run faster, for demonstrations.", _folder),
    Setting(
        "RUNG_LOG",
        "auto",
        "Form of the logs: text, json, or auto (text on a terminal).",
        _one_of("auto", "json", "text"),
    ),
    Setting(
        "RUNG_LOG_LEVEL",
        "info",
        "Least severe level that is logged.",
        _one_of("debug", "info", "warning", "error"),
    ),
    Setting(
        "RUNG_METRICS_PORT",
        "0",
        "Port at which a worker or clock answers /healthz, /readyz and /metrics; 0 for none. Under `rung up` it is the "
        "first worker's; the other workers and the clock have the next ones.",
        _number(0, 65535),
    ),
    Setting(
        "RUNG_HEARTBEAT_URL",
        "",
        "Address that the clock calls while Rung does its job, so that something outside notices when it does not.",
        _heartbeat_url,
        secret=True,
        hide=_server_alone,
    ),
    Setting("RUNG_HEARTBEAT_SECONDS", "60", "Seconds from one such call to the next.", _number(10, 3600)),
    Setting("RUNG_MAIL_HOST", "127.0.0.1", "Address at which the mail role listens.", _host),
    Setting("RUNG_MAIL_PORT", "8325", "Port at which the mail role listens.", _number(1, 65535)),
    Setting("RUNG_MAIL_CERTIFICATE", "", "PEM file of the certificate with which mail may be encrypted.", _folder),
    Setting("RUNG_MAIL_KEY", "", "PEM file of that certificate's key, where it is in another file.", _folder),
    Setting("RUNG_WEB_THREADS", "8", "Threads of the web role that serve requests.", _number(1, 256)),
    Setting("RUNG_WORKERS", "2", "Worker processes that `rung up` starts.", _number(1, 64)),
    Setting(
        "RUNG_WORKER_THREADS",
        "8",
        "Write-backs that one worker has under way at once for each platform, and beside them as many messages.",
        _number(1, 64),
    ),
    Setting(
        "RUNG_LEASE_SECONDS",
        "30",
        "Seconds after which a dead worker's work is taken up by another; a living one keeps renewing its lease.",
        _number(10, 3600),
    ),
    Setting(
        "RUNG_POOL_SIZE",
        "8",
        "Database connections that one process keeps; in a rush it opens as many again.",
        _number(1, 100),
    ),
    Setting(
        "RUNG_KEEP_DELIVERIES_DAYS",
        "90",
        "Days that deliveries are kept which were applied or declined; 0 for ever.",
        _days(7),
    ),
    Setting(
        "RUNG_KEEP_FAILED_DAYS",
        "365",
        "Days that deliveries are kept which were not understood or failed, to be replayed; 0 for ever.",
        _days(7),
    ),
    Setting(
        "RUNG_KEEP_TICKETS_DAYS",
        "0",
        "Days after its last change that a closed ticket is kept, with its timeline and write-backs; 0 for ever.",
        _days(30),
    ),
    Setting(
        "RUNG_KEEP_UNKNOWNS_DAYS",
        "365",
        "Days that words, people and groups which nobody knows are kept after they were last met; 0 for ever.",
        _days(1),
    ),
    Setting(
        "RUNG_KEEP_TOKENS_DAYS",
        "365",
        "Days that API tokens are listed after they expired or were revoked; 0 for ever.",
        _days(1),
    ),
    Setting(
        "RUNG_GRACE_SECONDS",
        "10",
        "Seconds that a role has to finish what it is at when it is asked to stop; the rest is handed back to others.",
        _number(0, 600),
    ),
)
"""Every setting there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the environment says; see `SETTINGS` for each one's meaning. Its repr shows no password and no key."""

    home: Path
    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    config: Path | None
    host: str
    port: int
    public_url: str
    secret_key: str = field(repr=False)
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: str = field(repr=False)
    oidc_scopes: str
    oidc_groups_claim: str
    oidc_email_claim: str
    oidc_roles: str
    oidc_ca_file: Path | None
    session_hours: int
    trusted_proxies: str
    time_file: Path | None
    log: Literal["auto", "json", "text"]
    log_level: Literal["debug", "info", "warning", "error"]
    metrics_port: int
    heartbeat_url: str = field(repr=False)
    heartbeat_seconds: int
    mail_host: str
    mail_port: int
    mail_certificate: Path | None
    mail_key: Path | None
    web_threads: int
    workers: int
    worker_threads: int
    lease_seconds: int
    pool_size: int
    keep_deliveries_days: int
    keep_failed_days: int
    keep_tickets_days: int
    keep_unknowns_days: int
    keep_tokens_days: int
    grace_seconds: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read them all; raises `SettingsError` for the first wrong one. An empty variable counts as not set."""
        given = os.environ if environment is None else environment
        settings = cls(**{setting.field: _read(setting, given) for setting in SETTINGS})
        if not settings.public_url:
            host = f"[{settings.host}]" if ":" in settings.host else settings.host
            settings = replace(settings, public_url=f"http://{host}:{settings.port}")
        if wrong := signing.missing(settings):
            raise SettingsError(wrong)
        return replace(settings, home=settings.home.expanduser().absolute())

    def key(self) -> str:
        """The key that signs links: RUNG_SECRET_KEY, or the one in home/secret.key, which is made when missing."""
        return self.secret_key or _kept_key(self.home / "secret.key")

    def environment(self) -> dict[str, str]:
        """The environment from which these very settings are read: for processes of ours."""
        values = {setting.name: getattr(self, setting.field) for setting in SETTINGS}
        return {name: "" if value is None else str(value) for name, value in values.items()}

    def shown(self) -> dict[str, str]:
        """Every setting's value as people may see it."""
        return {setting.name: _shown(setting, getattr(self, setting.field)) for setting in SETTINGS}


def without_password(url: str) -> str:
    """A URL that can be shown: its password, and the value of any parameter called so, replaced by ***."""
    return re.sub(r"(?i)(?<=[?&])([^=&]*password)=[^&\s]*", r"\1=***", re.sub(r"(://[^:@/\s]*):\S*@", r"\1:***@", url))


def _read(setting: Setting, environment: Mapping[str, str]) -> Any:
    text = environment.get(setting.name, "").strip() or setting.default
    try:
        return setting.read(text)
    except ValueError as error:
        shown = "what it is set to" if setting.secret else repr(without_password(text))
        raise SettingsError(f"{setting.name} cannot be {shown}: it must be {error}.{_linked(text)}") from None


def _linked(text: str) -> str:
    """Where a value comes from that nobody set: in a namespace with a Service called rung RUNG_PORT is an address."""
    linked = text.startswith(("tcp://", "udp://"))
    return " Kubernetes sets it for a Service of that name: say enableServiceLinks: false." if linked else ""


def _shown(setting: Setting, value: object) -> str:
    if value is None or value == "":
        return ""
    return setting.hide(str(value)) if setting.secret else str(value)


def _kept_key(path: Path) -> str:
    """The key in that file. Two processes that make it at once agree: the file appears complete or not at all."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
        try:
            path.hardlink_to(fresh)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    key = path.read_text().strip()
    if not key:
        raise SettingsError(f"{path} is empty; remove it to have a new key made (links sent before stop working).")
    return key
