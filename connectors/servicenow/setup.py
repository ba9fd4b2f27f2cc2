"""What a connection to ServiceNow needs, found out with the smallest calls that prove it; nothing is changed.

ServiceNow shows little to those without rights: a table that may not be read can answer with an empty list instead of
a refusal, so an empty answer is never taken for a proof.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from connectors.config import Basic, OAuth, PlatformConfig
from connectors.failures import PlatformError
from connectors.findings import Finding, Hook, good, guarded, lacking, unsure
from connectors.servicenow.api import Row, TableApi, UnsafeValueError

MESSAGE, RULE = "Rung", "Tell Rung"
"""The names of the outbound REST message and of the Business Rule."""
WRITERS = frozenset({"itil", "sn_incident_write", "list_updater", "admin"})
"""Roles with which incidents can be written and resolved."""
CLOSERS = frozenset({"itil_admin", "admin"})
LOOKED_UP = {
    "sys_user": ("user_name", "email", "finding people"),
    "sys_user_group": ("name", "sys_id", "finding assignment groups"),
}
"""Tables in which names are looked up: the fields that are read, and what for."""
_ADMIN = "a ServiceNow administrator (role admin)"


def check(config: PlatformConfig, hook: Hook | None, admin: PlatformConfig | None = None) -> Iterator[Finding]:
    """Every point of the connection; one that keeps all others from being looked at is the last.

    `admin` is the same instance with an administrator's account, for what only such are shown.
    """
    api, seer = TableApi(config), TableApi(admin or config)
    user = user_of(config)
    try:
        found = api.find("sys_user", ["sys_id", "active"], {"user_name": user}) if user else _signed_in(api)
    except (PlatformError, UnsafeValueError) as error:
        yield lacking(f"{config.url} does not let Rung in.", str(error), _ADMIN)
        return
    yield good(f"Rung signs in at {config.url}.")
    if not user:
        yield lacking(
            "Rung does not know who it is there.", "Name the integration user: user: in platforms.yaml.", "you"
        )
    elif not found:
        remedy = "Correct the name, or let the account read sys_user (user_name, name, email, active)."
        yield lacking(f"sys_user shows no {user}.", remedy, _ADMIN)
    else:
        yield good(f"It is the user {user}.")
        yield from guarded(_roles(seer, user, str(found[0]["sys_id"])))
    for points in (_tables(api, config), _codes(seer, config), _told(seer, config, hook)):
        yield from guarded(points)


def user_of(config: PlatformConfig) -> str:
    """The integration user's name as platforms.yaml tells it; "" where it does not."""
    auth = config.auth
    named = auth.user if isinstance(auth, Basic | OAuth) else ""
    return config.options.get("user", "") or named


def _signed_in(api: TableApi) -> Sequence[Row]:
    """That somebody is let in, where it is not known who."""
    api.find("sys_user_group", ["sys_id"], {"active": "true"})
    return ()


def _roles(api: TableApi, user: str, sys_id: str) -> Iterator[Finding]:
    rows = _shown(api, "sys_user_has_role", ["role.name"], {"user": sys_id})
    roles = {str(row.get("role.name")) for row in rows}
    if not roles:
        remedy = f"Look whether {user} has the role itil, repeat this with --as, or prove it by writing: add --try."
        yield unsure("Roles are shown to administrators only.", remedy, _ADMIN)
        return
    if roles & WRITERS:
        yield good(f"{user} may write and resolve records (role {', '.join(sorted(roles & WRITERS))}).")
    else:
        yield lacking(f"{user} has only: {', '.join(sorted(roles))}.", f"Give {user} the role itil.", _ADMIN)
    if not roles & CLOSERS:
        yield unsure(f"{user} may not close incidents.", "Only if Rung is to close them: the role itil_admin.", _ADMIN)


def _shown(api: TableApi, table: str, fields: Sequence[str], wanted: dict[str, str]) -> Sequence[Row]:
    """What a table shows, nothing where it may not be read."""
    try:
        return api.find(table, fields, wanted)
    except PlatformError as error:
        if error.status not in {400, 401, 403, 404}:
            raise
        return ()


def _tables(api: TableApi, config: PlatformConfig) -> Iterator[Finding]:
    """Whether the tables can be read that Rung reads."""
    for table, (field, other, purpose) in LOOKED_UP.items():
        if _shown(api, table, [field, other], {"active": "true"}):
            yield good(f"It reads {table}.")
        else:
            yield lacking(f"It reads nothing of {table}.", f"Let it read {table}: it is for {purpose}.", _ADMIN)
    if _shown(api, config.table, ["sys_id", "number"], {"active": "true"}):
        yield good(f"It reads {config.table}.")
    else:
        remedy = "Either there is no open record, or the account may not read any. To prove it by writing: add --try."
        yield unsure(f"{config.table} shows it no record.", remedy, _ADMIN)


def _codes(api: TableApi, config: PlatformConfig) -> Iterator[Finding]:
    """Whether the code with which Rung resolves is one of the instance's choices."""
    code = config.options.get("close_code", "")
    if not code:
        yield unsure("platforms.yaml names no close_code.", "Name the one with which Rung resolves.", "you")
        return
    wanted = {"name": config.table, "element": "close_code", "inactive": "false"}
    choices = {str(row.get("value")) for row in _shown(api, "sys_choice", ["value", "label"], wanted)}
    if code in choices:
        yield good(f"Rung resolves with the close code {code}, which the instance has.")
    elif choices:
        remedy = f"Write one of these as close_code in platforms.yaml: {', '.join(sorted(choices))}."
        yield lacking(f"The instance has no close code {code}.", remedy, "you")
    else:
        yield unsure("The choices of close_code are not shown to the account.", f"Look whether {code} is one.", _ADMIN)


def _told(api: TableApi, config: PlatformConfig, hook: Hook | None) -> Iterator[Finding]:
    """Whether ServiceNow tells Rung: the REST message, and a rule on the table."""
    if hook is None:
        yield lacking("platforms.yaml has no source for this platform, so nothing can tell Rung.", "Add one.", "you")
        return
    messages = _shown(api, "sys_rest_message", ["rest_endpoint"], {"name": MESSAGE})
    rules = _shown(api, "sys_script", ["active"], {"name": RULE, "collection": config.table})
    if not messages and not rules:
        remedy = (
            "Import the update set that --update-set FILE writes; if that was done, an administrator sees it (--as)."
        )
        yield unsure(
            f"The account sees neither the REST message {MESSAGE} nor the Business Rule {RULE}.", remedy, _ADMIN
        )
        return
    endpoints = {str(row.get("rest_endpoint")) for row in messages}
    if hook.url in endpoints:
        yield good(f"The REST message {MESSAGE} goes to {hook.url}.")
    else:
        there = ", ".join(sorted(endpoints)) or "nowhere that the account can see"
        yield lacking(f"The REST message {MESSAGE} goes to {there}.", f"Its endpoint must be {hook.url}.", _ADMIN)
    if any(str(row.get("active")) == "true" for row in rules):
        yield good(f"The Business Rule {RULE} on {config.table} is active.")
    else:
        yield lacking(f"There is no active Business Rule {RULE} on {config.table}.", "Activate it.", _ADMIN)
