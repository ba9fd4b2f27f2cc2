"""How a mapping came to what it made of a delivery: for each field the rule, its file and line, and what it read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.model import Event, Unknown
from mappings.document import Node
from mappings.kinds import as_text
from mappings.places import read_by
from mappings.scope import MISSING, Read, Scope
from mappings.table import ANY_OTHER

_SECTION = re.compile(r"^(?:common|names|shapes\[\d+\])\.")


@dataclass(frozen=True, slots=True)
class Step:
    """What one rule found. `name` is the path of the field whose value this is, "" within a rule."""

    node: Node
    name: str
    value: object
    steps: tuple[Step, ...]


@dataclass(slots=True)
class Trail:
    """Collects what rules find while one item is mapped. A mapping that bears one is for one thread alone."""

    steps: list[Step] = field(default_factory=list)
    _rows: dict[int, tuple[Node, Mapping[str, Node]]] = field(default_factory=dict)

    def has_rows(self, rule: Node, rows: Mapping[str, Node]) -> None:
        """Note the rows of the rule's table, in lower case."""
        self._rows[id(rule.raw)] = (rule, rows)

    def row(self, rule: Node, read: object) -> Node | None:
        """The row of the rule's table that gave the value for what was read, if one did."""
        rows = self._rows.get(id(rule.raw), (rule, {}))[1]
        if not isinstance(read, str | int | float):
            return None
        return rows.get(as_text(read).strip().casefold()) or rows.get(ANY_OTHER)

    def fields(self) -> tuple[TracedField, ...]:
        """The fields that were said, in the order in which they were found."""
        said = (one for one in self.steps if one.name and one.value is not None and one.value is not MISSING)
        found = [_field(step, self) for step in said]
        return tuple({one.name: one for one in found}.values())

    def told(self, read: Read, node: Node, name: str) -> Read:
        """The rule, which notes here what it finds, and what the rules within it do."""

        def value(scope: Scope) -> object:
            outer, self.steps = self.steps, []
            try:
                found = read(scope)
            finally:
                inner, self.steps = self.steps, outer
            self.steps.append(Step(node, name, found, tuple(inner)))
            return found

        return value


class Forgetful(dict[str, object]):
    """Named values that are found anew each time, so that each use of one leaves its trail."""

    def __setitem__(self, name: str, value: object) -> None:
        del name, value


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedField:
    """One field of an Event: `name` as in the mapping ("state", "record.id"), `value` as the Event has it.

    `file` and `line` are where the rule stands that gave it, or the row of its table; `rule` is the path, template or
    expression that was read there, and `read` what it found in the body. Where the rule is a list, `alternative` counts
    from 1 which of `alternatives` was taken; otherwise both are 0.
    """

    name: str
    value: object
    file: str
    line: int
    rule: str
    read: object
    alternative: int = 0
    alternatives: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedItem:
    """What one item of a delivery gave: an event with its fields, or why it was declined, or what is wrong with it.

    `shape` is the one that was taken, at `file` and `line`; `passed_over` are those before it, whose condition does not
    hold. Where no shape fits, it is "".
    """

    shape: str
    file: str
    line: int
    passed_over: tuple[str, ...] = ()
    event: Event | None = None
    declined: str = ""
    error: str = ""
    fields: tuple[TracedField, ...] = ()
    unknown: tuple[Unknown, ...] = ()


def _field(step: Step, trail: Trail) -> TracedField:
    rule, alternative, alternatives = step, 0, 0
    while rule.steps and (rule.node.is_list or rule.name):
        inner = rule.steps[-1] if rule.name else _taken(rule)
        if rule.node.is_list and not rule.name and not alternative:
            alternative, alternatives = 1 + _index(rule, inner), len(rule.node.items())
        rule = inner
    place, read = rule.node, _read(rule)
    row = trail.row(place, read)
    return TracedField(
        name=_SECTION.sub("", step.name),
        value=step.value,
        file=(row or place).file,
        line=(row or place).line,
        rule=read_by(place),
        read=None if read is MISSING else read,
        alternative=alternative,
        alternatives=alternatives,
    )


def _taken(rule: Step) -> Step:
    """The alternative whose value a list has."""
    return next((one for one in rule.steps if one.value is rule.value), rule.steps[-1])


def _index(rule: Step, taken: Step) -> int:
    return next(index for index, one in enumerate(rule.steps) if one is taken)


def _read(rule: Step) -> object:
    """What was found in the body: for an expression its result, for a constant the constant."""
    if not rule.steps or "cel" in dict(rule.node.pairs()):
        return rule.value
    if rule.node.is_list:
        return _read(_taken(rule))
    return _read(rule.steps[0]) if rule.node.is_map else rule.value
