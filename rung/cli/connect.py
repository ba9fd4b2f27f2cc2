"""`rung connect`: what a connection to ServiceNow or Jira has and lacks, and the help to set it up."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import click

from rung.cli.errors import REFUSED, WARNED
from rung.cli.group import Lazy
from rung.cli.output import harmless, json_option, print_json
from rung.settings import Settings

if TYPE_CHECKING:
    from connectors.config import PlatformConfig
    from connectors.findings import Finding, Hook
    from rung.documents import SourceDoc
    from rung.loaded import Loaded

_MARKS = {"good": ("✓", "green"), "missing": ("✗", "red"), "unsure": ("?", "yellow")}
_ADDRESS = "The address at which the platform reaches Rung (RUNG_PUBLIC_URL where it is not given)."
_TOKEN = "CONNECT_TOKEN"  # noqa: S105 - the name of a variable
_AS = f"An administrator, for what others may not see or do; the password or token stands in {_TOKEN}, or is asked for."


@dataclass(frozen=True, slots=True)
class _Target:
    """The platform that a command is about, and how it is to tell Rung."""

    config: PlatformConfig
    hook: Hook | None
    loaded: Loaded
    admin: PlatformConfig | None = None


@click.group(name="connect", cls=Lazy)
def command() -> None:
    """Check a connection, and set up what the platform must know.

    Signs in as the integration account and asks the smallest questions that prove each right. Nothing is changed unless
    an option says so. Ends with 0 where all is well, 1 where something is missing, 4 where something could not be found
    out.
    """


def _common(function: Callable[..., None]) -> Callable[..., None]:
    """The arguments that both platforms have."""
    for decorate in (
        click.argument("name", required=False),
        click.option(
            "--config", type=click.Path(path_type=Path), help="Documents to go by; those in force if left out."
        ),
        click.option("--address", help=_ADDRESS),
        click.option("--as", "account", help=_AS),
        click.option(
            "--try", "trying", is_flag=True, help="Prove the rights to write: creates one record, and resolves it."
        ),
        json_option,
        click.pass_context,
    ):
        function = decorate(function)
    return function


@command.command(name="servicenow")
@click.option("--update-set", type=click.Path(path_type=Path), help="Write the update set that makes it tell Rung.")
@click.option(
    "--table", "tables", multiple=True, help="A table of which it is to tell; the platform's own if left out."
)
@_common
def servicenow(
    ctx: click.Context, update_set: Path | None, tables: tuple[str, ...], name: str | None, config: Path | None,
    address: str | None, account: str | None, trying: bool, as_json: bool,
) -> None:  # fmt: skip
    """Check the ServiceNow instance NAME of platforms.yaml."""
    target = _target("servicenow", name, config, address, account)
    if update_set is not None:
        _write_update_set(target, update_set, tables)
        return
    _end(ctx, _findings(target, trying), as_json)


@command.command(name="jira")
@click.option("--register", is_flag=True, help="Register the webhook to Rung with its secret, or correct it.")
@click.option("--jql", default="", help="Tell only of the issues that this finds, such as: project = OPS")
@_common
def jira(
    ctx: click.Context, register: bool, jql: str, name: str | None, config: Path | None, address: str | None,
    account: str | None, trying: bool, as_json: bool,
) -> None:  # fmt: skip
    """Check the Jira site NAME of platforms.yaml."""
    target = _target("jira", name, config, address, account)
    if register:
        _register(target, jql, quiet=as_json)
    _end(ctx, _findings(target, trying), as_json)


def _target(kind: str, name: str | None, folder: Path | None, address: str | None, account: str | None) -> _Target:
    """The platform of that kind: the one that is named, or the only one. Raises click's own errors."""
    from rung import documents
    from rung.cli import given

    texts = given.texts(folder)
    loaded = given.made_of(texts)
    found = documents.read(texts, _packaged()).platforms
    named = {one: doc.config for one, doc in found.platforms.items() if doc.config.kind == kind}
    if not named:
        raise click.UsageError(f"platforms.yaml names no platform of the kind {kind}.")
    if name is None and len(named) > 1:
        raise click.UsageError(f"There are several: {', '.join(named)}. Say which.")
    chosen = name or next(iter(named))
    if chosen not in named:
        raise click.UsageError(f"platforms.yaml has no {kind} platform called {chosen}; there is {', '.join(named)}.")
    source = next((one for one in found.sources.values() if one.platform == chosen), None)
    where = (address or Settings.from_environment().public_url).rstrip("/")
    config = named[chosen]
    return _Target(config, _hook(source, where) if source else None, loaded, _as(config, account))


