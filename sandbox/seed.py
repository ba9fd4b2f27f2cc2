"""What the sandbox begins with: people, groups, services, projects, credentials, webhook targets (a YAML file)."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from sandbox.store import Json

SEED_FILE = Path(__file__).with_name("seed.yaml")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account on both platforms.

    `password` is also the API token of Jira Cloud, `api_key` the one of Data Center.
    """

    user_name: str
    name: str
    email: str
    sys_id: str
    account_id: str
    password: str
    roles: tuple[str, ...] = ()
    time_zone: str = "UTC"
    hide_email: bool = False
    api_key: str = ""
    active: bool = True
    manager: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A ServiceNow assignment group; `members` are user names."""

    name: str
    sys_id: str
    members: tuple[str, ...]
    manager: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something with a name and a sys_id: a service, a configuration item, a company or a location."""

    name: str
    sys_id: str


@dataclass(frozen=True, slots=True)
class Project:
    """A Jira project. `id` is Jira's numeric id as a string."""

    key: str
    name: str
    id: str


@dataclass(frozen=True, slots=True)
class Seed:
    """Everything in the seed file, with the ids that it leaves out made from the names."""

    people: tuple[Person, ...]
    groups: tuple[Group, ...]
    services: tuple[Thing, ...]
    items: tuple[Thing, ...]
    projects: tuple[Project, ...]
    oauth_clients: tuple[Json, ...]
    servicenow_webhooks: tuple[Json, ...] = ()
    jira_webhooks: tuple[Json, ...] = ()
    jira_search_lag: float = 0.0
    journal_in_webhooks: bool = False
    companies: tuple[Thing, ...] = ()
    locations: tuple[Thing, ...] = ()
    by_name: dict[str, Person] = field(default_factory=dict)


def made_id(kind: str, name: str) -> str:
    """A sys_id (32 hexadecimal digits) that is the same on every start."""
    return hashlib.md5(f"{kind}:{name}".encode(), usedforsecurity=False).hexdigest()


def load_seed(path: Path | None = None) -> Seed:
    """Read a seed file; without one the packaged `seed.yaml`.

    Raises OSError, yaml.YAMLError, KeyError for a broken one.
    """
    return seed_from(yaml.safe_load((path or SEED_FILE).read_text()))


def seed_from(told: Json) -> Seed:
    """Build the seed from the file's content. Raises KeyError when a name is missing."""
    people = tuple(_person(one) for one in told["people"])
    servicenow, jira = told.get("servicenow") or {}, told.get("jira") or {}
    return Seed(
        people=people,
        groups=tuple(_group(one) for one in told.get("groups", [])),
        services=tuple(_thing("cmdb_ci_service", one) for one in told.get("business_services", [])),
        items=tuple(_thing("cmdb_ci", one) for one in told.get("configuration_items", [])),
        companies=tuple(_thing("core_company", one) for one in told.get("companies", [])),
        locations=tuple(_thing("cmn_location", one) for one in told.get("locations", [])),
        projects=tuple(_project(i, one) for i, one in enumerate(jira.get("projects", []))),
        oauth_clients=tuple(servicenow.get("oauth_clients", [])),
        servicenow_webhooks=tuple(servicenow.get("webhooks") or []),
        jira_webhooks=tuple(jira.get("webhooks") or []),
        journal_in_webhooks=bool(servicenow.get("journal_in_webhooks")),
        jira_search_lag=float(jira.get("search_lag_seconds", 0)),
        by_name={one.user_name: one for one in people},
    )


def _person(told: Json) -> Person:
    name = str(told["user_name"])
    made: Json = {
        "email": f"{name}@example.com",
        "sys_id": made_id("sys_user", name),
        "account_id": made_id("account", name)[:24],
        "password": "sandbox-only",
        "api_key": f"sandbox-only-{name}",
    }
    return Person(**{**made, **told, "roles": tuple(told.get("roles", []))})


def _group(told: Json) -> Group:
    name = str(told["name"])
    made: Json = {"sys_id": made_id("sys_user_group", name)}
    return Group(**{**made, **told, "members": tuple(told.get("members", []))})


def _thing(table: str, told: Any) -> Thing:
    told = told if isinstance(told, dict) else {"name": str(told)}
    return Thing(name=told["name"], sys_id=told.get("sys_id") or made_id(table, told["name"]))


def _project(index: int, told: Json) -> Project:
    return Project(key=told["key"], name=told["name"], id=str(told.get("id", 10000 + index)))
