"""`rung up`."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import click

from rung.settings import Settings

_COLOURS = (36, 35, 34, 33, 32, 96, 95, 94)


@click.command(name="up")
@click.option("--config", type=click.Path(path_type=Path), help="Folder of documents to apply first (RUNG_CONFIG).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the board and the webhooks (RUNG_PORT).")
@click.option("--recover", is_flag=True, help="The data was restored from a backup: `rung recover` first.")
def command(config: Path | None, port: int | None, recover: bool) -> None:
    """Run everything on this machine until Ctrl-C: web, workers, clock; PostgreSQL and Redis unless they are named."""
    from rung.up import up

    settings = Settings.from_environment(environment_with(port))
    settings = replace(settings, config=config or settings.config)
    voice = Voice(as_json=settings.log == "json" or (settings.log == "auto" and not sys.stdout.isatty()))
    with up(voice.fit(settings), voice.say, environment=voice.environment, recover=recover) as running:
        voice.say("rung", f"ready: the board is at {running.settings.public_url}; Ctrl-C stops everything")
        running.run()
        voice.say("rung", "stopping")


def environment_with(port: int | None) -> dict[str, str]:
    """Our environment, the port replaced where one was given."""
    import os

    return {**os.environ, **({"RUNG_PORT": str(port)} if port else {})}


class Voice:
    """What `up` prints: every process's lines after its name, or as JSON where machines read along."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._colours: dict[str, int] = {}
        self._coloured = sys.stdout.isatty()

    @property
    def environment(self) -> dict[str, str]:
        """What makes the roles' own lines fit in."""
        return {"FORCE_COLOR": "1"} if self._coloured else {}

    def fit(self, settings: Settings) -> Settings:
        """The settings with the form of the logs decided: the roles themselves write into a pipe."""
        return replace(settings, log="json" if self._as_json else "text")

    def say(self, name: str, line: str) -> None:
        """Print one line."""
        if self._as_json:
            click.echo(line if line.startswith("{") else json.dumps({"process": name, "event": line}))
            return
        label = f"{name:<9}"
        if self._coloured:
            colour = self._colours.setdefault(name, _COLOURS[len(self._colours) % len(_COLOURS)])
            label = f"\x1b[{colour}m{label}\x1b[0m"
        click.echo(f"{label} {line}", color=self._coloured)
