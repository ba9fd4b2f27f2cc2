"""What rules are made of: functions that find a value in a scope, and functions that change what another one found."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import tzinfo

from core.ports import UnmappedError
from mappings import adf
from mappings.body import parse
from mappings.kinds import as_text
from mappings.patterns import Pattern
from mappings.scope import MISSING, Read, Scope, Where
from mappings.times import moment

UNFILLED = re.compile(
    r"\$\{[^}]*\}|\$[A-Z][A-Z0-9_]*|\{\{.*\}\}|\{[#$?]?[A-Z][A-Z0-9_.:]*\}|<no value>|\*UNKNOWN\*", re.DOTALL
)
"""Variables that the sending tool did not fill in: shell, Datadog, Go and Jinja templates, Zabbix macros."""
LONGEST = 64_000
"""Characters of a text that a template makes: names that double others would otherwise fill the memory."""
_UNFILLED_START = ("$", "{", "<", "*")


def is_empty(found: object) -> bool:
    """Whether a body says that there is nothing, or does not say anything."""
    return found is MISSING or found is None or found in ("", [], {})


def scalar(read: Read, place: Where, unwrap: tuple[str, ...]) -> Read:
    """Checks that a text, number, truth or null is found; takes the value out of an object that only wraps it."""

    def value(scope: Scope) -> object:
        found = read(scope)
        if isinstance(found, str):
            return MISSING if found[:1] in _UNFILLED_START and UNFILLED.fullmatch(found.strip()) else found
        if isinstance(found, dict):
            found = (
                adf.as_text(found) if adf.is_document(found) else next((found[k] for k in unwrap if k in found), found)
            )
        if isinstance(found, dict | list):
            raise place.mismatch(found, "a text or a number")
        return found

    return value


def first(reads: Sequence[Read]) -> Read:
    """The first that is not empty; otherwise the first that is there at all.

    A word that one alternative does not know is no unknown one if a later alternative understands the item.
    """

    def value(scope: Scope) -> object:
        empty: object = MISSING
        before = len(scope.unknown)
        for read in reads:
            here = len(scope.unknown)
            found = read(scope)
            if found is MISSING:
                continue
            if found is not None and found not in ("", [], {}):
                del scope.unknown[before:here]
                return found
            empty = found if empty is MISSING else empty
        return empty

    return value


def template(texts: Sequence[str], reads: Sequence[Read]) -> Read:
    """Texts with a value between each two of them; missing as soon as one of the values is missing or empty."""

    def value(scope: Scope) -> object:
        filled = [texts[0]]
        for read, after in zip(reads, texts[1:], strict=True):
            found = read(scope)
            if found is MISSING or found is None or found == "":
                return MISSING
            filled += (as_text(found), after)
        return "".join(filled)[:LONGEST]

    return value


def timed(read: Read, place: Where, zone: tzinfo) -> Read:
    """The moment that a text or number means."""

    def value(scope: Scope) -> object:
        found = read(scope)
        if is_empty(found):
            return found
        if isinstance(found, bool) or not isinstance(found, str | int | float):
            raise place.mismatch(found, "a moment")
        try:
            return moment(found, zone)
        except ValueError:
            raise place.mismatch(found, "a moment") from None

    return value


def digest(read: Read) -> Read:
    """A digest of any value that does not depend on the order of its keys: 32 hexadecimal digits."""

    def value(scope: Scope) -> object:
        found = read(scope)
        if is_empty(found):
            return MISSING
        canonical = json.dumps(found, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:32]

    return value


def inner(read: Read) -> Read:
    """The object or list that a text holds as JSON (Amazon SNS wraps bodies so); missing where the text holds none."""

    def value(scope: Scope) -> object:
        found = read(scope)
        if not isinstance(found, str) or found.lstrip()[:1] not in ("{", "["):
            return MISSING
        try:
            return parse(found.encode("utf-8", "surrogatepass"))
        except UnmappedError:
            return MISSING

    return value


def matched(read: Read, pattern: Pattern) -> Read:
    """The first group of the pattern, in a text or in the first element of a list that fits it."""

    def value(scope: Scope) -> object:
        found = read(scope)
        for one in found if isinstance(found, list) else [found]:
            taken = pattern.group(one) if isinstance(one, str) else None
            if taken is not None:
                return taken
        return MISSING

    return value


def joined(read: Read, glue: str, place: Where) -> Read:
    """The texts of a list as one."""

    def value(scope: Scope) -> object:
        found = read(scope)
        if not isinstance(found, list):
            return found
        try:
            return glue.join(as_text(one) for one in found)
        except ValueError:
            raise place.mismatch(found, "a list of texts") from None

    return value


def instead(read: Read, missing: object) -> Read:
    """What was found, or something else where that is nothing."""

    def value(scope: Scope) -> object:
        found = read(scope)
        return missing if found is MISSING or found is None or found == "" else found

    return value
