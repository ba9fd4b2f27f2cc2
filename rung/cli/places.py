"""Findings at their places in the documents: file and line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from core.policy.proof import Finding, Gravity
from rung.documents import Configuration, Problem, missing
from rung.documents.problems import Report
from rung.documents.problems import told as path_of
from rung.documents.text import parse
from rung.mapping import keeping


def told(findings: Iterable[Finding], configuration: Configuration) -> Iterator[tuple[Finding, Problem]]:
    """Each with where it stands; what is not in the document is told at the line of what should hold it."""
    reports = {name: _report(configuration, name) for name in ("platforms.yaml", "policy.yaml", "roster.yaml")}
    for one in findings:
        line = reports[one.document].line(one.place)
        yield one, Problem(one.document, line, path_of(one.place), one.message, one.hint)


def worth_telling(findings: Iterable[Finding], configuration: Configuration) -> Iterator[Finding]:
    """Those that are about the organisation's own documents: a packaged rule may wait for what it is made for, and a
    folder without people and policy says nothing of them.
    """
    own = _report(configuration, "policy.yaml").lines
    whole = configuration.texts.keys() & {"policy.yaml", "roster.yaml"}
    for one in findings:
        if one.place[:2] in own or (whole and one.kind != "rule_never_matches"):
            yield one


def of_documents(configuration: Configuration) -> Iterator[tuple[Finding, Problem]]:
    """What reading the documents warns of, what is worth telling of own mappings, and the secrets that are not set
    here, where it may not matter."""
    for problem in configuration.warnings:
        yield _as_finding(problem, Gravity.WARNING, "document"), problem
    for problem in keeping.warnings(configuration):
        yield _as_finding(problem, Gravity.WARNING, "mapping"), problem
    for problem in keeping.notes(configuration):
        yield _as_finding(problem, Gravity.NOTE, "mapping"), problem
    for problem in missing(configuration):
        yield _as_finding(problem, Gravity.NOTE, "secret_not_set"), problem


def _as_finding(problem: Problem, gravity: Gravity, kind: str) -> Finding:
    return Finding(gravity=gravity, kind=kind, document=problem.file, place=(), message=problem.message)


def _report(configuration: Configuration, name: str) -> Report:
    """Knows the lines of a document that is known to be good."""
    return _read(name, configuration.texts.get(name, ""))


@lru_cache(maxsize=4)
def _read(name: str, text: str) -> Report:
    report = Report(name)
    parse(text, report)
    return report
