"""`rung check`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rung.cli.errors import REFUSED, WARNED
from rung.cli.output import json_option, print_json
from rung.settings import Settings

if TYPE_CHECKING:
    from core.policy import Coverage
    from core.policy.proof import Finding
    from rung.documents import Configuration, Problem

_SCREEN = 30
"""Lines that are told; the rest is counted, and all of it is in the JSON."""


@dataclass(slots=True)
class _Checked:
    """What was found: mistakes in the documents; without any, what was proved of them, the worst first."""

    problems: list[object] = field(default_factory=list)
    findings: list[tuple[Finding, Problem]] = field(default_factory=list)
    coverage: Coverage | None = None

    def of(self, gravity: str) -> list[Problem]:
        """The findings of a gravity, as they are told."""
        return [problem for finding, problem in self.findings if finding.gravity == gravity]


@click.command(name="check")
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), required=False)
@click.option("--weeks", type=click.IntRange(1, 52), default=8, show_default=True, help="For how long to look ahead.")
@click.option("--strict", is_flag=True, help="Count warnings and notes as problems.")
@json_option
@click.pass_context
def command(ctx: click.Context, folder: Path | None, weeks: int, strict: bool, as_json: bool) -> None:
    """Check the documents in DIR (default RUNG_CONFIG, else this folder) without putting them in force.

    Proves what can be proved of them together: that every service's tickets find somebody on every level at every
    moment of the next weeks, that every rule can match, that every path ends with somebody. The worst comes first.
    Ends with 0 where nothing is amiss, 1 with errors, 4 with warnings alone.
    """
    folder = folder or Settings.from_environment().config or Path()
    checked = _look(folder, weeks)
    if as_json:
        print_json(_plain(checked))
    else:
        _tell(checked, folder)
    ctx.exit(_status(checked, strict))


def _look(folder: Path, weeks: int) -> _Checked:
    from mappings import MappingDocumentError
    from rung import documents, live

    checked = _Checked()
    texts: dict[str, str] = {}
    try:
        texts = documents.read_folder(folder)
        _prove(live.try_out(texts), weeks, checked)
    except documents.DocumentsError as error:
        checked.problems += [*error.problems, *_of_mappings(texts)]
    except MappingDocumentError as error:
        checked.problems += error.problems
    return checked


def _prove(found: Configuration, weeks: int, checked: _Checked) -> None:
    """Look at the documents together with what people's own calendars have told, where that is known."""
    from dataclasses import replace

    from core.policy.proof import worst_first
    from core.policy.proof.prove import prove
    from rung.cli import addresses, contacts, coverage, places

    known = contacts.fetched() if any(one.calendar for one in found.roster.people.values()) else None
    policy = replace(found.policy, roster=found.roster.with_calendars(known[1])) if known else found.policy
    checked.coverage = coverage.look(policy, weeks)
    every = [
        *coverage.findings(policy, checked.coverage),
        *addresses.findings(policy),
        *contacts.findings(policy, known[0] if known else None),
        *places.worth_telling(prove(policy), found),
    ]
    told = places.told(sorted(every, key=worst_first), found)
    checked.findings = sorted([*told, *places.of_documents(found)], key=lambda one: worst_first(one[0]))


def _of_mappings(texts: Mapping[str, str]) -> Sequence[object]:
    """What is wrong with the mappings, told along with the other documents' mistakes."""
    from mappings import MappingDocumentError
    from rung import live

    try:
        live.own_mappings(texts)
    except MappingDocumentError as error:
        return error.problems
    return ()


def _plain(checked: _Checked) -> Mapping[str, object]:
    found = [
        {"gravity": finding.gravity, "kind": finding.kind, "how": finding.how, "file": problem.file,
         "line": problem.line, "path": problem.path, "message": problem.message, "hint": problem.hint}
        for finding, problem in checked.findings
    ]  # fmt: skip
    warnings = [problem for _, problem in checked.findings]
    return {"problems": checked.problems, "warnings": warnings, "coverage": checked.coverage, "findings": found}


def _tell(checked: _Checked, folder: Path) -> None:
    lines = [str(problem) for problem in checked.problems]
    lines += [f"{finding.gravity}: {problem}" for finding, problem in checked.findings]
    for line in lines[:_SCREEN]:
        click.echo(line, err=True)
    if len(lines) > _SCREEN:
        click.echo(f"... and {len(lines) - _SCREEN} more; --json tells them all.", err=True)
    click.echo(_verdict(checked, folder))


def _verdict(checked: _Checked, folder: Path) -> str:
    problems = len(checked.problems) + len(checked.of("error"))
    more = [_counted(len(checked.of(one)), one) for one in ("warning", "note") if checked.of(one)]
    if problems:
        beside = f", with {' and '.join(more)}" if more else ""
        return f"{_counted(problems, 'problem')} in {folder}{beside}."
    return f"The documents in {folder} are good{', with ' if more else ''}{' and '.join(more)}."


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _status(checked: _Checked, strict: bool) -> int:
    if checked.problems or checked.of("error") or (strict and checked.findings):
        return REFUSED
    return WARNED if checked.of("warning") else 0
