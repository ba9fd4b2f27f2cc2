"""What the organisation knows of its services and customers, found by the names that sources use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Protocol, TypeVar


class Criticality(StrEnum):
    """How much hangs on a service."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owners:
    """Who answers for a service on one level, and who does where they are away; roster ids, "" for nobody named."""

    owner: str = ""
    backup: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service that the organisation runs: the names that sources use for it, and the team that owns it.

    `depends_on` holds the ids of the services without which it does not work; `owners` names people by level.
    """

    id: str
    name: str
    team: str
    aliases: tuple[str, ...] = ()
    criticality: Criticality | None = None
    depends_on: tuple[str, ...] = ()
    business_unit: str = ""
    service_line: str = ""
    owners: Mapping[str, Owners] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Who is served: the names that sources use, and what holds for their tickets where the source does not say it.

    `vips` are callers by name or e-mail address.
    """

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    tier: str = ""
    region: str = ""
    language: str = ""
    vips: tuple[str, ...] = ()


@dataclass(frozen=True)
class Catalogue:
    """Services and customers by id, found by id, name or alias whatever the case."""

    services: Mapping[str, Service] = field(default_factory=dict)
    customers: Mapping[str, Customer] = field(default_factory=dict)

    @cached_property
    def _services_by_name(self) -> Mapping[str, Service]:
        return _by_name(self.services.values())

    @cached_property
    def _customers_by_name(self) -> Mapping[str, Customer]:
        return _by_name(self.customers.values())

    def service(self, name: str) -> Service | None:
        """The service that a source calls so."""
        return self._services_by_name.get(name.casefold())

    def customer(self, name: str) -> Customer | None:
        """The customer whom a source calls so."""
        return self._customers_by_name.get(name.casefold())

    @cached_property
    def _vip_of(self) -> Mapping[str, frozenset[str]]:
        """The customers whose VIP somebody is, by their folded name or e-mail address."""
        found: dict[str, frozenset[str]] = {}
        for customer in self.customers.values():
            for vip in map(str.casefold, customer.vips):
                found[vip] = found.get(vip, frozenset()) | {customer.id}
        return found

    def is_vip(self, customer: str, *caller: str) -> bool:
        """Whether a caller, by any of their names, is a VIP of the customer of that id; of any where none is known."""
        known = [self._vip_of.get(name.casefold(), frozenset()) for name in caller if name]
        return any(customer in customers if customer else bool(customers) for customers in known)

    @cached_property
    def dependents(self) -> Mapping[str, int]:
        """By a service's id: how many others stop working with it, directly or through others. Circles are harmless."""
        needed_by: dict[str, list[str]] = {}
        for service in self.services.values():
            for other in service.depends_on:
                needed_by.setdefault(other, []).append(service.id)
        return {name: len(set(_reached(name, needed_by)) - {name}) for name in self.services}


class _Called(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def aliases(self) -> tuple[str, ...]: ...


T = TypeVar("T", bound=_Called)


def _by_name(things: Iterable[T]) -> Mapping[str, T]:
    named: dict[str, T] = {}
    for thing in things:
        named.update(dict.fromkeys(map(str.casefold, (*thing.aliases, thing.name, thing.id)), thing))
    return named


def _reached(start: str, edges: Mapping[str, list[str]]) -> Iterator[str]:
    seen, waiting = {start}, [start]
    while waiting:
        for other in edges.get(waiting.pop(), ()):
            if other not in seen:
                seen.add(other)
                waiting.append(other)
                yield other
