from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from mappings_made import delivery

from core.model import Event, Impact, Party, State
from core.ports import UnmappedError
from mappings import BoundMapping

Make = Callable[..., Event]
Load = Callable[..., BoundMapping]


def test_a_text_is_a_path(event: Make) -> None:
    assert event("title: a.b", {"a": {"b": "hello"}}).title == "hello"


def test_a_missing_path_says_nothing(event: Make) -> None:
    assert event("title: a.b.c", {"a": {"b": "hello"}}).title is None


def test_null_and_an_empty_text_say_that_a_field_is_cleared(event: Make) -> None:
    assert event("assignment_group: g", {"g": None}).assignment_group == ""
    assert event("assignment_group: g", {"g": ""}).assignment_group == ""
    assert event("assignment_group: g", {}).assignment_group is None


def test_the_first_value_that_is_not_empty_wins(event: Make) -> None:
    rule = "title: [a, b, c]"
    assert event(rule, {"a": "", "c": "third"}).title == "third"
    assert event(rule, {"b": ""}).title == ""
    assert event(rule, {}).title is None


def test_a_template_fills_its_braces(event: Make) -> None:
    assert event('title: "{a} on {b.c}"', {"a": "Disk", "b": {"c": 7}}).title == "Disk on 7"


def test_a_template_with_a_missing_part_gives_way_to_the_next(event: Make) -> None:
    assert event('title: ["{a} on {b}", a]', {"a": "Disk"}).title == "Disk"


def test_doubled_braces_are_braces(event: Make) -> None:
    assert event('title: "{{{a}}}"', {"a": "x"}).title == "{x}"


@pytest.mark.parametrize("text", ["$SERVICE", "${service}", "{{ $labels.x }}", "{EVENT.ID}", "<no value>", "{$MACRO}"])
def test_a_variable_that_was_not_filled_in_is_missing(event: Make, text: str) -> None:
    assert event("title: [a, b]", {"a": text, "b": "Disk"}).title == "Disk"


def test_a_price_is_not_taken_for_a_variable(event: Make) -> None:
    assert event("title: a", {"a": "$5 are missing"}).title == "$5 are missing"


def test_a_constant_is_what_it_says(event: Make) -> None:
    assert event("impact: {is: high}", {}).impact is Impact.HIGH


TABLE = "impact: {from: s, table: {Critical: high, warning: 2}, default: low, missing: medium}"


@pytest.mark.parametrize(
    ("said", "impact"),
    [
        ("critical", Impact.HIGH),
        ("WARNING ", Impact.MEDIUM),
        ("odd", Impact.LOW),
        ("", Impact.MEDIUM),
        (None, Impact.MEDIUM),
    ],
)
def test_a_table_translates_without_regard_to_case(event: Make, said: object, impact: Impact) -> None:
    assert event(TABLE, {"s": said}).impact is impact


def test_an_unknown_word_without_a_default_is_unmapped(event: Make) -> None:
    with pytest.raises(UnmappedError, match=r'test/mapping.yaml:8: s does not know "odd"; its table knows critical'):
        event("impact: {from: s, table: {critical: high}}", {"s": "odd"})


def test_a_default_of_null_says_nothing(event: Make) -> None:
    assert event("impact: {from: s, table: {critical: high}, default: null}", {"s": "odd"}).impact is None


def test_an_expression_sees_null_for_what_is_missing(load: Load) -> None:
    mapping = load(
        """
names: {deep: a.b.c, sure: x}
shapes:
  - name: alert
    kind: {is: alert}
    key: {is: k}
    state: {cel: "deep == null && sure == 'yes' ? 'resolved' : 'new'"}
"""
    )
    assert mapping.events(delivery({"x": "yes"})).events[0].state is State.RESOLVED


def test_an_expression_that_does_not_go_with_its_values_is_unmapped(load: Load) -> None:
    text = "names: {n: n}\nshapes: [{name: a, kind: {is: alert}, key: {is: k}, state: {is: new}, title: {cel: n.x}}]"
    with pytest.raises(UnmappedError, match="cannot be worked out"):
        load(text).events(delivery({"n": 5}))


def test_a_named_value_may_use_the_names_before_it(load: Load) -> None:
    text = """
names: {issue: "[issue, .]", fields: $issue.fields}
shapes: [{name: a, kind: {is: alert}, key: {is: k}, state: {is: new}, title: $fields.summary}]
"""
    mapping = load(text.replace('"[issue, .]"', "[issue, .]"))
    assert mapping.events(delivery({"issue": {"fields": {"summary": "x"}}})).events[0].title == "x"
    assert mapping.events(delivery({"fields": {"summary": "y"}})).events[0].title == "y"


def test_a_time_is_read_in_its_stated_zone(event: Make) -> None:
    found = event("occurred_at: {time: at, zone: Europe/Paris}", {"at": "2026-03-02 09:15:30"})
    assert found.occurred_at == datetime(2026, 3, 2, 8, 15, 30, tzinfo=UTC)


def test_a_version_made_of_a_time_counts_milliseconds(event: Make) -> None:
    assert event("version: {time: at}", {"at": "2026-03-02T08:15:30.250Z"}).version == 1772439330250


@pytest.mark.parametrize(("said", "version"), [(7, 7), ("7", 7), (2**62 + 1, 2**62 + 1)])
def test_a_version_is_a_whole_number_and_exact(event: Make, said: object, version: int) -> None:
    assert event("version: v", {"v": said}).version == version


