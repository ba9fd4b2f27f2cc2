"""Where the documents stand that a mapping may extend, and which one it means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mappings.compiling import Text
from mappings.document import Node, Report, read

PACKAGED = Path(__file__).resolve().parent
"""The folder of the mappings that come with Rung."""

DOCUMENT = "mapping.yaml"
_EXTENDS = re.compile(r"([a-z][a-z0-9_-]{0,62})(?:@([0-9a-f]{8}))?")


@dataclass(frozen=True, slots=True)
class Shelf:
    """All documents, in layers of which the later ones win; below them stand the packaged ones."""

    layers: Sequence[dict[str, Text]]

    def with_base(self, document: Text, layer: int, report: Report, above: tuple[Text, ...] = ()) -> Text:
        """The document with what it extends, and so on; notes names that are unknown or go in a circle.

        One that bears the name of what it extends means the one below it: a mapping of your own named `jira` extends
        the packaged `jira`.
        """
        said = _extends(document)
        if said is None:
            return document
        if not said.is_scalar:
            _wrong(said, report, "The name of one mapping was expected.", self._known())
            return document
        wanted = _EXTENDS.fullmatch(said.text())
        name = wanted[1] if wanted else said.text()
        own = name == document.name
        found = next((one for one in self._named(name, layer if own else len(self.layers))), None)
        if found is None:
            _wrong(said, report, f"There is no mapping “{said.text()}” to extend.", self._known())
            return document
        base, at = found
        if any((one.text, one.name) == (base.text, base.name) for one in (*above, document)):
            way = " → ".join(one.name for one in (*above, document, base))
            _wrong(said, report, f"These extend each other in a circle: {way}.")
            return document
        full = self.with_base(base, at, report, (*above, document))
        return replace(document, base=full, pinned=(wanted[2] if wanted else "") or "", line=said.line)

    def _named(self, name: str, below: int) -> list[tuple[Text, int]]:
        """The documents of that name, the topmost first, with their layers."""
        found = [(self.layers[at][name], at) for at in reversed(range(below)) if name in self.layers[at]]
        packaged = PACKAGED / name / DOCUMENT
        if re.fullmatch(_EXTENDS, name) and packaged.is_file():
            found.append((Text(name, f"packaged/{name}/{DOCUMENT}", packaged.read_text(encoding="utf-8")), 0))
        return found

    def _known(self) -> list[str]:
        packaged = (path.parent.name for path in PACKAGED.glob(f"*/{DOCUMENT}"))
        return sorted({*packaged, *(name for layer in self.layers for name in layer)})


def _extends(document: Text) -> Node | None:
    """What the document says that it extends; one that cannot be read is told of when it is compiled."""
    root = read(document.text, Report(document.file))
    return dict(root.pairs()).get("extends") if root else None


def _wrong(node: Node, report: Report, message: str, allowed: Sequence[str] = ()) -> None:
    report.add(node.line, "extends", message, allowed, node.file)
