"""What `communication` names must exist, and no template may name what is withheld from its audience."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from core.policy.message import AUDIENCES, CUSTOMER, WITHHELD
from core.policy.template import Template
from rung.documents.problems import Path, Report

_AT: Path = ("communication",)


def check(report: Report, policy: Mapping[str, Any], people: Collection[str], platforms: Collection[str]) -> None:
    """Note every misfit of the section in the report of policy.yaml."""
    section = policy.get("communication")
    if not isinstance(section, Mapping):
        return
    channels, templates = _mapping(section, "channels"), _listed(section, "templates")
    _channels(report, channels, policy)
    _tell(report, section, channels, {str(one.get("name")) for _, one in templates if one.get("name")}, people)
    for index, one in templates:
        _withheld(report, (*_AT, "templates", index), one, section)
    _known(report, (*_AT, "public_comments"), "platform", section.get("public_comments"), platforms)
    services = _mapping(policy, "services")
    for name in _mapping(section, "titles"):
        if name not in services:
            report.unknown((*_AT, "titles", name), "service", name, services)


def _channels(report: Report, channels: Mapping[str, Any], policy: Mapping[str, Any]) -> None:
    customers = _mapping(policy, "customers")
    for name, one in channels.items():
        at: Path = (*_AT, "channels", name)
        if not isinstance(one, Mapping):
            continue
        customer = one.get("customer")
        if customer and customers and customer not in customers:
            report.unknown((*at, "customer"), "customer", customer, customers)
        if one.get("asks") and one.get("audience") == CUSTOMER:
            report.add((*at, "asks"), "customers are never asked to take a ticket.", "Leave it out.")


def _tell(
    report: Report,
    section: Mapping[str, Any],
    channels: Mapping[str, Any],
    templates: Collection[str],
    people: Collection[str],
) -> None:
    for index, one in _listed(section, "tell"):
        at: Path = (*_AT, "tell", index)
        if not (one.get("audience") or one.get("channels") or one.get("people")):
            report.add(at, "tells nobody.", "Say audience, channels or people.")
        _known(report, (*at, "channels"), "channel", one.get("channels"), channels)
        _known(report, (*at, "people"), "person", one.get("people"), people)
        if one.get("template") and one["template"] not in templates:
            report.unknown((*at, "template"), "template", one["template"], templates)


def _known(report: Report, at: Path, what: str, given: Sequence[str] | None, known: Collection[str]) -> None:
    for index, name in enumerate(given or ()):
        if name not in known:
            report.unknown((*at, index), what, name, known)


def _withheld(report: Report, at: Path, template: Mapping[str, Any], section: Mapping[str, Any]) -> None:
    """A template for everybody may name only what nobody is kept from seeing."""
    given = _mapping(section, "withhold")
    for audience in (template["audience"],) if template.get("audience") else AUDIENCES:
        withheld = frozenset(given[audience]) if audience in given else WITHHELD.get(audience, frozenset())
        for key in ("first", "text"):
            for name in sorted(Template(template.get(key) or "").fields & withheld):
                hint = "Take it out, or out of communication.withhold."
                if not template.get("audience"):
                    hint = f"Say for which audience the template is. {hint}"
                report.add((*at, key), f"“{name}” is withheld from the audience {audience}.", hint)


def _mapping(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = data.get(key)
    return found if isinstance(found, Mapping) else {}


def _listed(data: Mapping[str, Any], key: str) -> list[tuple[int, Mapping[str, Any]]]:
    return [(index, one) for index, one in enumerate(data.get(key) or ()) if isinstance(one, Mapping)]
