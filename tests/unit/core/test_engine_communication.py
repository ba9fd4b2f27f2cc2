"""Who is told what, when, on which channel and in which words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.engine.digest import is_wanted
from core.engine.moments import moments
from core.model import (
    Acknowledge,
    EventKind,
    ForeignComment,
    Impact,
    Major,
    Moment,
    Note,
    Notice,
    Party,
    ReasonCode,
    Refusal,
    Report,
    State,
    Ticket,
    TimerDue,
    TimerKind,
    Urgency,
    Verb,
)
from core.policy import Customer, Policy
from core.policy.message import FIELDS, PUBLIC, Occasion, values
from core.policy.template import Template
from rung.documents.policy.communication import CommunicationSchema, communication
from tests.unit.core.conftest import NOON, Story, a_policy, a_record_event, an_alert

ALL = ["opened", "escalated", "acknowledged", "severity_changed", "exhausted", "resolved", "reopened"]
CHANNELS = {
    "execs": {"ways": ["mailto://execs"], "audience": "executive"},
    "acme": {"ways": ["mailto://a", "mailto://b"], "audience": "customer", "customer": "acme"},
    "status": {"ways": ["mailto://s"], "audience": "customer", "language": "de"},
    "room": {"ways": ["mailto://r"], "audience": "internal", "asks": "true"},
}
EVERYONE = {"name": "everyone", "moments": ALL, "audience": ["executive", "customer", "internal"]}


def talking(**section: object) -> Policy:
    """The policy with this section `communication`."""
    data = CommunicationSchema().load({"channels": CHANNELS, "tell": [EVERYONE], **section})
    return a_policy(communication=communication(data))


def notices(story: Story) -> dict[str, Notice]:
    """What the channels are told by the latest step."""
    told = [action.notice for action in story.outcome.actions if action.notice and action.notice.channel]
    assert len({one.channel for one in told}) == len(told), "a channel is told once in a step"
    return {one.channel: one for one in told}


def words(notice: Notice) -> str:
    return f"{notice.headline}\n{notice.text}"


def due(story: Story, audience: str) -> float:
    """Minutes until the audience's next update."""
    timer = story.opened.timer(TimerKind.UPDATE, audience)
    assert timer is not None
    return (timer.due_at - story.now).total_seconds() / 60


def update_comes(story: Story, audience: str) -> Story:
    timer = story.opened.timer(TimerKind.UPDATE, audience)
    assert timer is not None
    return story.happens(TimerDue(timer.kind, timer.token, timer.name), due(story, audience))


def test_nobody_extra_is_told_where_no_channel_is_named() -> None:
    story = Story().fires()
    assert story.told == ["dana"]
    assert notices(story) == {}


def test_a_channel_of_a_customer_hears_of_that_customers_tickets_only() -> None:
    assert set(notices(Story(talking()).fires())) == {"execs", "status", "room"}
    assert set(notices(Story(talking()).fires(customer="ACME"))) == {"execs", "status", "room", "acme"}


def test_the_first_line_says_severity_service_what_and_time_left() -> None:
    told = notices(Story(talking()).fires())
    assert told["execs"].headline == "SEV1 Payments: Payments fail. 5 minutes to acknowledge."


def test_customers_read_neither_titles_nor_names() -> None:
    story = Story(talking()).fires(customer="acme", title="db-payments-07 OOM, ask Dana", configuration_item="db-07")
    told = words(notices(story)["acme"])
    assert told == "Payments: we are looking into a problem (SEV1).\nReference #1, noticed 2026-03-02 12:00 UTC."


def test_what_a_service_is_called_in_public_goes_before_its_name() -> None:
    policy = talking(titles={"payments": {"de": "Kartenzahlung"}})
    assert notices(Story(policy).fires())["status"].headline.startswith("Kartenzahlung: Wir untersuchen")


def test_a_customer_may_be_told_what_the_policy_does_not_withhold() -> None:
    wording = {"audience": "customer", "moments": ["opened"], "first": "{title} ({owner})"}
    policy = talking(withhold={"customer": ["team"]}, templates=[wording])
    assert notices(Story(policy).fires(customer="acme"))["acme"].headline == "Payments fail (Dana Reyes)"


def test_a_withheld_field_is_empty_even_in_a_template_that_names_it() -> None:
    wording = {"audience": "customer", "moments": ["opened"], "first": "{service}", "text": "{owner}\n{title}"}
    assert words(notices(Story(talking(templates=[wording])).fires(customer="acme"))["acme"]) == "Payments\n"


