"""Policies as documents, tried out in the world: what the tests of paths, triggers and fallbacks share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

from core.policy import Policy, Roster
from rung import documents
from rung.live import packaged

ROSTER = """\
people:
  dana.reyes: {name: Dana Reyes, email: dana.reyes@example.com, notify: ["${A}"]}
  lee.park: {name: Lee Park, email: lee.park@example.com, notify: ["${B}"]}
  sam.okafor: {name: Sam Okafor, email: sam.okafor@example.com, notify: ["${C}"]}
  ines.moreau: {name: Inès Moreau, email: ines.moreau@example.com, notify: ["${D}"]}
teams:
  payments:
    name: Payments Support
    groups: {}
    on_call:
      L1: {people: [dana.reyes, lee.park]}
      L2: {people: [lee.park]}
      Managers: {people: [sam.okafor, ines.moreau]}
  platform:
    name: Platform Operations
    on_call: {L2: {people: [sam.okafor]}}
"""
SERVICES = """\
services:
  payments: {name: Payments, aliases: [payments-api], team: payments}
"""
_NAMED = """\
paths:
  every:
    levels:
      - {name: L1, acknowledge_within: 1h}
      - {name: L2, acknowledge_within: 1h}
      - {name: Managers, acknowledge_within: 1h}
"""


def written(text: str, *, change: Callable[[Policy], Policy] = lambda policy: policy) -> Callable[[Policy], Policy]:
    """The world's policy with the sections of that policy.yaml, and with the roster above."""

    def made(before: Policy) -> Policy:
        policy = text if "services:" in text else SERVICES + text
        roster = documents.read({"roster.yaml": ROSTER, "policy.yaml": SERVICES + _NAMED}, packaged()).roster
        read = documents.read({"roster.yaml": _fitting(policy), "policy.yaml": policy}, packaged()).policy
        teams = {id_: replace(team, groups={"servicenow": team.name}) for id_, team in roster.teams.items()}
        kept = {
            "severity": before.severity,
            "creates_on": before.creates_on,
            "roster": Roster(before.roster.people, teams),
            "targets": read.targets if "targets:" in text else (),
            "communication": before.communication,
            "acknowledgement": read.acknowledgement if "acknowledgement:" in text else before.acknowledgement,
            "handoff": read.handoff if "handoff:" in text else (),
        }
        return change(Policy(**{**{one.name: getattr(read, one.name) for one in fields(Policy)}, **kept}))

    return made


def _fitting(policy: str) -> str:
    """The roster, less the duties for levels that no path of the policy has: they would be refused."""
    lines = ROSTER.splitlines()
    names = [one for one in ("L1", "L2", "Managers") if f"name: {one}," not in policy]
    kept = [line for line in lines if not any(line.strip().startswith(f"{name}:") for name in names)]
    text = "\n".join(kept)
    if "L2" in names:
        text = text.replace("on_call: {L2: {people: [sam.okafor]}}", "on_call: {}")
    return text.replace("on_call:\n  platform", "on_call: {}\n  platform")
