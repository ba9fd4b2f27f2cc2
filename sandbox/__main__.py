"""`python -m sandbox`: the sandbox as a process of its own."""

import json
import signal
import sys
import threading
from pathlib import Path

import click
import yaml

from sandbox.box import Box, Options
from sandbox.seed import SEED_FILE, load_seed
from sandbox.store import Json

PATH = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.option(
    "--servicenow-port", default=0, show_default=True, help="Port of the stand-in ServiceNow; 0 takes a free one."
)
@click.option("--jira-port", default=0, show_default=True, help="Port of the stand-in Jira; 0 takes a free one.")
@click.option("--smtp-port", default=0, show_default=True, help="Port of the mail server; 0 takes a free one.")
@click.option("--jira-deployment", type=click.Choice(["cloud", "datacenter"]), default="cloud", show_default=True)
@click.option("--seed", "seed_file", type=PATH, default=SEED_FILE, help="People, groups, projects, credentials (YAML).")
@click.option("--state", type=PATH, help="File that follows the state and is read at the start.")
@click.option("--speed", default=1.0, show_default=True, help="Webhook retries wait this much shorter.")
@click.option("--time-file", type=PATH, help='JSON {"real", "virtual", "speed"}: the virtual time of records.')
@click.option("--ports-file", type=PATH, help="File that gets the addresses too, once everything listens.")
def main(
    servicenow_port: int,
    jira_port: int,
    smtp_port: int,
    jira_deployment: str,
    seed_file: Path,
    state: Path | None,
    speed: float,
    time_file: Path | None,
    ports_file: Path | None,
) -> None:
    """Run stand-ins for ServiceNow, Jira and a mail server on loopback, until SIGTERM or Ctrl-C."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        seed = load_seed(seed_file)
    except (OSError, yaml.YAMLError, KeyError, TypeError) as broken:
        raise click.ClickException(f"the seed {seed_file} cannot be read: {broken!r}") from None
    try:
        box = Box(Options(seed, jira_deployment, servicenow_port, jira_port, smtp_port, state, time_file, speed))
    except (OSError, ValueError) as broken:
        raise click.ClickException(
            f"the sandbox cannot start: {broken}. Is a port taken, or the state file broken?"
        ) from None
    _announce(box.addresses, ports_file)
    stop.wait()
    box.close()


def _announce(addresses: Json, ports_file: Path | None) -> None:
    """One JSON line on stdout, and the same in the ports file, written whole or not at all."""
    line = json.dumps(addresses)
    if ports_file is not None:
        draft = ports_file.with_name(ports_file.name + ".draft")
        draft.write_text(line + "\n")
        draft.replace(ports_file)
    click.echo(line)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
