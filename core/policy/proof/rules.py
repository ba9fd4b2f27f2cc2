"""Rules that can never match, in every section of the policy that has some."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.policy.condition import Condition
from core.policy.policy import Policy
from core.policy.proof.covered import Never, Rule, never
from core.policy.proof.finding import Finding, Gravity, How
from core.policy.proof.values import CATALOGUE, Values
from core.policy.targets import CLOCKS, TargetRule

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Rules that stand in one list of policy.yaml, each with its place there.

    `first_wins`: the first that holds is the only one that counts. `what` is what of the rules this is about, where
    that is not all of them.
    """

    entries: Sequence[tuple[Place, Rule]]
    first_wins: bool = True
    what: str = ""


def sections(policy: Policy) -> Iterator[Section]:
    """Every list of rules that there is; a new one joins here."""
    yield _list(("severity", "rules"), policy.severity.rules)
    yield _list(("routing", "rules"), policy.routing.rules)
    yield Section([(("segments", name), one) for name, one in policy.segments.items()])
    yield _list(("path_rules",), policy.path_rules)
    yield _list(("triggers",), policy.triggers, first_wins=False)
    yield _list(("communication", "tell"), policy.communication.tell, first_wins=False)
    for path in policy.paths.values():
        yield _list(("paths", path.name, "enter"), path.enter)
    yield _list(("risk", "rules"), policy.risk.rules, first_wins=False)
    yield _list(("risk", "must_know"), policy.risk.must_know, first_wins=False)
    yield Section([(("risk", "duties", name), one) for name, one in policy.risk.duties.items()], first_wins=False)
    for clock in CLOCKS:
        rules = [(at, one) for at, one in enumerate(policy.targets) if clock in one.targets]
        yield Section([(("targets", at), _Target(one, clock)) for at, one in rules], what=f"{clock} of ")


@dataclass(frozen=True, slots=True)
class _Target:
    """A rule of targets as far as it goes for one clock: for the severities that it has a length for."""

    rule: TargetRule
    clock: str

    @property
    def name(self) -> str:
        return self.rule.name

    @property
    def condition(self) -> Condition:
        """As the rule's, for those severities."""
        given = self.rule.condition
        asked = Condition(match={name: one for name, one in given.match.items() if name == "severity"})
        within = [one.value for one in self.rule.targets[self.clock].within if asked.holds({"severity": one.value})]
        return Condition(match={**given.match, "severity": tuple(within)}, when=given.when)


def _list(place: Place, rules: Sequence[Rule], *, first_wins: bool = True) -> Section:
    return Section([((*place, at), rule) for at, rule in enumerate(rules)], first_wins)


def dead_rules(policy: Policy) -> Iterator[Finding]:
    """A finding for every rule that can never match."""
    values = Values.of(policy)
    for section in sections(policy):
        rules = [rule for _, rule in section.entries]
        for found in never(rules, values, first_wins=section.first_wins):
            place, rule = section.entries[found.rule]
            yield Finding(
                gravity=Gravity.NOTE if _lacks_examples(rule, found, values) else Gravity.WARNING,
                kind="rule_never_matches",
                document="policy.yaml",
                place=place,
                message=_message(section, rule, found),
                hint="Put it before them, or take it out." if found.by else "",
                how=How.SAMPLED if found.tried else How.PROVED,
                weight=500,
            )


def _lacks_examples(rule: Rule, found: Never, values: Values) -> bool:
    """Whether it is only that no service or customer of the catalogue is such: one may come."""
    match = rule.condition.match
    lacking = [name for name, wanted in match.items() if not values.matched(name, wanted)]
    return not found.by and bool(lacking) and CATALOGUE.issuperset(lacking)


def _message(section: Section, rule: Rule, found: Never) -> str:
    this = f"{section.what}{_name(rule) or 'this rule'}"
    tried = f" (of {found.tried} examples that were tried)" if found.tried else ""
    if not found.by:
        return f"{this} can never match: no ticket is such{tried}."
    others = " and ".join(_name(section.entries[one][1]) or f"rule {one + 1}" for one in found.by)
    return f"{this} can never match: {others} always {'come' if len(found.by) > 1 else 'comes'} first{tried}."


def _name(rule: Rule) -> str:
    name = getattr(rule, "name", "")
    return f"“{name}”" if name else ""
