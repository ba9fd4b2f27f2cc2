"""`rung mail`."""

from __future__ import annotations

import click


@click.command(name="mail")
def command() -> None:
    """Run the mail role alone: it takes e-mails for sources by SMTP."""
    from rung.cli.role import settings_for_role
    from rung.mailrole import run_mail

    run_mail(settings_for_role("mail"))