def test_the_language_is_the_channels_else_the_tickets_else_the_policys() -> None:
    told = notices(Story(talking()).fires(language="de-AT", customer="acme"))
    assert {name: one.language for name, one in told.items()} == dict.fromkeys(told, "de")
    assert notices(Story(talking(language="de")).fires())["execs"].language == "de"
    told = notices(Story(talking()).fires(language="fi"))
    assert (told["execs"].language, told["status"].language) == ("en", "de")


def test_an_own_template_goes_before_the_packaged_one_of_its_language() -> None:
    wording = {"audience": "executive", "severities": ["SEV1"], "moments": ["opened"], "first": "Bad: {service}"}
    assert notices(Story(talking(templates=[wording])).fires())["execs"].headline == "Bad: Payments"
    less = notices(Story(talking(templates=[wording])).fires(impact=Impact.LOW))["execs"]
    assert less.headline.startswith("SEV3")


def test_a_rule_tells_of_its_moments_where_its_condition_holds() -> None:
    rule = {"name": "worst", "moments": ["acknowledged"], "match": {"severity": ["SEV1"]}, "channels": ["execs"]}
    story = Story(talking(tell=[rule])).fires()
    assert notices(story) == {}
    assert set(notices(story.happens(Acknowledge("dana", "here"), 1))) == {"execs"}
    mild = Story(talking(tell=[rule])).fires(impact=Impact.LOW).happens(Acknowledge("dana", "here"), 1)
    assert notices(mild) == {}


def test_people_on_the_roster_can_be_told_too() -> None:
    rule = {"name": "boss", "moments": ["opened"], "people": ["ines"]}
    story = Story(talking(tell=[rule])).fires()
    assert story.told == ["dana", "ines"]
    told = story.outcome.actions[-1].notice
    assert told
    assert (told.asks, told.lapses) == (False, False)


@pytest.mark.parametrize(
    ("happens", "moment"),
    [
        (lambda story: story.waits(), "escalated"),
        (lambda story: story.happens(Acknowledge("dana", "here"), 1), "acknowledged"),
        (lambda story: story.clears(1), "resolved"),
        (lambda story: story.fires(1, impact=Impact.LOW), "severity_changed"),
        (lambda story: story.clears(1).fires(5), "reopened"),
        (lambda story: story.waits().waits(), "exhausted"),
    ],
)
def test_each_moment_is_told(happens: Callable[[Story], Story], moment: str) -> None:
    story = happens(Story(talking()).fires())
    assert {one.moment for one in notices(story).values()} == {moment}
    assert ReasonCode.AUDIENCE_TOLD in story.reasons


def test_nothing_is_told_where_nothing_happened() -> None:
    story = Story(talking()).fires().fires(1)
    assert notices(story) == {}


def test_a_channel_that_asks_is_asked_until_somebody_has_taken_it() -> None:
    story = Story(talking()).fires()
    assert notices(story)["room"].asks
    assert not notices(story)["execs"].asks
    assert not notices(story.happens(Acknowledge("dana", "here"), 1))["room"].asks


def test_what_only_matters_while_nobody_has_it_lapses_with_the_acknowledgement() -> None:
    story = Story(talking()).fires()
    assert not notices(story)["execs"].lapses
    assert notices(story.waits())["execs"].lapses


def test_a_channels_next_way_is_tried_and_the_owner_hears_when_none_works() -> None:
    story = Story(talking()).fires(customer="acme")
    told = next(one for one in story.outcome.actions if one.notice and one.notice.channel == "acme")
    story.happens(Report(told, Refusal("no")))
    assert notices(story)["acme"].way == 1
    assert story.told == [""]
    story.happens(Report(story.last(Verb.NOTIFY), Refusal("no")))
    assert (story.told, story.reasons[-1]) == (["dana"], ReasonCode.CHANNEL_EXHAUSTED)
    assert story.waits_for_acknowledgement


def test_the_next_update_of_an_audience_is_always_set_while_the_ticket_is_open() -> None:
    story = Story(talking(cadence={"customer": {"SEV1": "30m"}, "executive": {"SEV2": "1h"}})).fires()
    assert due(story, "customer") == 30
    assert story.opened.timer(TimerKind.UPDATE, "executive") is None
    assert "Nächste Meldung bis 2026-03-02 12:30 UTC." in notices(story)["status"].text
    story.happens(Acknowledge("dana", "here"), 10)
    assert due(story, "customer") == 30
    story.clears(5)
    assert story.opened.timer(TimerKind.UPDATE, "customer") is None


def test_an_audience_with_nowhere_to_read_has_no_cadence() -> None:
    story = Story(talking(channels={"acme": CHANNELS["acme"]}, cadence={"customer": {"SEV1": "30m"}})).fires()
    assert story.opened.timer(TimerKind.UPDATE, "customer") is None


