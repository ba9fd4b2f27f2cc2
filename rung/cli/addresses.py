"""Whether the ways on the documents are addresses by which a message could go out at all, tried without sending one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.policy import Policy
from core.policy.proof import Finding, Gravity

_HINT = "Try it with apprise; an address of mail without a user needs from=, as in mailto://HOST?from=A&to=B."


def findings(policy: Policy) -> Iterator[Finding]:
    """A finding for each address of a person, a channel or a vendor that cannot be used."""
    for person in policy.roster.people.values():
        yield from _of("roster.yaml", ("people", person.id, "notify"), person.ways)
    for vendor in policy.vendors.values():
        yield from _of("policy.yaml", ("vendors", vendor.id, "notify"), vendor.ways)
    for channel in policy.communication.channels.values():
        yield from _of("policy.yaml", ("communication", "channels", channel.id, "ways"), channel.ways)


def _of(document: str, place: tuple[str | int, ...], ways: Sequence[str]) -> Iterator[Finding]:
    for index, way in enumerate(ways):
        if not _usable(way):
            yield Finding(
                gravity=Gravity.WARNING,
                kind="unusable_address",
                document=document,
                place=(*place, index),
                message="is not an address by which a message can go out.",
                hint=_HINT,
                weight=5e3,
            )


def _usable(way: str) -> bool:
    """Whether it can be used; true where a secret decides that, whose value is not looked at here."""
    from connectors.notify.ways import REFERENCE, channel, kind
    from core.ports import DeliveryError

    if REFERENCE.search(way):
        if not kind(way).startswith("mailto"):
            return True
        way = REFERENCE.sub("x", way)
    try:
        channel(way, "it")
    except DeliveryError:
        return False
    return True
