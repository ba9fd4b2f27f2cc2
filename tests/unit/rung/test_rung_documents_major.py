"""`major` in policy.yaml: what is read, and what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.model import Severity
from core.policy import MajorRule
from rung.documents import DocumentsError
from rung.documents.reading import read

ROSTER = """\
people:
  dana: {name: Dana Reyes}
teams:
  payments: {name: Payments, on_call: {L1: {people: [dana]}}}
"""


def rule(text: str) -> MajorRule:
    return read({"policy.yaml": text, "roster.yaml": ROSTER}, ()).policy.major


def refused(text: str) -> str:
    with pytest.raises(DocumentsError) as caught:
        rule(text)
    return "\n".join(f"{one.path}: {one.message} {one.hint}" for one in caught.value.problems)


def test_without_the_section_no_ticket_is_like_another() -> None:
    assert rule("name: Mine").like == ()
    assert rule("name: Mine").surge is None


def test_everything_is_read() -> None:
    found = rule(
        """
major:
  like: [service, labels.alertname]
  window: 10m
  at: 3
  severity: SEV1
  title: "{service} is down ({count}): {title}"
  team: payments
  bridge: "https://meet.example.com/{uid}"
  contact: dana
  when_resolved: release
  surge: {at: 30, call: [dana, payments/L1], widen: 1.5}
"""
    )
    assert (found.like, found.at, found.least) == (("service", "labels.alertname"), 3, Severity.SEV1)
    assert (found.team, found.contact, found.resolves) == ("payments", "dana", False)
    assert found.surge is not None
    assert found.surge.window == timedelta(minutes=10)
    assert (found.surge.until, found.surge.widen) == (15, 1.5)


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ("like: [servce]", "Did you mean “service”?"),
        ("like: [severity]", "major.like[0]"),
        ('bridge: "https://meet.example.com/{uuid}"', "names “{uuid}”, which is not known here. Did you mean “uid”?"),
        ('bridge: "https://meet.example.com/{uid"', "has a brace without its other one"),
        ('bridge: "https://meet.example.com/{uid:>9}"', "gives a field a form"),
        ('bridge: "https://{service}.example.com/"', "is not an address"),
        ("bridge: the usual room", "is not an address"),
        ('title: "{titel}"', "Did you mean “title”?"),
        ("contact: dan", "Did you mean “dana”?"),
        ("team: payment", "Did you mean “payments”?"),
        ("path: nowhere", "major.path"),
        ("creates_on: nowhere", "major.creates_on"),
        ("at: 1", "must be a whole number from 2 to 50"),
        ("surge: {at: 30, until: 30}", "must be less than at"),
        ("surge: {at: 30, widen: 0.5}", "must be a number from 1 to 20"),
        ("surge: {at: 30, call: [dan]}", "Did you mean “dana”?"),
        ("surge: {at: 30, call: [payment/L1]}", "Did you mean “payments”?"),
        ("surge: {at: 30, call: [payments/L17]}", "L17"),
        ("surge: {until: 30}", "surge.at"),
    ],
)
def test_what_is_wrong_is_told(section: str, told: str) -> None:
    assert told in refused(f"major:\n  {section}\n")