def test_when_the_moment_comes_the_audience_is_told_how_it_stands() -> None:
    story = Story(talking(tell=[], cadence={"customer": {"SEV1": "3m"}})).fires(customer="acme")
    update_comes(story, "customer")
    assert set(notices(story)) == {"acme", "status"}
    assert words(notices(story)["acme"]) == (
        "Payments: #1 is new (SEV1).\nSince 2026-03-02 12:00 UTC.\nNext update by 2026-03-02 12:06 UTC."
    )
    assert due(story, "customer") == 3


def test_where_the_policy_says_so_the_owner_is_asked_to_write_it() -> None:
    policy = talking(tell=[], cadence={"customer": {"SEV1": "3m"}}, updates={"customer": "ask"})
    story = update_comes(Story(policy).fires(), "customer")
    assert (notices(story), story.told) == ({}, ["dana"])
    assert story.reasons == [ReasonCode.UPDATE_ASKED]
    assert due(story, "customer") == 3


def test_a_change_of_severity_measures_the_cadence_anew_from_when_the_audience_last_heard() -> None:
    policy = talking(tell=[EVERYONE | {"moments": ["opened"]}], cadence={"customer": {"SEV1": "10m", "SEV3": "1h"}})
    story = Story(policy).fires(impact=Impact.LOW)
    assert due(story, "customer") == 60
    assert due(story.fires(4), "customer") == 6


PUBLISHES = {"public_comments": ["snow"]}


def comment(text: str, *, internal: bool = False, by: str = "lee.park") -> dict[str, object]:
    author = Party(login=by, name=by)
    return {
        "kind": EventKind.COMMENTED,
        "assignee": None,
        "comment": ForeignComment("c1", text, author, internal=internal),
    }


def test_a_public_comment_by_one_of_us_reaches_the_customers_and_restarts_the_cadence() -> None:
    story = Story(talking(cadence={"customer": {"SEV1": "30m"}}, **PUBLISHES)).fires(customer="acme").is_created()
    story.is_changed(10, **comment("We found it. Back by noon."))
    assert words(notices(story)["acme"]) == (
        "Payments: update on INC0010001 (SEV1).\nWe found it. Back by noon.\nNext update by 2026-03-02 12:40 UTC."
    )
    assert due(story, "customer") == 30


@pytest.mark.parametrize("said", [{"internal": True}, {"by": "a.caller"}])
def test_neither_an_internal_comment_nor_the_callers_own_goes_out(said: dict[str, object]) -> None:
    story = Story(talking(**PUBLISHES)).fires(customer="acme").is_created()
    assert notices(story.is_changed(1, **comment("Look at db-07", **said))) == {}  # type: ignore[arg-type] # either


def test_a_comment_goes_nowhere_unless_the_policy_says_that_customers_are_meant() -> None:
    story = Story(talking()).fires(customer="acme").is_created()
    assert notices(story.is_changed(1, **comment("Fixed."))) == {}


def test_a_public_comment_loses_the_names_that_customers_do_not_read() -> None:
    story = Story(talking(**PUBLISHES)).fires(customer="acme", configuration_item="db-07").is_created()
    story.is_changed(1, **comment("dana reyes restarts DB-07; Payments Support watches."))
    assert notices(story)["acme"].text.splitlines()[0] == "… restarts …; … watches."


SECRETS = ["xTITLEx", "xDESCRIPTIONx", "xCIx", "xCALLERx", "xOWNERx", "xSOURCEx", "xRESOLUTIONx", "xCATEGORYx"]
tickets = st.builds(
    lambda words, state, impact, customer, update: (
        Ticket(
            id=1,
            uid="u",
            kind=an_alert().ticket_kind,
            source=words[0],
            title=words[1],
            description=words[2],
            configuration_item=words[3],
            caller=words[4],
            owner=words[5],
            acknowledged_by=words[5],
            resolution=words[6],
            category=words[7],
            opened_at=NOON,
            updated_at=NOON,
            policy_version=1,
            state=state,
            impact=impact,
            urgency=Urgency.LOW,
            customer=customer,
            service="payments",
            team="pay",
            level=1,
        ),
        " ".join(update),
    ),
    st.permutations(SECRETS),
    st.sampled_from(State),
    st.sampled_from(Impact),
    st.sampled_from(["", "acme"]),
    st.lists(st.sampled_from([*SECRETS, "Dana Reyes", "Payments Support", "all", "is", "well,"]), max_size=6),
)


