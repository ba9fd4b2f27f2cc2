"""What holds under any policy and roster, whatever happens."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from core.engine import Outcome, step
from core.model import (
    Action,
    HandoffFact,
    Person,
    ReasonCode,
    Severity,
    Stimulus,
    Ticket,
    TimerDue,
    TimerKind,
    Unopened,
)
from core.policy import (
    ALWAYS,
    Acknowledgement,
    Ask,
    Condition,
    Direction,
    Entrance,
    Level,
    LevelKind,
    OnCall,
    Path,
    Policy,
    Roster,
    Span,
    Target,
    TargetRule,
    Team,
    Trigger,
    marks_of,
)
from core.store.codec import from_json, to_json
from tests.unit.core.conftest import NOON, a_policy, an_alert
from tests.unit.core.test_engine_properties import alerts, changes, commands, stimulus_of

PEOPLE = ("dana", "lee", "ines", "sam")
NAMES = ("L1", "L2", "L3", "L4")
FOR_EVER = (Span(NOON - timedelta(days=400), NOON + timedelta(days=400)),)
CLIMBS = {ReasonCode.ESCALATED, ReasonCode.ESCALATED_ASKS, ReasonCode.STOOD_IN}
BACK = {
    ReasonCode.REOPENED,
    ReasonCode.HANDED_BACK,
    ReasonCode.PATH_BEGUN_AGAIN,
    ReasonCode.MOVED_BACK,
    ReasonCode.SEVERITY_CHANGED,
    ReasonCode.SEVERITY_CHANGED_TO_DEFAULT,
}
MOST = 400
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""Shrinking a whole policy would take minutes."""

some_people = st.lists(st.sampled_from(PEOPLE), max_size=3, unique=True).map(tuple)
minutes = st.integers(1, 90).map(lambda many: timedelta(minutes=many))
within = minutes.map(lambda length: dict.fromkeys(Severity, length))
maybe = st.one_of(st.just({}), within)
conditions = st.sampled_from(
    [
        ALWAYS,
        *(Condition(match={}, when=text) for text in ("severity == 'SEV1'", "level == 1", "round > 1", "age > 600")),
    ]
)
levels = st.builds(
    lambda length, kind, ask, turns, team: Level(
        name="L", acknowledge_within=length, kind=kind, ask=ask, next_in_turn=turns, team=team
    ),
    within,
    st.sampled_from(LevelKind),
    st.sampled_from(Ask),
    st.integers(0, 2),
    st.sampled_from(["", "other"]),
)


@st.composite
def paths(draw: st.DrawFn) -> Path:
    drawn = draw(st.lists(levels, min_size=1, max_size=4))
    numbers = st.integers(1, len(drawn))
    enter = draw(
        st.lists(st.builds(lambda c, n: Entrance(condition=c, level=n, because="so"), conditions, numbers), max_size=1)
    )
    return Path(
        name="standard",
        levels=tuple(replace(level, name=name) for level, name in zip(drawn, NAMES, strict=False)),
        rounds=draw(st.integers(1, 3)),
        loop_from=draw(numbers),
        last_resorts=draw(some_people),
        enter=tuple(enter),
    )


@st.composite
def triggers(draw: st.DrawFn) -> tuple[Trigger, ...]:
    directions = st.sampled_from(Direction)
    kinds = st.sampled_from(
        [
            {"silent_for": dict.fromkeys(Severity, timedelta(minutes=20))},
            {"open_for": dict.fromkeys(Severity, timedelta(minutes=30))},
            {"acknowledged_for": dict.fromkeys(Severity, timedelta(minutes=40))},
            {"spent": {"resolve": 50}},
            {"reassignments": 2},
            {"reopenings": 1},
            {},
        ]
    )
    drawn = draw(st.lists(st.tuples(directions, st.sampled_from(NAMES), conditions, kinds), max_size=3))
    return tuple(
        Trigger(name=f"t{number}", because="so", direction=direction, level=level, condition=condition, **kind)
        for number, (direction, level, condition, kind) in enumerate(drawn)
    )


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    ways = {one: draw(st.sampled_from([(), ("mailto://a",), ("mailto://a", "mailto://b")])) for one in PEOPLE}
    people = {one: Person(one, one.title(), f"{one}@example.com", ways[one]) for one in PEOPLE}
    duties = {team: {name: OnCall(people=draw(some_people)) for name in NAMES} for team in ("pay", "other")}
    teams = {id_: Team(id=id_, name=id_, on_call=duty) for id_, duty in duties.items()}
    off = dict.fromkeys(draw(some_people), FOR_EVER)
    pulled = draw(triggers())
    resolve = TargetRule(name="all", targets={"resolve": Target(within=dict.fromkeys(Severity, timedelta(hours=2)))})
    return a_policy(
        paths={"standard": draw(paths())},
        roster=Roster(people, teams, off),
        triggers=pulled,
        clock_marks=marks_of(pulled),
        targets=(resolve,) if draw(st.booleans()) else (),
        acknowledgement=Acknowledgement(expires_after=draw(maybe), re_arm_on_worse=draw(st.booleans())),
        handoff=tuple(HandoffFact) if draw(st.booleans()) else (),
    )


