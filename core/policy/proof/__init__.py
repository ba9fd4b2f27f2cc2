"""What can be proved of the documents before anybody relies on them: see `prove`."""

from core.policy.proof.finding import Finding, Gravity, How, worst_first

__all__ = ["Finding", "Gravity", "How", "worst_first"]
