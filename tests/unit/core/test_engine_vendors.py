"""Vendors: asked like people, told only what they may know, measured by their contract."""

from __future__ import annotations

from datetime import timedelta

from core.model import Acknowledge, Assign, ReasonCode, SetOwner, Severity, Take, TellVendorCase, TimerDue
from core.policy import Calendar, Hours, Level, Path, Policy, Vendor
from tests.unit.core.conftest import NOON, Story, a_level, a_policy

ACME = Vendor(
    id="acme-db",
    name="Acme Databases",
    acknowledge_within=dict.fromkeys(Severity, timedelta(minutes=30)),
    calendar="office",
    contract="UC-2026-04",
    ways=("mailto://acme",),
    share=("severity", "service"),
)
OFFICE = Calendar(
    name="office", time_zone="UTC", hours=(Hours(frozenset(range(5)), timedelta(hours=13), timedelta(hours=18)),)
)


def with_vendor(**changes: object) -> Policy:
    outside = Level(name="Vendor", vendor="acme-db", acknowledge_within=dict.fromkeys(Severity, timedelta(hours=3)))
    path = Path(name="standard", levels=(a_level("L1"), outside, a_level("L3")), last_resorts=("ines",))
    policy = a_policy(paths={"standard": path}, vendors={"acme-db": ACME}, calendars={"office": OFFICE}, **changes)
    roster = policy.roster.with_vendors([ACME.person])
    return a_policy(
        paths={"standard": path}, vendors={"acme-db": ACME}, calendars={"office": OFFICE}, roster=roster, **changes
    )


def at_the_vendor() -> Story:
    """A ticket that nobody acknowledged on the first level."""
    return Story(policy=with_vendor()).fires().waits()


def test_the_vendor_is_asked_and_whoever_has_it_here_keeps_it() -> None:
    story = at_the_vendor()
    assert story.told == ["vendor:acme-db"]
    assert story.opened.owner == "dana"
    assert all("assignee" not in action.changes.said() for action in story.written)


def test_the_vendor_is_told_what_is_shared_and_nothing_else() -> None:
    story = at_the_vendor()
    notice = next(action.notice for action in story.outcome.actions if action.notice)
    said = f"{notice.headline} {notice.ask} {notice.why} {notice.tried}"
    assert "SEV1" in said
    assert "Payments" in said
    assert "UC-2026-04" in said
    assert "Payments fail" not in said
    assert "Dana" not in said


def test_the_vendors_clock_runs_in_the_hours_of_the_contract_beside_ours() -> None:
    clock = at_the_vendor().opened.clock("vendor:acme-db")
    assert clock is not None
    assert clock.due_at == NOON + timedelta(hours=1, minutes=30)


def test_the_vendor_acknowledges_by_the_link_and_the_ticket_stays_ours() -> None:
    story = at_the_vendor().happens(Acknowledge("vendor:acme-db", "by the link"), after=60)
    assert story.opened.is_acknowledged
    assert story.opened.owner == "dana"
    assert story.opened.acknowledged_by == "Acme Databases"
    clock = story.opened.clock("vendor:acme-db")
    assert clock is not None
    assert clock.is_over
    assert clock.breached_at is None


def test_a_vendor_who_acknowledges_after_one_of_ours_has_kept_their_contract() -> None:
    story = at_the_vendor().happens(Acknowledge("ines", "here"), after=1)
    story.happens(Acknowledge("vendor:acme-db", "by the link"), after=60)
    assert story.reasons[0] is ReasonCode.VENDOR_ACKNOWLEDGED
    clock, case = story.opened.clock("vendor:acme-db"), story.opened.vendor_case("acme-db")
    assert clock is not None
    assert case is not None
    assert (clock.is_over, clock.breached_at, case.acknowledged_at) == (True, None, story.now)
    assert (story.opened.owner, story.opened.acknowledged_by) == ("ines", "Ines Moreau")
    again = story.happens(Acknowledge("vendor:acme-db", "by the link"))
    assert again.reasons == [ReasonCode.ACKNOWLEDGED_AGAIN]


def test_their_case_number_ends_their_clock_and_not_our_wait() -> None:
    story = at_the_vendor().happens(TellVendorCase("dana", "here", vendor="acme-db", number="CS-991"), after=10)
    assert ReasonCode.VENDOR_CASE in story.reasons
    case = story.opened.vendor_case("acme-db")
    assert case is not None
    assert (case.number, case.acknowledged_at) == ("CS-991", story.now)
    assert story.waits_for_acknowledgement
    other = story.happens(TellVendorCase("dana", "here", vendor="other", number="1"))
    assert other.reasons == [ReasonCode.COMMAND_REFUSED]


def test_a_vendor_who_does_not_answer_is_late_and_the_path_goes_on() -> None:
    story = at_the_vendor()
    while story.opened.level < 3:
        timer = min(story.opened.timers, key=lambda one: one.due_at)
        minutes = (timer.due_at - story.now).total_seconds() / 60
        story.happens(TimerDue(timer.kind, timer.token, timer.name), minutes)
    assert "lee" in story.told
    clock = story.opened.clock("vendor:acme-db")
    assert clock is not None
    assert clock.is_breached


def test_a_vendor_without_any_way_is_skipped_at_once() -> None:
    silent = Vendor(id="acme-db", name="Acme", acknowledge_within=ACME.acknowledge_within)
    policy = with_vendor()
    story = Story(policy=a_policy(paths=policy.paths, vendors={"acme-db": silent})).fires().waits()
    assert ReasonCode.LEVEL_SKIPPED in story.reasons
    assert story.told == ["lee"]


def test_no_command_hands_a_vendor_what_is_told_to_our_people_alone() -> None:
    commands = (
        Assign("ines", "here", "theirs", person="vendor:acme-db"),
        SetOwner("ines", "here", "theirs", level="L1", person="vendor:acme-db"),
    )
    for command in commands:
        story = Story(policy=with_vendor()).fires().happens(command, after=60)
        assert story.outcome.entries[-1].reason.code is ReasonCode.COMMAND_REFUSED
        assert not [action for action in story.outcome.actions if action.notice]


def test_a_vendor_can_but_acknowledge() -> None:
    story = at_the_vendor().happens(Take("vendor:acme-db", "by the link"), after=60)
    assert story.outcome.entries[-1].reason.code is ReasonCode.NOT_ALLOWED
