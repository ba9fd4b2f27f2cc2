"""What a connection to Jira needs, found out with the smallest calls that prove it; nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.config import PlatformConfig
from connectors.failures import PlatformError
from connectors.findings import Finding, Hook, Verdict, good, guarded, lacking, unsure
from connectors.jira import webhook
from connectors.jira.api import JiraApi, Json

PERMISSIONS = {
    "BROWSE_PROJECTS": ("sees issues", True),
    "CREATE_ISSUES": ("creates issues for alerts and hand-overs", True),
    "EDIT_ISSUES": ("edits issues", True),
    "ASSIGN_ISSUES": ("assigns issues", True),
    "TRANSITION_ISSUES": ("moves issues", True),
    "RESOLVE_ISSUES": ("sets a resolution", True),
    "ADD_COMMENTS": ("comments", True),
    "EDIT_OWN_COMMENTS": ("edits its comments when the original is edited", False),
    "DELETE_OWN_COMMENTS": ("deletes its comments when the original is", False),
    "LINK_ISSUES": ("links issues to records elsewhere", False),
}
"""What Rung does in a project by the key of its permission, and whether it can do without."""
AGENT = "SERVICEDESK_AGENT"
BROWSE_USERS = "USER_PICKER"
"""The key of the global permission "Browse users and groups"."""
_PROJECT_ADMIN = "a Jira administrator, in the project's permission scheme"
_JIRA_ADMIN = "a Jira administrator"


def check(config: PlatformConfig, hook: Hook | None, admin: PlatformConfig | None = None) -> Iterator[Finding]:
    """Every point of the connection; one that keeps all others from being looked at is the last.

    `admin` is the same site with an administrator's account, for what only such are shown.
    """
    api = JiraApi(config)
    try:
        me = api.myself()
    except PlatformError as error:
        yield lacking(f"{config.url} does not let Rung in.", error.message, "whoever made the account's token")
        return
    yield good(f"Rung signs in as {me.get('displayName') or me.get('name')} at {config.url}.")
    deployment = list(guarded(_deployment(api, config)))
    yield from deployment
    if any(one.verdict is Verdict.LACKING for one in deployment):
        return  # the other kind is asked otherwise
    yield from guarded(_project(api, config))
    yield from guarded(_users(api))
    yield from guarded(_hook(JiraApi(admin) if admin else api, hook))


def _deployment(api: JiraApi, config: PlatformConfig) -> Iterator[Finding]:
    info = _mapping(api.get("serverInfo"))
    there = "cloud" if info.get("deploymentType") == "Cloud" else "datacenter"
    version = f"Jira {'Cloud' if there == 'cloud' else 'Data Center ' + str(info.get('version', ''))}"
    if there == config.deployment:
        yield good(f"It is {version}, as platforms.yaml says.")
    else:
        yield lacking(f"It is {version}.", f"Write deployment: {there} in platforms.yaml.", "you")


def _project(api: JiraApi, config: PlatformConfig) -> Iterator[Finding]:
    if not config.project:
        yield unsure(
            "platforms.yaml names no project, so no rights were looked at.", "Write project: KEY there.", "you"
        )
        return
    try:
        project = _mapping(api.get(f"project/{config.project}"))
    except PlatformError as error:
        if error.status != 404:
            raise
        remedy = f"Correct project in platforms.yaml, or let the account browse {config.project}."
        yield lacking(f"It shows no project {config.project}.", remedy, _PROJECT_ADMIN)
        return
    yield from _rights(api, config.project, is_service_desk=project.get("projectTypeKey") == "service_desk")
    yield from _type(api, config, project)


def _rights(api: JiraApi, project: str, *, is_service_desk: bool) -> Iterator[Finding]:
    asked = {**PERMISSIONS, **({AGENT: ("comments internally, as an agent", True)} if is_service_desk else {})}
    have = _permissions(api, tuple(asked), project)
    for key, (does, needed) in asked.items():
        if key in have:
            continue
        remedy = f"Give the account the permission {key} in {project}."
        tell = lacking if needed else unsure
        yield tell(f"In {project} the account may not do this: it {does}.", remedy, _PROJECT_ADMIN)
    granted = len(have & set(asked))
    if granted == len(asked):
        yield good(f"In {project} the account has all {granted} permissions that Rung uses.")


def _permissions(api: JiraApi, keys: tuple[str, ...], project: str = "") -> set[str]:
    """Those of the permissions that the account has; an unknown key counts as not had."""
    params = {"permissions": ",".join(keys), **({"projectKey": project} if project else {})}
    told = _mapping(_mapping(api.get("mypermissions", **params)).get("permissions"))
    return {key for key in keys if _mapping(told.get(key)).get("havePermission") is True}


def _type(api: JiraApi, config: PlatformConfig, project: Mapping[str, Any]) -> Iterator[Finding]:
    """Whether issues of the configured type can be created, and take the label that marks them."""
    types = {
        str(one.get("name")): str(one.get("id")) for one in project.get("issueTypes") or [] if isinstance(one, dict)
    }
    found = next((name for name in types if name.casefold() == config.issue_type.casefold()), None)
    if found is None:
        there = ", ".join(types) or "none"
        remedy = f"Write one of these as issue_type in platforms.yaml: {there}."
        yield lacking(f"{config.project} has no issue type {config.issue_type}.", remedy, "you")
        return
    screen = api.pages(f"issue/createmeta/{config.project}/issuetypes/{types[found]}", "fields", "values")
    fields = {str(one.get("fieldId")): one for one in screen}
    if "labels" not in fields:
        remedy = "Put Labels on the create screen: by its label an issue is found again, so that none is created twice."
        yield lacking(f"The create screen of {found} in {config.project} has no labels.", remedy, _JIRA_ADMIN)
    yield from _demanded(fields, f"{found} in {config.project}")


_FILLED = frozenset({"project", "issuetype", "summary", "description", "labels", "priority", "reporter"})


def _demanded(fields: Mapping[str, Json], where: str) -> Iterator[Finding]:
    """What must be filled in that Rung does not fill in."""
    asked = [
        str(one.get("name") or key)
        for key, one in fields.items()
        if one.get("required") and not one.get("hasDefaultValue") and key not in _FILLED
    ]
    if asked:
        remedy = "Give these a default, make them optional, or name them under out.create in a mapping of yours."
        yield lacking(f"To create {where}, Jira demands: {', '.join(asked)}.", remedy, _JIRA_ADMIN)
    elif fields:
        yield good(f"{where} can be created with what Rung fills in.")


def _users(api: JiraApi) -> Iterator[Finding]:
    if BROWSE_USERS in _permissions(api, (BROWSE_USERS,)):
        yield good("The account finds people by their e-mail, as far as they show it.")
    else:
        remedy = "Give the account the global permission Browse users and groups, or name accounts in roster.yaml."
        yield lacking("The account may not look people up.", remedy, _JIRA_ADMIN)


def _hook(api: JiraApi, hook: Hook | None) -> Iterator[Finding]:
    if hook is None:
        yield lacking("platforms.yaml has no source for this platform, so Jira cannot tell Rung.", "Add one.", "you")
        return
    try:
        registered = webhook.registered(api, hook.address())
    except PlatformError as error:
        if error.status not in {401, 403, 404}:
            raise
        remedy = f"Look under System → WebHooks whether one points to {hook.url}; or repeat this as an administrator."
        yield unsure("Webhooks are shown to administrators only.", remedy, _JIRA_ADMIN)
        return
    yield from webhook.judged(registered, hook)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
