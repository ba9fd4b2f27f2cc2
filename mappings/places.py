"""Where a rule stands, and what it reads, as errors and traces tell it."""

from __future__ import annotations

from mappings.document import Node
from mappings.scope import Where


def where(node: Node, path: str = "") -> Where:
    """The node's place, for errors about values."""
    return Where(node.file, node.line, path or read_by(node) or node.path)


def read_by(node: Node) -> str:
    """The paths that a rule reads, as it writes them: what an error about a foreign value must name."""
    if node.is_list:
        return " or ".join(filter(None, (read_by(one) for one in node.items())))
    if not node.is_map:
        return node.text()
    raw = dict(node.pairs())
    return next((read_by(raw[source]) for source in ("from", "time", "hash", "json", "cel") if source in raw), "")
