"""What the pages tell people to type is there: commands, their options, and make's targets."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import click
from docs_pages import named, pages, text, typed

from rung.cli.main import rung

_LINE = re.compile(r"(?:[A-Z_]+=\S+ )*(?:\.venv/bin/)?rung((?: .*)?)")
_MAKE = re.compile(r"make(?: [A-Z]+=\S+)* ([a-z./]\S*)")
_PLACES = {"DIR": "config", "ID": "1", "ID...": "1", "NAME": "dana", "NUMBER": "1"}
"""Words that stand for something to be put in."""


def _lines() -> list[tuple[str, list[str]]]:
    found = [(named(page), _LINE.fullmatch(line)) for page in pages() for line in typed(page)]
    return [(page, [_filled(word) for word in shlex.split(line[1])]) for page, line in found if line]


def _filled(word: str) -> str:
    return _PLACES.get(word.strip("<>").upper(), word)


def _parse(words: list[str]) -> None:
    """As click does, down to the command, which is not run; raises `click.UsageError`."""
    command: click.Command = rung
    context = None
    while True:
        context = command.make_context(
            command.name or "rung", list(words), parent=context, ignore_unknown_options=False
        )
        rest = [*context._protected_args, *context.args]
        if not isinstance(command, click.Group) or not rest:
            return
        _, found, words = command.resolve_command(context, rest)
        assert found is not None
        command = found


def test_every_rung_line_is_understood() -> None:
    refused = []
    lines = _lines()
    assert len(lines) > 30
    for page, words in lines:
        try:
            _parse(words)
        except (click.exceptions.Exit, click.exceptions.NoArgsIsHelpError):
            continue
        except click.UsageError as error:
            refused.append(f"{page}: rung {' '.join(words)}: {error.message}")
    assert not refused


def _commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from _commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def test_every_command_is_told_with_its_options() -> None:
    rows = text("docs/commands.md").splitlines()
    for path, command in _commands(rung, "rung"):
        told = [row for row in rows if re.match(rf"\| `{path}[ `]", row)]
        assert len(told) == 1, f"docs/commands.md has {len(told)} rows for {path}"
        options = {max(one.opts, key=len) for one in command.params if isinstance(one, click.Option)}
        assert {option for option in options if option not in told[0]} == set(), path


def test_every_exit_status_is_told() -> None:
    from rung.cli import errors

    statuses = {0, errors.REFUSED, errors.USAGE, errors.UNREACHABLE, errors.WARNED, errors.INTERRUPTED}
    assert {int(found) for found in re.findall(r"^\| (\d+) \|", text("docs/commands.md"), re.MULTILINE)} == statuses


def test_every_make_target_exists() -> None:
    makefile = text("Makefile").replace("$(VENV)", ".venv")
    targets = set(re.findall(r"^([\w./-]+):", makefile, re.MULTILINE))
    asked = {found[1]: named(page) for page in pages() for line in typed(page) if (found := _MAKE.match(line))}
    assert {"demo", "test", "check", "help"} <= set(asked)
    assert {f"{page}: make {target}" for target, page in asked.items() if target not in targets} == set()
