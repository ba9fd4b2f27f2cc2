"""Everything that is looked for in the documents beside who is on call: a proof joins with one line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from core.policy.policy import Policy
from core.policy.proof.finding import Finding, worst_first
from core.policy.proof.ladders import duties, ladders, targets, vendors
from core.policy.proof.rules import dead_rules

Proof = Callable[[Policy], Iterator[Finding]]

PROOFS: Sequence[Proof] = (dead_rules, ladders, targets, duties, vendors)


def prove(policy: Policy) -> list[Finding]:
    """What is amiss with the policy, the worst first."""
    return sorted((found for proof in PROOFS for found in proof(policy)), key=worst_first)
