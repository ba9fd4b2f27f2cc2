"""Shapes: the forms of a source's items. The first whose condition holds makes the Event, or declines the item."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.model import Event, EventKind
from core.ports import UnmappedError
from mappings import kinds
from mappings.celrule import compile_condition
from mappings.changes import compile_changed
from mappings.document import Node
from mappings.kinds import Kind
from mappings.parts import compile_comment, compile_comments, compile_labels, compile_party, compile_record
from mappings.places import where
from mappings.rules import Language, compile_value
from mappings.scope import Read, Scope, Where
from mappings.spans import seconds

MAX_KEY = 200
"""A longer key is cut and told apart by a digest."""

VALUES: Mapping[str, Kind] = {
    "kind": kinds.KIND,
    "key": kinds.ID,
    "ticket_kind": kinds.TICKET_KIND,
    "state": kinds.STATE,
    "hold_reason": kinds.SHORT,
    "title": kinds.HEADLINE,
    "description": kinds.BODY,
    "impact": kinds.IMPACT,
    "urgency": kinds.URGENCY,
    "service": kinds.SHORT,
    "configuration_item": kinds.SHORT,
    "customer": kinds.SHORT,
    "region": kinds.SHORT,
    "language": kinds.SHORT,
    "category": kinds.SHORT,
    "assignment_group": kinds.SHORT,
    "link": kinds.LINK,
    "version": kinds.NUMBER,
    "occurred_at": kinds.MOMENT,
    "operation_id": kinds.SHORT,
    "partial": kinds.FLAG,
    "lasts": kinds.LENGTH,
}
PARTS: Mapping[str, Callable[[Node, Language], Read]] = {
    "record": compile_record,
    "labels": compile_labels,
    "assignee": compile_party,
    "caller": compile_party,
    "actor": compile_party,
    "comment": compile_comment,
    "comments": compile_comments,
    "changed": compile_changed,
}
FIELDS = (*VALUES, *PARTS)
"""Everything of an Event that a mapping says; `source` and `own` are not the body's to say."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One form of an item. `decline` gives the reason for which such an item is not for us."""

    name: str
    where: Where
    holds: Callable[[Scope], bool] | None
    decline: Read | None
    fields: tuple[tuple[str, Read], ...]

    def fits(self, scope: Scope) -> bool:
        """Whether the item has this form."""
        return self.holds is None or self.holds(scope)

    def event(self, scope: Scope, source: str) -> Event:
        """The Event that the item tells; raises `UnmappedError`."""
        said: dict[str, Any] = {}
        for name, read in self.fields:
            value = read(scope)
            if value is not None:
                said[name] = value
        self._check(said)
        said["key"] = bounded(said["key"])
        return Event(source=source, **said)

    def _check(self, said: Mapping[str, Any]) -> None:
        if not said.get("key"):
            raise self._lacks("key")
        if "kind" not in said:
            raise self._lacks("kind")
        if said["kind"] is EventKind.ALERT:
            if "state" not in said:
                raise self._lacks("state")
        elif "record" not in said:
            raise self._lacks("record")

    def _lacks(self, name: str) -> UnmappedError:
        return self.where.unmapped(f"the body has nothing for “{name}”, which {self.where.path} cannot do without.")


def bounded(key: str) -> str:
    """The key, short enough to be indexed, and still a key."""
    if len(key) <= MAX_KEY:
        return key
    return f"{key[: MAX_KEY - 33]}~{hashlib.sha256(key.encode()).hexdigest()[:32]}"


def compile_shape(node: Node, language: Language, common: Mapping[str, Node]) -> Shape:
    """One shape; what it does not say itself is taken from `common`."""
    own = node.entries(("name", "when", "decline", *FIELDS))
    if "name" not in own:
        node.wrong("A shape needs a name.")
    name = own["name"].text() if "name" in own else node.path
    holds = compile_condition(own["when"], language.names) if "when" in own else None
    place = where(node, f"the shape “{name}”")
    if "decline" in own:
        for more in sorted(set(own) - {"name", "when", "decline"}):
            own[more].wrong("A shape that declines says nothing else.")
        return Shape(name, place, holds, _reason(own["decline"], language), ())
    entries = {field: one for field, one in (dict(common) | own).items() if field in FIELDS}
    for needed in ("kind", "key"):
        if needed not in entries:
            node.wrong(f"A shape needs “{needed}”.")
    fields = tuple((field, compile_field(field, one, language)) for field, one in entries.items())
    return Shape(name, place, holds, None, fields)


def compile_field(name: str, node: Node, language: Language) -> Read:
    """The rule for that field of an Event."""
    if name in PARTS:
        return PARTS[name](node, language)
    if name == "lasts" and (length := _written_length(node)) is not None:
        return lambda _: length
    return compile_value(node, language, VALUES[name])


def _written_length(node: Node) -> int | None:
    """`lasts: 1h` means an hour, not what stands in the body at “1h”; None where it is a rule."""
    try:
        return None if node.is_map or node.is_list else seconds(node.text())
    except ValueError:
        return None


def _reason(node: Node, language: Language) -> Read:
    """A sentence in which paths may stand in braces; without them where the body does not have them."""
    text = node.text()
    if "{" not in text:
        return lambda _: text
    read = compile_value(node, language, kinds.SHORT)
    return lambda scope: read(scope) or text
