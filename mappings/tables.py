"""The rows of a value table: written in place, taken from a table that has a name, or both."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from mappings.document import Node


@dataclass(frozen=True, slots=True)
class Tables:
    """A mapping's named tables, a source's words on the left, ours on the right; and which of them a rule uses."""

    named: Mapping[str, Node] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def of(self, node: Node) -> Node | None:
        """The table of that name; None with the mistake noted."""
        name = node.text()
        self.used.add(name)
        if name not in self.named:
            node.wrong(f"There is no table “{name}”.", self.named)
        return self.named.get(name)

    def rows(self, node: Node) -> dict[str, Node]:
        """The rows of what a rule calls its table, in lower case: of several parts the first that has one counts."""
        found: dict[str, Node] = {}
        for part in node.items():
            table = part if part.is_map else self.of(part)
            found = {**dict(_unique(table) if table else ()), **found}
        return found

    def pairs(self, node: Node) -> list[tuple[str, Node]]:
        """The rows of a named table as they are written, for the way out."""
        table = self.of(node)
        return list(table.entries().items()) if table else []

    def tell_unused(self, file: str, used: Collection[str]) -> None:
        """Note the tables of that document which no rule uses: most likely their name is misspelt."""
        for name, node in self.named.items():
            if name not in used and node.file == file:
                node.wrong(f"No rule uses the table “{name}”.", sorted(used))


def _unique(table: Node) -> Iterator[tuple[str, Node]]:
    seen: set[str] = set()
    for name, row in table.entries().items():
        if name.casefold() in seen:
            row.wrong(f"“{name}” stands in the table twice, in another case.")
        seen.add(name.casefold())
        yield name.casefold(), row