def _as(config: PlatformConfig, account: str | None) -> PlatformConfig | None:
    """The same platform with an administrator's account."""
    from connectors.config import Basic, Bearer, Secret

    if not account:
        return None
    token = Secret.of(
        os.environ.get(_TOKEN) or click.prompt(f"Password or token of {account}", hide_input=True, err=True)
    )
    is_bearer = isinstance(config.auth, Bearer)
    return replace(config, auth=Bearer(token) if is_bearer else Basic(account, token))


def _packaged() -> Any:
    from rung import live

    return live.packaged()


def _hook(source: SourceDoc, address: str) -> Hook:
    """The address of the source; the secret too, where it is one that a platform signs with or has in the address."""
    from connectors.config import Secret
    from connectors.findings import Hook
    from webhooks.signatures import HubSignature
    from webhooks.signatures import Path as SecretPath

    url = f"{address}/webhooks/{source.name}"
    secrets = getattr(source.verify, "secrets", ())
    first = Secret(secrets[0].reveal) if secrets else None
    signs, ends = isinstance(source.verify, HubSignature), isinstance(source.verify, SecretPath)
    return Hook(source.name, url, secret=first if signs else None, ending=first if ends else None)


def _findings(target: _Target, trying: bool) -> Iterator[Finding]:
    from connectors import trial
    from connectors.jira import setup as jira_setup
    from connectors.servicenow import setup as servicenow_setup

    check = {"jira": jira_setup.check, "servicenow": servicenow_setup.check}[target.config.kind]
    yield from check(target.config, target.hook, target.admin)
    if trying:
        platform = target.loaded.platforms[target.config.name]
        yield from trial.trial(platform, f"connect-{uuid4().hex[:12]}")


def _register(target: _Target, jql: str, *, quiet: bool) -> None:
    from connectors.jira import webhook
    from connectors.jira.api import JiraApi
    from core.ports import DeliveryError

    if target.hook is None:
        raise click.UsageError(f"platforms.yaml has no source whose platform is {target.config.name}: add one first.")
    try:
        is_new = webhook.register(JiraApi(target.admin or target.config), target.hook, jql)
    except DeliveryError as error:
        remedy = "Only a Jira administrator may register webhooks: name one with --as."
        raise click.ClickException(f"The webhook was not registered. {error.message} {remedy}") from error
    if not quiet:
        click.echo(f"The webhook to {target.hook.url} is {'registered' if is_new else 'as it should be again'}.")


def _write_update_set(target: _Target, path: Path, tables: Iterable[str]) -> None:
    from datetime import UTC, datetime

    from connectors.servicenow.setup import user_of
    from connectors.servicenow.update_set import update_set

    if target.hook is None:
        raise click.UsageError(f"platforms.yaml has no source whose platform is {target.config.name}: add one first.")
    chosen = tuple(tables) or (target.config.table,)
    try:
        text = update_set(target.hook, user_of(target.config) or "rung.integration", chosen, datetime.now(UTC))
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    path.write_text(text, encoding="utf-8")
    click.echo(f"Wrote {path}: the REST message Rung to {target.hook.url}, and a Business Rule on {', '.join(chosen)}.")
    click.echo("\nWhat an administrator of the instance does with it:")
    for number, line in enumerate(_IMPORT, 1):
        click.echo(f"  {number}. {line}")


_IMPORT = (
    "Retrieved Update Sets: Import Update Set from XML, open it, Preview, Commit.",
    "sys_properties.list, New: rung.secret, type password2, Private ticked; its value is the secret of Rung's source.",
    "Change a record, then look: rung deliveries list.",
)


def _end(ctx: click.Context, findings: Iterator[Finding], as_json: bool) -> None:
    """Tell each finding as it comes, and end with the status that they give."""
    told: list[Finding] = []
    for one in findings:
        told.append(one)
        if not as_json:
            _tell(one)
    if as_json:
        print_json(told)
    verdicts = {one.verdict.value for one in told}
    if not as_json:
        click.echo(f"\n{_sum(told)}")
    ctx.exit(REFUSED if "missing" in verdicts else WARNED if "unsure" in verdicts else 0)


def _tell(one: Finding) -> None:
    mark, colour = _MARKS[one.verdict.value]
    click.echo(f"{click.style(mark, fg=colour)} {one.verdict.value:<8}{harmless(one.what)}")
    if one.remedy:
        click.echo(f"          {harmless(one.remedy)}")
    if one.who:
        click.echo(f"          Who can: {harmless(one.who)}.")


def _sum(told: list[Finding]) -> str:
    counted = {name: sum(one.verdict.value == name for one in told) for name in _MARKS}
    if counted["missing"]:
        return f"{counted['missing']} missing, {counted['unsure']} unsure, {counted['good']} good."
    return f"Nothing is missing that could be found out{'.' if not counted['unsure'] else ', with questions left.'}"
