"""How what was written comes back: the platform's own body around it, as the `returns` section of `out` tells."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.model import Person
from core.ports import OutField
from mappings.document import Node
from mappings.filling import fill

_HOLES = ("value", "id", "email", "name")


@dataclass(frozen=True, slots=True)
class Returns:
    """`body` is a record as the platform sends it, with its fields at `at`; `forms` are those of fields that come back
    in another form than they were written in, several where any of them may be met.
    """

    body: Mapping[str, Any] = field(default_factory=dict)
    at: tuple[str, ...] = ()
    forms: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)

    def bodies(self, written: tuple[OutField, ...]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """What was written, in words, and the body in which it comes back; for each of several acceptable states."""
        values = [one for one in written if one.kind != "comment"]
        for chosen in itertools.product(*(_choices(one) for one in values)):
            told = ", ".join(f"{one.field} {_told(value)}" for one, value in zip(values, chosen, strict=True))
            forms = (self._forms(one, value) for one, value in zip(values, chosen, strict=True))
            for shapes in itertools.product(*forms):
                yield told, self._body(dict(zip((one.field for one in values), shapes, strict=True)))

    def _forms(self, one: OutField, value: object) -> tuple[object, ...]:
        forms = self.forms.get(one.field)
        if forms is None or isinstance(value, dict | list) or value == "":
            return (value,)
        if isinstance(value, Person):
            known = {"value": value.id, "id": value.id, "email": value.email, "name": value.name}
        else:
            known = {"value": str(value), "name": str(value)}
        return tuple(fill(form, known) for form in forms)

    def _body(self, fields: Mapping[str, object]) -> Mapping[str, Any]:
        body: dict[str, Any] = copy.deepcopy(dict(self.body))
        target = body
        for step in self.at:
            target = target.setdefault(step, {})
        target.update(fields)
        return body


def _choices(one: OutField) -> tuple[object, ...]:
    return one.value if one.kind == "state" and isinstance(one.value, tuple) else (one.value,)


def _told(value: object) -> str:
    if isinstance(value, Person):
        return f"“{value.name}”"
    if isinstance(value, dict):
        return ", ".join(_told(part) for part in value.values())
    return f"“{value}”" if value != "" else "“”"


def compile_returns(node: Node) -> Returns:
    """The section; notes what is wrong with it."""
    entries = node.entries(("body", "at", "as"))
    forms = entries["as"].entries() if "as" in entries else {}
    body = entries["body"].literal() if "body" in entries else {}
    if not isinstance(body, dict):
        node.wrong("“body” is a record as the platform sends it: named entries.")
        body = {}
    at = entries["at"].text() if "at" in entries else ""
    target: object = body
    for step in filter(None, at.split(".")):
        target = target.get(step, {}) if isinstance(target, dict) else None
    if not isinstance(target, dict):
        entries["at"].wrong("“at” is where in “body” the record's fields are: names with dots between them.")
    return Returns(
        body=body,
        at=tuple(filter(None, at.split("."))),
        forms={name: tuple(part.literal() for part in one.items()) for name, one in forms.items()},
    )
