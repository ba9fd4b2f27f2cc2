"""The section `signature` of a mapping: in which form its sender signs."""

from __future__ import annotations

from typing import Any

from core.model import SignatureForm
from core.model.signature import ALGORITHMS, ENCODINGS, flaws
from mappings.document import Node
from mappings.spans import seconds

_PARTS = ("header", "algorithm", "encoding", "prefix", "separator", "over", "timestamp_header", "tolerance")
_WORDS = {"algorithm": ALGORITHMS, "encoding": ENCODINGS}


def compile_signature(node: Node) -> SignatureForm | None:
    """The form; None with the mistakes noted."""
    before = len(node.report.problems)
    entries = node.entries(_PARTS)
    if entries and "header" not in entries:
        node.wrong("A signature needs “header”.")
    said: dict[str, Any] = {name: one.text() for name, one in entries.items()}
    for name, words in _WORDS.items():
        if name in said and said[name] not in words:
            entries[name].wrong(f"There is no {name} “{said[name]}”.", words)
    if "tolerance" in said:
        said["tolerance"] = _tolerance(entries["tolerance"])
    if len(node.report.problems) > before:
        return None
    form = SignatureForm(**said)
    for part, message in flaws(form):
        entries.get(part, node).wrong(f"“{part}” {message}")
    return form


def _tolerance(node: Node) -> int:
    try:
        return seconds(node.text())
    except ValueError:
        node.wrong("This is no length of time. Write seconds, or text such as 5m.")
        return 0
