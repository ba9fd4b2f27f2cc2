"""`rung`: finds the command, runs it, and turns whatever goes wrong into a sentence and an exit status."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from rung import __version__
from rung.cli import errors
from rung.cli.group import Lazy

TABLE = {
    "demo": ("rung.demo.command", "See it work: a scenario played on stand-ins for ServiceNow and Jira."),
    "up": ("rung.cli.up", "Run everything on this machine."),
    "status": ("rung.cli.status", "Show how it stands with Rung itself: processes, platforms, what waits."),
    "check": ("rung.cli.check", "Check a folder of configuration documents."),
    "apply": ("rung.cli.apply", "Put a folder of configuration documents in force."),
    "mapping": ("rung.cli.mapping", "Show, try, test and change how deliveries are understood."),
    "connect": ("rung.cli.connect", "Check a connection to ServiceNow or Jira, and help to set it up."),
    "tickets": ("rung.cli.tickets", "List and show tickets, and decide about them."),
    "sources": ("rung.cli.sources", "Show every source: when it was last heard, and what came of it."),
    "deliveries": ("rung.cli.deliveries", "List, show and replay what was received."),
    "actions": ("rung.cli.actions", "List, show and replay what was written and sent."),
    "explain": ("rung.cli.explain", "Tell what would happen from now on if nobody did anything."),
    "simulate": ("rung.cli.simulate", "Play recorded tickets again under another policy."),
    "polling": ("rung.cli.polling", "Show how far platforms were polled, and what that found."),
    "drift": ("rung.cli.drift", "Show what does not stand on platforms as Rung wrote it."),
    "vendors": ("rung.cli.vendors", "Show how each vendor kept their contract."),
    "oncall": ("rung.cli.oncall", "Show who is on call, and the coming shifts."),
    "tokens": ("rung.cli.tokens", "Make, list and revoke the tokens that scripts use the API with."),
    "sessions": ("rung.cli.sessions", "Show who is signed in, and sign people out."),
    "settings": ("rung.cli.settings", "Show every setting, its value and its meaning."),
    "export": ("rung.cli.export", "Print everything that is stored, as lines of JSON."),
    "recover": ("rung.cli.recover", "Make a database safe that was restored from a backup."),
    "retention": ("rung.cli.retention", "Show or remove what was kept for long enough."),
    "migrate": ("rung.cli.migrate", "Bring the database's schema up to date."),
    "web": ("rung.cli.web", "Run the web role alone."),
    "worker": ("rung.cli.worker", "Run one worker alone."),
    "mail": ("rung.cli.mail", "Run the mail role alone."),
    "clock": ("rung.cli.clock", "Run the clock role alone."),
}


@click.group(
    cls=Lazy,
    table=TABLE,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit statuses: 0 it worked, 1 a problem was found or it was refused, 2 not understood, "
    "3 no database could be reached, 4 rung check has only warnings, rung mapping diff finds changes or "
    "rung migrate --check finds steps, 130 interrupted.",
)
@click.version_option(__version__, message="Rung %(version)s")
@click.pass_context
def rung(ctx: click.Context) -> None:
    """One escalation framework over the tools that people already use."""
    if ctx.invoked_subcommand is None:
        _say_what_is_next(ctx)


def _say_what_is_next(ctx: click.Context) -> None:
    from rung.runfile import running
    from rung.settings import Settings

    settings = Settings.from_environment()
    found = running(settings.home)
    if found:
        click.echo(f"Rung runs here (process {found.pid}). The board: {found.web}")
        steps = [
            ("rung status", "how it stands with Rung itself"),
            ("rung tickets list", "what is open"),
            ("rung apply DIR", "put changed documents in force"),
        ]
    elif settings.database_url:
        click.echo("A database is named; nothing of Rung runs under this home.")
        steps = [("rung migrate", "bring its schema up to date"), ("rung up", "run all roles against it")]
    else:
        click.echo("Nothing of Rung runs here yet.")
        steps = [
            ("rung demo", "see it work on stand-ins, no account needed"),
            ("rung check DIR", "check your configuration documents"),
            ("rung up --config DIR", "run it with them"),
        ]
    click.echo("\nNext:")
    for line, meaning in steps:
        click.echo(f"  {line:<22} {meaning}")
    click.echo(f"\n{ctx.command_path} --help shows all commands.")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and end the process with its status."""
    sys.excepthook = errors.hook
    try:
        status = rung.main(args=arguments, prog_name="rung", standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(errors.INTERRUPTED)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    sys.exit(status if isinstance(status, int) else 0)
