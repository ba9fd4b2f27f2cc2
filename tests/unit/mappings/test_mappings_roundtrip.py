import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mappings
from core.model import Changes, Impact, Severity, State, Urgency
from mappings import MappingDocumentError, load_catalogue
from mappings.pieces import UNFILLED
from mappings.roundtrip import losses, lost

CATALOGUE = load_catalogue([mappings.PACKAGED])
PLATFORMS = [name for name, mapping in CATALOGUE.items() if mapping.out]


def judge(impact: Impact, urgency: Urgency) -> Severity:
    return Severity(f"SEV{min(impact + urgency - 1, 4)}")


def told(name: str, **options: str) -> list[str]:
    bound = CATALOGUE[name].bind(name, name, f"https://{name}.example.com", options)
    return [str(one) for one in losses(bound, judge)]


@pytest.mark.parametrize("name", PLATFORMS)
def test_every_platform_s_mapping_says_how_what_it_writes_comes_back(name: str) -> None:
    out = CATALOGUE[name].out
    assert out is not None
    assert out.returns is not None


def test_servicenow_keeps_every_value() -> None:
    assert told("servicenow") == []
    assert told("servicenow", service_field="business_service") == []


def test_jira_keeps_every_value_but_closed_where_a_workflow_has_no_such_status() -> None:
    assert told("jira") == [
        f"state “closed” is written as status “{status}”, and comes back as resolved."
        for status in ("Resolved", "Done", "Completed", "done")
    ]


def test_a_field_that_is_written_and_never_read_is_named() -> None:
    text = "“Payments fail: 5 % in Zürich”"
    found = told("jira", service_field="customfield_10042")[4:]
    assert found == [f"service {text} is written as customfield_10042 {text}, and comes back as nothing."]


OWN = """
extends: servicenow
out:
  state: {field: state, table: {on_hold: "20"}}
  title: {field: u_headline}
"""


def test_what_an_extension_loses_is_told_with_its_line() -> None:
    bound = load_catalogue([], {"mine": OWN})["mine"].bind("mine", "p")
    found = {one.field: one for one in losses(bound, judge)}
    assert found.keys() == {"state", "title"}
    assert "comes back as an error (packaged/servicenow/mapping.yaml:" in str(found["state"])
    assert 'does not know "20"' in found["state"].back
    assert (found["title"].file, found["title"].back) == ("packaged/servicenow/mapping.yaml", "nothing")
    mended = OWN + 'tables: {state: {"20": on_hold}}\ncommon: {title: $record.u_headline}'
    assert losses(load_catalogue([], {"mine": mended})["mine"].bind("mine", "p"), judge) == ()


def test_a_platform_that_does_not_say_how_things_come_back_is_not_checked() -> None:
    text = "shapes: [{name: a, kind: {is: alert}, key: id, state: {is: new}}]\nout: {title: {field: t}}"
    assert losses(load_catalogue([], {"x": text})["x"].bind("x", "p"), judge) == ()


@pytest.mark.parametrize(
    ("returns", "wrong"), [("{body: [], at: x}", "“body” is"), ("{body: {a: b}, at: a}", "“at” is")]
)
def test_a_section_returns_that_makes_no_sense_is_told(returns: str, wrong: str) -> None:
    text = f"shapes: [{{name: a, kind: {{is: alert}}, key: id, state: {{is: new}}}}]\nout: {{returns: {returns}}}"
    with pytest.raises(MappingDocumentError, match=wrong):
        load_catalogue([], {"x": text})


words = st.text(min_size=1, max_size=400).map(str.strip).filter(lambda text: text and not UNFILLED.fullmatch(text))
states = st.sampled_from([one for one in State if one is not State.CLOSED])
changes = st.builds(
    Changes,
    title=st.none() | words,
    description=st.none() | words,
    team=st.none() | words,
    service=st.none() | words,
    impact=st.none() | st.sampled_from(Impact),
    urgency=st.none() | st.sampled_from(Urgency),
    state=st.none() | states,
    resolution=st.none() | words,
    assignee=st.sampled_from([None, "", "dana.reyes"]),
)


@pytest.mark.parametrize(
    ("name", "options"),
    [("servicenow", {"service_field": "business_service"}), ("jira", {})],
    ids=["servicenow", "jira"],
)
@given(changes=changes)
@settings(max_examples=100, deadline=None)
def test_any_changes_together_come_back_as_they_went_out(name: str, options: dict[str, str], changes: Changes) -> None:
    bound = CATALOGUE[name].bind(name, name, f"https://{name}.example.com", options)
    assert list(lost(bound, changes, judge)) == []
