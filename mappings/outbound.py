"""The way out: our Changes in one platform's words, as the `out` section of a mapping tells them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Any, Literal

from core.model import Changes, Impact, Severity, State, Urgency
from core.ports import DeliveryError, OutField, RecordWrite
from mappings.document import Node
from mappings.filling import HOLE, fill
from mappings.returns import Returns, compile_returns
from mappings.scope import Settings
from mappings.table import ANY_OTHER
from mappings.tables import Tables

_WORDS: Mapping[str, type[Enum]] = {"severity": Severity, "impact": Impact, "urgency": Urgency, "state": State}
_TEXTS = ("title", "description", "service")
_LOOKED_UP: Mapping[str, Literal["group", "person"]] = {"team": "group", "assignee": "person"}
_FIELDS = (*_TEXTS, *_WORDS, *_LOOKED_UP)
_HOLES = ("operation_id", "title", "description", "service", "severity", "impact", "urgency", "state", "resolution")
_RULE = ("field", "as", "table", "value", "or", "only")


@dataclass(frozen=True, slots=True)
class Rule:
    """One field to write. `only` limits it to some of our words; `table` and `value` say what is written."""

    field: str
    kind: Literal["value", "group", "person", "state"]
    table: Mapping[str, object] | None
    value: object
    otherwise: object
    only: frozenset[str]
    where: str

    def fields(self, word: str, known: Mapping[str, str], settings: Settings) -> Iterator[OutField]:
        """The field with its value; nothing where an option that it needs is not configured."""
        target = fill(self.field, known)
        if not target or (self.only and word not in self.only):
            return
        if self.table is not None:
            if word not in self.table:
                raise DeliveryError(f"{self.where}: {settings.platform} has no word for {word}.", permanent=True)
            value = fill(self.table[word], known)
        else:
            value = fill(self.value, known)
            value = fill(self.otherwise, known) if value is None else value
        if value is not None:
            yield OutField(
                str(target), tuple(value) if self.kind == "state" and isinstance(value, list) else value, self.kind
            )


@dataclass(frozen=True, slots=True)
class Out:
    """A mapping's whole way out. `comments` names the fields for internal and for public texts."""

    rules: Mapping[str, tuple[Rule, ...]]
    create: tuple[Rule, ...]
    comments: Mapping[str, str]
    returns: Returns | None = None

    def fields(self, write: RecordWrite, settings: Settings) -> tuple[OutField, ...]:
        """Everything to write, comments last; raises `DeliveryError(permanent=True)`."""
        return tuple(self._all(write, settings))

    def targets(self, settings: Settings) -> frozenset[str]:
        """The names of all fields that can be written."""
        known = {f"$option.{name}": value for name, value in settings.options.items()}
        rules = [*self.create, *(rule for rules in self.rules.values() for rule in rules)]
        named = (fill(rule.field, known) for rule in rules)
        return frozenset(str(name) for name in (*named, *self.comments.values()) if name)

    def _all(self, write: RecordWrite, settings: Settings) -> Iterator[OutField]:
        known = _known(write, settings)
        if write.record is None:
            for rule in self.create:
                yield from rule.fields("", known, settings)
        for name, rules in self.rules.items():
            value = getattr(write.changes, name)
            if value is None:
                continue
            for rule in rules:
                if name in _LOOKED_UP:
                    yield from _looked_up(rule, name, write, known)
                else:
                    yield from rule.fields(word(value), known, settings)
        for comment in write.changes.comments:
            field = self.comments.get("internal" if comment.internal else "public")
            if field:
                yield OutField(field, comment.text, "comment")


def _looked_up(rule: Rule, name: str, write: RecordWrite, known: Mapping[str, str]) -> Iterator[OutField]:
    """A group or person to look up; "" clears the field; left alone where the platform has nothing to look for."""
    target = fill(rule.field, known)
    found: object = write.group if name == "team" else write.person
    if not target:
        return
    if not getattr(write.changes, name):
        yield OutField(str(target), "", "value")
    elif found:
        yield OutField(str(target), found, rule.kind)


