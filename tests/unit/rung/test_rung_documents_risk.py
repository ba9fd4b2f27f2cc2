"""The section `risk` of policy.yaml."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rung import documents
from rung.live import packaged

ROSTER = "people: {ines: {name: Ines Moreau}}\n"
RISK = """\
risk:
  rules: [{name: personal, match: {labels.data: personal}, classes: [privacy], because: personal data is involved}]
  duties:
    gdpr-33: {name: Notify, classes: [privacy], within: 72h, warn_at: [50%], tell: [ines], because: GDPR article 33}
  must_know: [{name: board, match: {risk: privacy}, people: [ines], because: so}]
"""


def read(policy: str) -> documents.Configuration:
    return documents.read({"policy.yaml": policy, "roster.yaml": ROSTER}, packaged())


def test_the_section_becomes_what_the_engine_weighs_by() -> None:
    risk = read(RISK).policy.risk
    assert risk.duties["gdpr-33"].within == timedelta(hours=72)
    assert (risk.duties["gdpr-33"].warn_at, risk.duties["gdpr-33"].clock) == ((50,), "duty:gdpr-33")
    assert [one for one, _ in risk.classes({"labels": {"data": "personal"}})] == ["privacy"]
    assert read("reopen_within: 1h").policy.risk.is_empty


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (("[privacy], because", "[secrecy], because"), "policy.yaml:2: risk.rules[0].classes[0]: cannot be “secrecy”."),
        (("tell: [ines]", "tell: [inez]"), "risk.duties.gdpr-33.tell[0]: there is no person “inez”. Did you mean"),
        (("people: [ines]", "people: [lee]"), "risk.must_know[0].people[0]: there is no person “lee”."),
        (
            ("within: 72h", "within: 72h, calendar: x"),
            "risk.duties.gdpr-33.calendar: there is no calendar “x”.",
        ),
        (("labels.data", "label.data"), "risk.rules[0].match.label.data: is no fact of a ticket."),
        (("within: 72h, ", ""), "risk.duties.gdpr-33.within"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(wrong: tuple[str, str], sentence: str) -> None:
    with pytest.raises(documents.DocumentsError) as told:
        read(RISK.replace(*wrong))
    assert sentence in str(told.value)