@settings(max_examples=200, deadline=None)
@given(tickets, st.lists(st.sampled_from(sorted(FIELDS)), max_size=8))
def test_a_customers_text_never_holds_a_withheld_value(drawn: tuple[Ticket, str], named: list[str]) -> None:
    ticket, update = drawn
    policy = talking()
    about = Occasion(ticket=ticket, policy=policy, now=NOON, words=policy.communication.words_of("en"), update=update)
    seen = values(about, policy.communication.withheld("customer"))
    assert set(seen) == PUBLIC
    text = Template("\n".join(f"{{{name}}}" for name in named)).render(seen)
    assert not any(hidden in text for hidden in (*SECRETS, "Dana Reyes", "Payments Support"))


def test_a_withheld_value_is_found_however_its_spaces_and_invisible_characters_are_written() -> None:
    policy, ticket = talking(), replace(Story().fires().opened, title="db-7\u200bof  Acme\nfails")
    words = policy.communication.words_of("en")
    for update in ("We see: db-7\u200bof  Acme\nfails.", "We see: db-7 of Acme fails."):
        about = Occasion(ticket=ticket, policy=policy, now=NOON, words=words, update=update)
        assert values(about, policy.communication.withheld("customer"))["update"] == "We see: …."


def test_an_audiences_own_wording_survives_the_store() -> None:
    from core.model import Action
    from core.store.codec import from_json, to_json

    story = Story(talking(cadence={"customer": {"SEV1": "30m"}})).fires(customer="acme")
    assert from_json(to_json(story.opened), Ticket) == story.opened
    for action in story.outcome.actions:
        assert from_json(to_json(action), Action) == action
    assert replace(story.opened, told=()) != story.opened


def test_a_record_that_somebody_opened_is_told_as_well() -> None:
    story = Story(talking()).happens(a_record_event(kind=EventKind.CREATED))
    assert {one.moment for one in notices(story).values()} == {"opened"}


def test_a_note_for_an_audience_goes_to_its_channels() -> None:
    story = Story(talking()).fires(customer="acme")
    story.happens(Note("dana", "here", text="Dana Reyes is on it.", audience="customer"), 1)
    assert notices(story)["acme"].text.splitlines()[0] == "… is on it."
    assert set(notices(story)) == {"acme", "status"}
    assert notices(story.happens(Note("dana", "here", text="For us."), 1)) == {}


def test_a_note_for_an_audience_that_reads_nowhere_is_refused() -> None:
    story = Story(talking(channels={}, tell=[])).fires()
    story.happens(Note("dana", "here", text="Soon.", audience="customer"), 1)
    assert story.reasons == [ReasonCode.COMMAND_REFUSED]


def test_the_customers_language_goes_before_the_tickets() -> None:
    policy = replace(talking(), customers={"acme": Customer(id="acme", name="Acme Inc.", language="de")})
    told = notices(Story(policy).fires(customer="acme", language="en"))
    assert (told["acme"].language, told["room"].language) == ("de", "de")


asks = st.sampled_from([None, "dana", "lee", "stranger"])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["fires", "worse", "timer", "clears", "refused"]), max_size=8), asks)
def test_nothing_is_asked_of_anybody_after_an_acknowledgement(tale: list[str], by: str | None) -> None:
    story = Story(talking()).fires(impact=Impact.MEDIUM)
    for move in tale:
        timer = story.opened.timer(TimerKind.ACKNOWLEDGE)
        if move == "timer" and timer:
            story.happens(TimerDue(timer.kind, timer.token), (timer.due_at - story.now).total_seconds() / 60)
        elif move == "clears":
            story.clears(1)
        elif move in ("fires", "worse"):
            story.fires(1, impact=Impact.HIGH if move == "worse" else Impact.MEDIUM)
    if by is None or not story.opened.state.is_open or story.opened.is_acknowledged:
        return
    asked = [one for one in story.actions if one.notice and one.notice.asks]
    story.happens(Acknowledge(by, "here"), 1)
    assert story.outcome.withdraw_notices
    assert not [one for one in story.outcome.actions if one.notice and one.notice.asks]
    for one in asked:
        story.happens(Report(one, Refusal("nobody there")))
        assert not [new for new in story.outcome.actions if new.notice and new.notice.asks]
        assert one.notice
        assert not is_wanted(one.notice, story.opened)


def test_a_ticket_that_becomes_a_major_incident_is_told_with_its_bridge() -> None:
    before = Story(talking()).fires().opened
    after = replace(before, major=Major(bridge="https://meet.example.com/k3", contact="ines"))
    assert Moment.MAJOR in moments(before, after)
    policy = talking()
    about = Occasion(ticket=after, policy=policy, now=NOON, words=policy.communication.words_of("en"))
    seen = values(about, policy.communication.withheld("executive"))
    assert (seen["bridge"], seen["contact"]) == ("https://meet.example.com/k3", "Ines Moreau")
    assert not {"bridge", "contact"} & set(values(about, policy.communication.withheld("customer")))