def word(value: object) -> str:
    """One of our values as the document writes it: `high`, `SEV1`, `in_progress`."""
    return value.name.lower() if isinstance(value, IntEnum) else str(value)


def _known(write: RecordWrite, settings: Settings) -> dict[str, str]:
    changes: Changes = write.changes
    said = {name: word(value) for name in _HOLES[1:] if (value := getattr(changes, name)) is not None}
    options = {f"$option.{name}": value for name, value in settings.options.items()}
    return {"operation_id": write.operation_id, **options, **said}


def compile_out(node: Node, tables: Tables) -> Out:
    """The `out` section; notes what is wrong with it."""
    entries = node.entries((*_FIELDS, "create", "comments", "returns"))
    rules = {
        name: tuple(_rule(one, name, tables) for one in entries[name].items()) for name in _FIELDS if name in entries
    }
    create = tuple(_rule(one, "", tables) for one in entries["create"].items()) if "create" in entries else ()
    comments = entries["comments"].entries(("internal", "public")) if "comments" in entries else {}
    returns = compile_returns(entries["returns"]) if "returns" in entries else None
    return Out(rules, create, {name: one.text() for name, one in comments.items()}, returns)


def _rule(node: Node, name: str, tables: Tables) -> Rule:
    entries = node.entries(_RULE)
    if "field" not in entries:
        node.wrong("What is written needs “field”: where on the platform it goes.")
    words = [word(member) for member in _WORDS[name]] if name in _WORDS else []
    only = frozenset(_one_of(one, words) for one in entries["only"].items()) if "only" in entries else frozenset()
    return Rule(
        field=entries["field"].text() if "field" in entries else "",
        kind=_kind(entries.get("as"), name),
        table=_table(entries["table"], name, tables, only) if "table" in entries else None,
        value=_holed(entries["value"]) if "value" in entries else "{" + name + "}",
        otherwise=_holed(entries["or"]) if "or" in entries else None,
        only=only,
        where=f"{node.file}:{node.line}",
    )


def _kind(node: Node | None, name: str) -> Literal["value", "group", "person", "state"]:
    given = node.text() if node else ""
    if node and not (name == "state" and given == "transition"):
        node.wrong("“as” says only one thing: that a state is reached by a transition.", ("transition",))
    return "state" if given == "transition" else _LOOKED_UP.get(name, "value")


def _table(node: Node, field: str, tables: Tables, only: frozenset[str]) -> Mapping[str, object]:
    """What is written for each of our words: rows of its own, and what a named table reads the other way round.

    It must say something for every word that is written there: all of them, or the `only` ones.
    """
    words = {ours: word(member) for member in _WORDS.get(field, ()) for ours in (word(member), str(member.value))}
    found: dict[str, object] = {}
    for part in node.items():
        if part.is_map:
            rows = {name: _holed(row) for name, row in part.entries(dict.fromkeys(words.values()) or None).items()}
        else:
            back = [(row.text() if row.is_scalar else "", theirs) for theirs, row in reversed(tables.pairs(part))]
            rows = {words.get(ours, "" if words else ours): theirs for ours, theirs in back if theirs != ANY_OTHER}
        found = {**rows, **found}
    for lacking in [one for one in dict.fromkeys(words.values()) if one not in found and (not only or one in only)]:
        node.wrong(f"The table says nothing for “{lacking}”.")
    return found


def _one_of(node: Node, words: list[str]) -> str:
    given = node.text()
    if given not in words:
        node.wrong(f"There is no “{given}” here.", words)
    return given


def _holed(node: Node) -> Any:
    value = node.literal()
    _check_holes(node, value)
    return value


def _check_holes(node: Node, value: object) -> None:
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            _check_holes(node, part)
    for hole in HOLE.findall(value) if isinstance(value, str) else ():
        if hole not in _HOLES and not hole.startswith("$option."):
            node.wrong(f"There is nothing called “{hole}” to write.", (*_HOLES, "$option.<name>"))
