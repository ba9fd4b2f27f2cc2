"""The section `communication` of policy.yaml."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.model import Moment, QuietHours, Severity
from core.policy import Communication, Digest, Limit
from core.policy.message import AUDIENCES, FIELDS, PUBLIC
from core.policy.template import misread
from core.policy.words import TERMS
from rung import documents
from rung.documents.policy.messages import packaged
from rung.live import packaged as mappings

ROSTER = "people:\n  dana: {name: Dana Reyes}\n"


def read(section: str) -> Communication:
    text = "communication:\n" + "\n".join(f"  {line}" for line in section.splitlines())
    return documents.read({"policy.yaml": text, "roster.yaml": ROSTER}, mappings()).policy.communication


def problems(section: str) -> list[str]:
    with pytest.raises(documents.DocumentsError) as raised:
        read(section)
    return [str(problem) for problem in raised.value.problems]


def test_nobody_extra_is_told_by_the_packaged_policy() -> None:
    section = documents.read({}, mappings()).policy.communication
    assert (section.is_silent, section.digest, section.quiet_hours) == (True, Digest(), None)
    assert section.withheld("customer") == frozenset(FIELDS) - PUBLIC


def test_a_section_is_read() -> None:
    section = read(
        """channels: {acme: {ways: ["${ACME}"], audience: customer, customer: acme, short: true}}
tell: [{name: all, moments: [opened, resolved], audience: customer, match: {severity: SEV1}}]
cadence: {customer: {SEV1: 30m}}
limits: {per_person: 20/h, per_channel: 5/10m}
quiet_hours: {from: "22:00", until: "07:00", awake: [SEV3]}"""
    )
    assert section.channels["acme"].reader.short_ways == {0}
    assert section.tell[0].moments == {Moment.OPENED, Moment.RESOLVED}
    assert section.cadence == {"customer": {Severity.SEV1: timedelta(minutes=30)}}
    assert section.per_person == Limit(20, timedelta(hours=1))
    assert section.per_channel == Limit(5, timedelta(minutes=10))
    assert section.quiet_hours == QuietHours(timedelta(hours=22), timedelta(hours=7))
    assert section.awake == {Severity.SEV1, Severity.SEV3}


def test_an_unknown_field_of_a_template_is_told_with_its_line() -> None:
    assert problems('templates:\n  - {audience: internal, first: "{sevrity}"}') == [
        "policy.yaml:3: communication.templates[0].first: there is no field “sevrity” here. Did you mean “severity”?"
    ]


def test_a_template_may_not_name_what_its_audience_is_not_to_see() -> None:
    said = problems('templates: [{audience: customer, first: "{service}", text: "{owner}"}]')
    where = "policy.yaml:2: communication.templates[0].text"
    hint = "Take it out, or out of communication.withhold."
    assert said == [f"{where}: “owner” is withheld from the audience customer. {hint}"]
    assert read('templates: [{audience: customer, first: "{owner}"}]\nwithhold: {customer: [team]}')


def test_a_template_for_every_audience_may_name_what_all_of_them_see() -> None:
    assert "withheld from the audience customer" in problems('templates: [{first: "{owner}"}]')[0]
    assert "withheld from the audience executive" in "".join(
        problems('templates: [{first: "{severity}"}]\nwithhold: {executive: [severity]}')
    )


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("tell: [{name: a, moments: [opened]}]", "tells nobody"),
        ("tell: [{name: a, moments: [opend], audience: customer}]", "Did you mean “opened”"),
        ("tell: [{name: a, moments: [opened], channels: [x]}]", "there is no channel “x”"),
        ("tell: [{name: a, moments: [opened], people: [x]}]", "there is no person “x”"),
        ("tell: [{name: a, moments: [opened], people: [dana], template: x}]", "there is no template “x”"),
        ("channels: {a: {ways: ['slack://token/a/b']}}", "holds a secret"),
        ("channels: {a: {ways: ['${A}'], audience: customer, asks: true}}", "never asked to take"),
        ("channels: {a: {ways: ['${A}'], language: german}}", "is not a language"),
        ("titles: {x: {en: X}}", "there is no service “x”"),
        ("words: {fr: {minut: minute}}", "Did you mean “minute”"),
        ("limits: {per_person: many}", "is not a limit"),
        ("withhold: {customer: [boss]}", "cannot be “boss”"),
        ("cadence: {customers: {SEV1: 30m}}", "Did you mean “customer”"),
        ("updates: {customer: maybe}", "Allowed: ask, send"),
    ],
)
def test_a_mistake_is_told(section: str, said: str) -> None:
    assert said in "".join(problems(section))


def test_the_packaged_messages_serve_every_audience_and_moment_in_both_languages() -> None:
    section = Communication(wordings=packaged()[0], words=packaged()[1])
    for language in ("en", "de"):
        for audience in AUDIENCES:
            for moment in Moment:
                wording = section.wording(audience, moment, Severity.SEV1, (language,))
                assert wording, (language, audience, moment)
                allowed = set(FIELDS) - section.withheld(audience)
                assert not misread(wording.first.text + wording.text.text, allowed)
    assert set(packaged()[1]["de"].terms) == set(TERMS)