@pytest.mark.parametrize("said", [1.5, "seven", True, 2**70, "9" * 30])
def test_a_version_that_is_none_is_unmapped(event: Make, said: object) -> None:
    with pytest.raises(UnmappedError, match=r"mapping.yaml:8: v is .*, but a whole number was expected"):
        event("version: v", {"v": said})


@pytest.mark.parametrize("said", [["a"], {"b": 1}])
def test_a_list_or_object_where_a_text_belongs_is_unmapped(event: Make, said: object) -> None:
    with pytest.raises(UnmappedError, match=r"mapping.yaml:8: a is (a list of 1|an object with b), but a text"):
        event("title: [a, b]", {"a": said})


def test_an_error_shortens_the_value_and_hides_secrets(event: Make) -> None:
    with pytest.raises(UnmappedError) as told:
        event("version: v", {"v": "x" * 500})
    assert len(str(told.value)) < 200
    with pytest.raises(UnmappedError, match=r"api_key is \(hidden\)") as hidden:
        event("version: api_key", {"api_key": "s3cr3t"})
    assert "s3cr3t" not in str(hidden.value)


def test_an_object_that_wraps_a_value_is_unwrapped(load: Load) -> None:
    text = "unwrap: value\nshapes: [{name: a, kind: {is: alert}, key: id, state: {is: new}, title: t}]"
    assert load(text).events(delivery({"id": {"value": "1", "link": "x"}, "t": "bare"})).events[0].key == "1"


def test_an_expression_takes_a_part_out_of_a_text_or_a_list(event: Make) -> None:
    rule = "operation_id: {from: a, match: '^rung-(.+)$'}"
    assert event(rule, {"a": "rung-7"}).operation_id == "7"
    assert event(rule, {"a": ["x", "rung-8", 3]}).operation_id == "8"
    assert event(rule, {"a": ["x"]}).operation_id == ""
    assert event(rule, {"a": {"b": 1}}).operation_id == ""


def test_a_list_of_texts_is_joined(event: Make) -> None:
    rule = "category: {from: a, join: ', '}"
    assert event(rule, {"a": ["x", 7]}).category == "x, 7"
    with pytest.raises(UnmappedError, match="a list of texts"):
        event(rule, {"a": [{}]})


def test_a_digest_does_not_mind_the_order_of_labels(load: Load) -> None:
    text = "shapes: [{name: a, kind: {is: alert}, key: {hash: labels}, state: {is: new}}]"
    one, other = ({"labels": {"a": "1", "b": "2"}}, {"labels": {"b": "2", "a": "1"}})
    keys = {load(text).events(delivery(body)).events[0].key for body in (one, other)}
    assert len(keys) == 1


PERSON = "assignee: {of: who, account: [id, .], email: email, name: name}"


@pytest.mark.parametrize("nobody", [None, "", {}])
def test_an_empty_person_is_nobody(event: Make, nobody: object) -> None:
    assert event(PERSON, {"who": nobody}).assignee == Party()


def test_a_person_that_is_not_mentioned_is_not_told(event: Make) -> None:
    assert event(PERSON, {}).assignee is None


def test_a_person_is_an_object_or_a_bare_id(event: Make) -> None:
    said = {"id": 5, "email": "dana@example.com", "name": "Dana"}
    assert event(PERSON, {"who": said}).assignee == Party("5", "", "dana@example.com", "Dana")
    assert event(PERSON, {"who": "abc"}).assignee == Party("abc")


def test_what_is_no_address_is_no_email(event: Make) -> None:
    found = event(PERSON, {"who": {"id": "1", "email": "dana at example dot com"}}).assignee
    assert found == Party("1")


@pytest.mark.parametrize("link", ["javascript:alert(1)", "ftp://x", "/relative", "http" + "x" * 3000])
def test_only_an_http_address_is_a_link(event: Make, link: str) -> None:
    assert event("link: l", {"l": link}).link is None
    assert event("link: l", {"l": "https://example.com/a"}).link == "https://example.com/a"


def test_texts_are_cut_to_a_sane_length(event: Make) -> None:
    found = event("title: t\ndescription: t", {"t": "x" * 100_000})
    assert len(str(found.title)) == 500
    assert len(str(found.description)) == 32_000


def test_a_long_key_stays_a_key_of_its_own(load: Load) -> None:
    text = "shapes: [{name: a, kind: {is: alert}, key: id, state: {is: new}}]"
    keys = [load(text).events(delivery({"id": "x" * 300 + end})).events[0].key for end in "ab"]
    assert keys[0] != keys[1]
    assert all(len(key) <= 200 for key in keys)


def test_labels_are_taken_over_as_texts(event: Make) -> None:
    assert event("labels: l", {"l": {"a": "x", "b": 1, "c": None, "d": True}}).labels == {
        "a": "x",
        "b": "1",
        "c": "",
        "d": "true",
    }
    assert event("labels: {team: t, none: n}", {"t": "a"}).labels == {"team": "a"}
    with pytest.raises(UnmappedError, match="a label that is no text: a"):
        event("labels: l", {"l": {"a": {}}})


def test_no_more_labels_are_kept_than_anybody_reads(event: Make) -> None:
    assert len(event("labels: l", {"l": {str(number): "" for number in range(500)}}).labels) == 100


def test_headers_options_and_the_address_can_be_read(load: Load) -> None:
    text = (
        "shapes: [{name: a, kind: {is: alert}, key: $header.x-id, state: {is: new}, title: '{$option.o} {$base_url}'}]"
    )
    mapping = load(text, base_url="https://example.com/", options={"o": "hello"})
    found = mapping.events(delivery({}, x_id="7")).events[0]
    assert (found.key, found.title) == ("7", "hello https://example.com")