@dataclass
class Life:
    """A ticket under a policy, held against what must be true after every step."""

    policy: Policy
    now: datetime = NOON
    ticket: Ticket | Unopened = field(default_factory=lambda: Unopened(1, "k3f9q2abcd"))
    actions: list[Action] = field(default_factory=list)

    def happens(self, stimulus: Stimulus) -> Ticket:
        before = self.ticket
        outcome = step(before, stimulus, self.policy, self.now)
        assert outcome == step(before, stimulus, self.policy, self.now), "the same arguments give the same outcome"
        assert outcome.ticket is not None
        self.ticket = outcome.ticket
        self.actions += [action for action in outcome.actions if action.notice is None or action.notice.person]
        self._is_sane(outcome.ticket)
        self._tells_the_last_resort(before, outcome)
        self._climbs(before, outcome)
        return outcome.ticket

    def comes_due(self) -> bool:
        """What comes next by itself happens; returns whether there is anything."""
        ticket = self.ticket
        if not isinstance(ticket, Ticket) or not ticket.timers:
            return False
        timer = min(ticket.timers, key=lambda one: one.due_at)
        self.now = max(self.now, timer.due_at)
        self.happens(TimerDue(timer.kind, timer.token, timer.name))
        return True

    def _is_sane(self, ticket: Ticket) -> None:
        awaited = ticket.state.is_open and not ticket.is_acknowledged
        has_timer = ticket.timer(TimerKind.ACKNOWLEDGE) is not None
        assert not awaited or has_timer or ticket.exhausted, "an open unacknowledged ticket has a timer or is exhausted"
        assert awaited or not has_timer, "nothing waits for an acknowledgement that nobody needs"
        assert len({one.person for one in ticket.asked}) == len(ticket.asked), "nobody is asked twice on a level"
        assert len({(timer.kind, timer.name) for timer in ticket.timers}) == len(ticket.timers)
        assert from_json(to_json(ticket), Ticket) == ticket

    def _tells_the_last_resort(self, before: Ticket | Unopened, outcome: Outcome) -> None:
        assert outcome.ticket is not None
        if not outcome.ticket.exhausted or (isinstance(before, Ticket) and before.exhausted):
            return
        resorts = self.policy.paths["standard"].last_resorts
        reachable = {one for one in resorts if self.policy.roster.people[one].ways}
        told = {action.notice.person for action in outcome.actions if action.notice}
        assert not reachable or told & reachable, "the last resort is told when the path is exhausted"

    def _climbs(self, before: Ticket | Unopened, outcome: Outcome) -> None:
        codes = {entry.reason.code for entry in outcome.entries}
        if outcome.ticket is None or not isinstance(before, Ticket) or not codes & CLIMBS or codes & BACK:
            return
        was, is_ = (before.round, before.level), (outcome.ticket.round, outcome.ticket.level)
        assert is_ > was or (is_ == was and ReasonCode.STOOD_IN in codes), "a level is notified once a round"


moves = st.one_of(alerts, changes, commands, st.sampled_from(["due", "done", "refused", "refused", "late timer"]))


@settings(max_examples=300, deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.too_slow])
@given(policies(), st.lists(st.tuples(moves, st.integers(0, 20)), max_size=12))
def test_under_any_policy_somebody_is_waited_for_or_the_last_resort_knows(
    policy: Policy, tale: list[tuple[object, int]]
) -> None:
    life = Life(policy)
    life.happens(an_alert())
    for move, later in tale:
        assert isinstance(life.ticket, Ticket)
        if move == "due":
            life.comes_due()
            continue
        stimulus = stimulus_of(move, life.ticket, life.actions)
        if stimulus is not None:
            life.now += timedelta(minutes=later)
            life.happens(stimulus)


@settings(max_examples=200, deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.too_slow])
@given(policies())
def test_under_any_policy_what_nobody_answers_comes_to_an_end(policy: Policy) -> None:
    life = Life(policy)
    life.happens(an_alert())
    for _ in range(MOST):
        if not life.comes_due():
            break
    assert isinstance(life.ticket, Ticket)
    assert life.ticket.exhausted, "no path is without an end"
    assert not life.ticket.timers


@settings(max_examples=200, deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.too_slow])
@given(policies())
def test_under_any_policy_what_reaches_nobody_comes_to_an_end(policy: Policy) -> None:
    life = Life(policy)
    life.happens(an_alert())
    for _ in range(MOST):
        assert isinstance(life.ticket, Ticket)
        stimulus = stimulus_of("refused", life.ticket, life.actions)
        if stimulus is None:
            break
        life.happens(stimulus)
    assert isinstance(life.ticket, Ticket)
    assert life.ticket.exhausted or not life.actions
