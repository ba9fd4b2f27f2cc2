"""click's groups, with commands that are imported when they are used, and the near name for a wrong one."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Mapping
from typing import Any

import click


class Lazy(click.Group):
    """A group whose commands stand in `table`: name to (module, what it does). Each module has a `command`."""

    def __init__(self, *args: Any, table: Mapping[str, tuple[str, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._table = dict(table or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of the table, which is that of first use."""
        return [*self._table, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command."""
        if cmd_name not in self._table:
            return super().get_command(ctx, cmd_name)
        found: click.Command = importlib.import_module(self._table[cmd_name][0]).command
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, but a wrong name is answered with the near one."""
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            known = self.list_commands(ctx)
            near = difflib.get_close_matches(name, known, 1, 0.5)
            meant = f"Did you mean “{near[0]}”?" if near else f"There are: {', '.join(known)}."
            raise click.UsageError(f"There is no command “{ctx.command_path} {name}”. {meant}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands with what they do, without importing them."""
        rows = [(name, self._says(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def _says(self, ctx: click.Context, name: str) -> str:
        if name in self._table:
            return self._table[name][1]
        command = super().get_command(ctx, name)
        return command.get_short_help_str(100) if command else ""
