"""A small part of JQL: comparisons joined by AND, and ORDER BY. Everything else is refused with Jira's error body."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any, NoReturn

from sandbox.jira.errors import refuse
from sandbox.jira.schema import CATEGORIES, PRIORITIES, STATUSES, TYPES
from sandbox.store import Json

TOKEN = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(!=|>=|<=|=|>|<|\(|\)|,)|([^\s"'=!<>(),]+))""")
CLAUSE_FIELDS = (
    "project key issuekey labels status statuscategory reporter creator assignee updated created priority issuetype"
)
FIELDS = frozenset(CLAUSE_FIELDS.split())
TIMES = frozenset({"updated", "created"})
RELATIVE = re.compile(r"^([+-]?\d+)([mhdw])$")
SECONDS = {"m": 60, "h": 3600, "d": 86400, "w": 604800}


@dataclass(frozen=True, slots=True)
class Word:
    """A token; a quoted one is never a keyword."""

    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """One comparison: a field in lower case, `=`, `!=`, `in`, `not in`, `is`, `is not` or an order, and its values."""

    field: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Jql:
    """All clauses must hold; `order` is (field, descending)."""

    clauses: tuple[Clause, ...]
    order: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What a query is checked against: project and issue keys, the calling user and how to name a user, the time,
    and the zone in which that user writes moments.
    """

    projects: frozenset[str]
    keys: frozenset[str]
    me: str
    user_name: Callable[[str], str]
    now: float
    zone: tzinfo = UTC


def parse(text: str, known: Known) -> Jql:
    """Read a query. Raises RefusedError 400 for what Jira or this stand-in does not understand."""
    reader = _Reader(_words(text))
    clauses: list[Clause] = []
    if reader.peek() and not reader.at("order"):
        clauses.append(_clause(reader, known))
        while reader.take("and"):
            clauses.append(_clause(reader, known))
    order: list[tuple[str, bool]] = []
    if reader.take("order"):
        reader.need("by")
        order = _order(reader)
    if reader.peek():
        _fail(f"Error in the JQL Query: Expecting either 'AND' but got '{reader.peek()}'.")
    return Jql(tuple(clauses), tuple(order))


def select(issues: list[Json], query: Jql) -> list[Json]:
    """The issues that the query matches, in its order; newest first where it names none, as Jira does."""
    found = [issue for issue in issues if all(_holds(issue, clause) for clause in query.clauses)]
    for field, descending in reversed(query.order or (("created", True),)):
        found.sort(key=lambda issue: _sort_key(issue, field), reverse=descending)  # used at once
    return found


class _Reader:
    """Walks along the words."""

    def __init__(self, words: list[Word]) -> None:
        self._words = words

    def peek(self) -> str:
        return self._words[0].text if self._words else ""

    def at(self, keyword: str) -> bool:
        return bool(self._words) and not self._words[0].quoted and self._words[0].text.lower() == keyword

    def take(self, keyword: str) -> bool:
        found = self.at(keyword)
        if found:
            self._words.pop(0)
        return found

    def need(self, keyword: str) -> None:
        if not self.take(keyword):
            _fail(f"Error in the JQL Query: Expecting '{keyword}' but got '{self.peek() or 'the end of the query'}'.")

    def next(self) -> str:
        if not self._words:
            _fail("Error in the JQL Query: the query ends too early.")
        return self._words.pop(0).text


def _words(text: str) -> list[Word]:
    words: list[Word] = []
    place = 0
    while text[place:].strip():
        match = TOKEN.match(text, place)
        if not match:
            _fail(f"Error in the JQL Query: The character at {place + 1} is not understood.")
        quoted = match[1] if match[1] is not None else match[2]
        if quoted is not None:
            words.append(Word(re.sub(r"\\(.)", r"\1", quoted), quoted=True))
        else:
            words.append(Word(match[3] or match[4]))
        place = match.end()
    return words


def _clause(reader: _Reader, known: Known) -> Clause:
    field = reader.next().lower()
    if field not in FIELDS:
        _fail(f"Field '{field}' does not exist or you do not have permission to view it.")
    operator = reader.next().lower()
    if operator in {"not", "is"}:
        operator += " in" if operator == "not" and reader.take("in") else " not" if reader.take("not") else ""
    if operator not in {"=", "!=", ">", ">=", "<", "<=", "in", "not in", "is", "is not"}:
        _fail(f"The operator '{operator}' is not supported by the '{field}' field.")
    raw = _list(reader) if operator in {"in", "not in"} else [_value(reader)]
    return Clause(field, operator, tuple(_meant(field, value, known) for value in raw))


def _list(reader: _Reader) -> list[str]:
    reader.need("(")
    found = [_value(reader)]
    while reader.take(","):
        found.append(_value(reader))
    reader.need(")")
    return found


def _value(reader: _Reader) -> str:
    value = reader.next()
    if reader.take("("):
        reader.need(")")
        if value.lower() != "currentuser":
            _fail(f"Unable to find JQL function '{value}()'.")
        return "currentUser()"
    return value


def _meant(field: str, value: str, known: Known) -> str:
    if value == "currentUser()":
        return known.me
    if field == "project" and value.upper() not in known.projects:
        _fail(f"The value '{value}' does not exist for the field 'project'.")
    if field in {"key", "issuekey"} and value.upper() not in known.keys:
        _fail(f"An issue with key '{value}' does not exist for field '{field}'.")
    if field in TIMES:
        return str(_moment(field, value, known))
    if field in {"reporter", "creator", "assignee"} and value.upper() != "EMPTY":
        return known.user_name(value)
    return value


def _moment(field: str, value: str, known: Known) -> float:
    relative = RELATIVE.match(value)
    if relative:
        return known.now + int(relative[1]) * SECONDS[relative[2]]
    for form in ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d"):
        try:
            return datetime.strptime(value, form).replace(tzinfo=known.zone).timestamp()
        except ValueError:
            continue
    return _fail(
        f"Date value '{value}' for field '{field}' is invalid. Valid formats include: 'yyyy-MM-dd HH:mm', '-5d'."
    )


def _order(reader: _Reader) -> list[tuple[str, bool]]:
    order = []
    while True:
        field = reader.next().lower()
        if field not in FIELDS:
            _fail(f"Field '{field}' does not exist or you do not have permission to view it.")
        descending = reader.take("desc")
        if not descending:
            reader.take("asc")
        order.append((field, descending))
        if not reader.take(","):
            return order


def _holds(issue: Json, clause: Clause) -> bool:
    if clause.field in TIMES:
        return _in_order(clause.operator, float(issue[clause.field]), float(clause.values[0]))
    have = {text.lower() for text in _texts(issue, clause.field)}
    want = {value.lower() for value in clause.values}
    if "empty" in want or "null" in want:
        return (not have) == (clause.operator in {"=", "is", "in"})
    if clause.operator in {"!=", "not in"}:
        return bool(have) and not have & want  # an empty field is neither equal nor unequal, as in Jira
    return bool(have & want)


def _in_order(operator: str, have: float, want: float) -> bool:
    tests = {">": have > want, ">=": have >= want, "<": have < want, "<=": have <= want, "=": have == want}
    return tests.get(operator, False)


def _texts(issue: Json, field: str) -> list[str]:
    """Every way in which a query may name the value of an issue's field."""
    if field in {"key", "issuekey"}:
        return [issue["key"], issue["id"]]
    if field == "statuscategory":
        return [CATEGORIES[issue["status"]]["name"], CATEGORIES[issue["status"]]["key"]]
    named = {"status": STATUSES, "priority": PRIORITIES, "issuetype": TYPES}
    value: Any = issue[field]
    if value is None:
        return []
    if field in named:
        return [value, named[field][value]]
    return list(value) if isinstance(value, list) else [str(value)]


def _sort_key(issue: Json, field: str) -> tuple[Any, ...]:
    if field in {"key", "issuekey"}:
        project, _, number = issue["key"].partition("-")
        return (project, int(number))
    if field in TIMES:
        return (issue[field], int(issue["id"]))
    return (" ".join(_texts(issue, field)),)


def _fail(message: str) -> NoReturn:
    refuse(400, message)
