"""Reading the documents: from a folder or from stored texts to a `Configuration`, or to every mistake in them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path as FilePath
from typing import Any

from marshmallow import ValidationError

from connectors.discovery import discover
from core.policy import Policy, Roster
from rung.documents import build
from rung.documents.crosscheck import Draft, check
from rung.documents.folder import read_folder
from rung.documents.model import Configuration
from rung.documents.policy import document as policy_document
from rung.documents.problems import DocumentsError, Path, Problem, Report, flat
from rung.documents.schemas import SCHEMAS
from rung.documents.secrets import uses
from rung.documents.text import MAX_BYTES, parse

DEFAULTS = FilePath(__file__).resolve().parent.parent / "defaults"
"""The documents that hold where a folder says nothing else."""


@cache
def _kinds() -> tuple[str, ...]:
    """The kinds of platforms for which there is a connector."""
    return tuple(discover())


def load(folder: FilePath, mappings: Collection[str]) -> Configuration:
    """Read and check a folder; `mappings` are the packaged catalogue's names. Raises `DocumentsError`."""
    return read(read_folder(folder), mappings)


def read(texts: Mapping[str, str], mappings: Collection[str], *, policy_version: int = 1) -> Configuration:
    """Check the texts against their forms and each other, and make them into values; raises `DocumentsError`.

    `mappings` are the names of the packaged mappings; those among the texts are added. A document that is not among
    the texts is the packaged default.
    """
    reports = {name: Report(name) for name in SCHEMAS}
    data = {name: _data(name, texts.get(name, _default(name)), report) for name, report in reports.items()}
    apart = {name: Report(name) for name in SCHEMAS}
    raw = {name: parse(texts.get(name, ""), report) for name, report in apart.items()}
    if any(apart[name].problems and not raw[name] for name in SCHEMAS):
        # Of a document that cannot be read at all nothing is known: what the others name may well stand in it.
        raise DocumentsError([problem for report in reports.values() for problem in report.problems])
    data["policy.yaml"] = _with_defaults(data["policy.yaml"])
    own = {name.split("/")[1] for name in texts if name.startswith("mappings/")}
    known = {*mappings, *own}
    warnings = check(Draft(data["platforms.yaml"], data["roster.yaml"], data["policy.yaml"], reports, known, _kinds()))
    problems = [problem for report in reports.values() for problem in report.problems]
    if problems:
        raise DocumentsError(problems)
    platforms, roster = build.platforms(data["platforms.yaml"]), build.roster(data["roster.yaml"])
    return Configuration(
        platforms=platforms,
        roster=roster,
        policy=policy_document.policy(
            data["policy.yaml"], version=policy_version, roster=roster, creates_on=platforms.creates_on
        ),
        texts=dict(texts),
        warnings=tuple(warnings),
        secrets=tuple(use for name, found in raw.items() for use in uses(found, reports[name])),
    )


def problem(texts: Mapping[str, str], name: str, path: Path, message: str, hint: str = "") -> Problem:
    """A mistake in that document, at the line of that path, which showed only when its values were put to use."""
    report = Report(name)
    parse(texts.get(name, ""), report)
    report.add(path, message, hint)
    return report.problems[-1]


def policy_of(text: str, *, version: int, roster: Roster, creates_on: Mapping[str, str]) -> Policy:
    """The policy of an older policy.yaml, for tickets that began with it. Raises `DocumentsError`.

    It is not held against today's roster: teams and people may have gone since.
    """
    report = Report(f"policy.yaml version {version}")
    data = _with_defaults(_data("policy.yaml", text, report))
    if report.problems:
        raise DocumentsError(report.problems)
    return policy_document.policy(data, version=version, roster=roster, creates_on=creates_on)


def _data(name: str, text: str, report: Report) -> dict[str, Any]:
    """What the document says, by its schema; what is wrong is noted and left out."""
    if len(text.encode()) > MAX_BYTES:
        report.add((), f"is larger than {MAX_BYTES // 1024} KiB.")
        return {}
    raw = parse(text, report)
    try:
        return dict(SCHEMAS[name]().load(raw))
    except ValidationError as error:
        for path, message, hint in flat(error.messages):
            report.add(path, message, hint)
        return dict(error.valid_data) if isinstance(error.valid_data, Mapping) else {}


@cache
def _default(name: str) -> str:
    path = DEFAULTS / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _with_defaults(given: Mapping[str, Any]) -> dict[str, Any]:
    """The policy with the packaged sections where it has none; the default path goes with the paths."""
    default = SCHEMAS["policy.yaml"]().load(parse(_default("policy.yaml"), Report("policy.yaml")))
    merged = {**default, **given}
    for section in ("severity", "calendars", "communication"):
        merged[section] = {**default[section], **given.get(section, {})}
    if "paths" in given and "default_path" not in given:
        merged["default_path"] = next(iter(given["paths"])) if len(given["paths"]) == 1 else ""
    return merged
