"""ServiceNow's encoded query: `a=1^b!=2^ORc=3^ORDERBYDESCsys_updated_on`.

An invalid part is ignored and the rest runs, as on the real platform: a misspelt field matches everything. It is
told back, so that a test can fail on it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.calls import UnexpectedCallError
from sandbox.servicenow.schema import REFERENCES, known_field
from sandbox.store import Json

TERM = re.compile(
    r"^([a-z_][a-z0-9_.]*)(!=|>=|<=|=|>|<|ISNOTEMPTY|ISEMPTY|NOT IN|IN|NOT LIKE|LIKE|STARTSWITH|ENDSWITH)(.*)$",
    re.DOTALL,
)
Reader = Callable[[Json, str], str]
"""Reads a field's value from a record, walking along dots."""


@dataclass(frozen=True, slots=True)
class Term:
    """One comparison."""

    field: str
    operator: str
    value: str


@dataclass(frozen=True, slots=True)
class Query:
    """All of `groups` must hold, any term of a group is enough.

    `order`: (field, descending). `ignored`: invalid parts.
    """

    groups: tuple[tuple[Term, ...], ...]
    order: tuple[tuple[str, bool], ...]
    ignored: tuple[str, ...]


def parse(text: str, table: str) -> Query:
    """Read an encoded query for a table. Raises UnexpectedCallError for parts that the stand-in does not play."""
    groups: list[list[Term]] = []
    order: list[tuple[str, bool]] = []
    ignored: list[str] = []
    parts = [part.replace("\0", "^") for part in text.replace("^^", "\0").split("^")]  # ^^ stands for a ^ in a value
    for part in [part for part in parts if part and part != "EQ"]:
        if part.startswith(("NQ", "GROUPBY")) or "javascript:" in part:
            raise UnexpectedCallError(f"the encoded query part {part!r} is not played here")
        if part.startswith("ORDERBY"):
            descending = part.startswith("ORDERBYDESC")
            order.append((part.removeprefix("ORDERBYDESC").removeprefix("ORDERBY"), descending))
            continue
        alternative = part.startswith("OR") and bool(groups)
        term = _term(part[2:] if alternative else part, table)
        if term is None:
            ignored.append(part)
        elif alternative:
            groups[-1].append(term)
        else:
            groups.append([term])
    ignored += [f"ORDERBY{field}" for field, _ in order if not path_exists(table, field)]
    return Query(tuple(map(tuple, groups)), tuple(o for o in order if path_exists(table, o[0])), tuple(ignored))


def path_exists(table: str, path: str) -> bool:
    """Whether a field, possibly walked to along references (`assigned_to.email`), exists."""
    field, _, rest = path.partition(".")
    if not known_field(table, field):
        return False
    return path_exists(REFERENCES[field], rest) if rest and field in REFERENCES else not rest


def select(rows: list[Json], query: Query, read: Reader) -> list[Json]:
    """The records that the query matches, in its order."""
    found = [row for row in rows if all(any(_holds(term, read(row, term.field)) for term in g) for g in query.groups)]
    for field, descending in reversed(query.order):
        found.sort(key=lambda row: read(row, field).lower(), reverse=descending)  # used at once
    return found


def _term(part: str, table: str) -> Term | None:
    match = TERM.match(part)
    if not match or not path_exists(table, match[1]):
        return None
    return Term(match[1], match[2], match[3])


def _holds(term: Term, actual: str) -> bool:
    have, want = actual.lower(), term.value.lower()
    if term.operator in {">", ">=", "<", "<="}:
        return _compares(term.operator, have, want)
    tests: dict[str, Callable[[], bool]] = {
        "=": lambda: have == want,
        "!=": lambda: have != want,
        "IN": lambda: have in want.split(","),
        "NOT IN": lambda: have not in want.split(","),
        "LIKE": lambda: want in have,
        "NOT LIKE": lambda: want not in have,
        "STARTSWITH": lambda: have.startswith(want),
        "ENDSWITH": lambda: have.endswith(want),
        "ISEMPTY": lambda: not have,
        "ISNOTEMPTY": lambda: bool(have),
    }
    return tests[term.operator]()


def _compares(operator: str, have: str, want: str) -> bool:
    if not have:
        return False
    left, right = (have.zfill(20), want.zfill(20)) if have.isdigit() and want.isdigit() else (have, want)
    return {">": left > right, ">=": left >= right, "<": left < right, "<=": left <= right}[operator]
