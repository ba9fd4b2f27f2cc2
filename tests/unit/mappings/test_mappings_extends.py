# ruff: noqa: E501 - a mistake and what is told of it read better in one line
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from mappings_made import delivery

from core.model import Changes, Event, Impact, State
from core.ports import RecordWrite
from mappings import MappingDocumentError, load_catalogue

BASE = """
title: Base
names:
  status: status
tables:
  state: {"1": new, "2": in_progress, Done: resolved}
common:
  kind: {is: updated}
  key: id
  record: {id: id, collection: table}
  state: {from: $status, table: state}
  impact: {from: level, table: {high: high, low: low}, default: low}
  service: [service, app]
  labels: {one: a, two: b}
shapes:
  - name: comment
    when: status == 'comment'
    decline: It is a comment.
  - name: change
    title: subject
out:
  state:
    - {field: state, table: {new: "1", in_progress: "2", on_hold: "2", resolved: Done, closed: Done, canceled: Done}}
    - {field: code, only: [resolved], value: A}
    - {field: code, only: [closed], value: B}
  title: {field: subject}
"""


def catalogue(**texts: str) -> dict[str, Callable[..., Event]]:
    documents = {name: textwrap.dedent(text) for name, text in {"base": BASE, **texts}.items()}
    found = load_catalogue([], documents)

    def mapped(name: str) -> Callable[..., Event]:
        return lambda **body: found[name].bind(name).events(delivery({"id": "1", **body})).events[0]

    return {name: mapped(name) for name in found}


def own(text: str, **body: object) -> Event:
    return catalogue(mine="extends: base\n" + textwrap.dedent(text))["mine"](**body)


def wrong(text: str, **more: str) -> str:
    with pytest.raises(MappingDocumentError) as error:
        catalogue(mine=textwrap.dedent(text), **more)
    return str(error.value)


def written(text: str, **said: object) -> dict[str, object]:
    texts = {"base": BASE, "mine": "extends: base\n" + textwrap.dedent(text)}
    write = RecordWrite(operation_id="o", record=None, changes=Changes(**said))  # type: ignore[arg-type] # by test
    return {one.field: one.value for one in load_catalogue([], texts)["mine"].bind("p", "p").out(write)}


def test_what_is_not_changed_stays(tmp_path: Path) -> None:
    event = own("title: Mine", subject="Disk", status="done", level="high", app="shop")
    assert (event.title, event.state, event.impact, event.service) == ("Disk", State.RESOLVED, Impact.HIGH, "shop")


def test_a_row_is_added_to_a_table_by_the_table_s_name() -> None:
    text = 'tables: {state: {"20": on_hold, done: closed}}'
    assert own(text, status="20").state is State.ON_HOLD
    assert own(text, status="1").state is State.NEW
    assert own(text, status="Done").state is State.CLOSED


def test_a_row_is_added_to_a_table_that_stands_in_its_rule() -> None:
    text = "common: {impact: {table: {major: high}}}"
    assert own(text, status="1", level="major").impact is Impact.HIGH
    assert own(text, status="1", level="odd").impact is Impact.LOW


def test_rows_of_ones_own_go_before_a_named_table() -> None:
    text = 'common: {state: {table: {"2": on_hold}}}'
    assert own(text, status="2").state is State.ON_HOLD
    assert own(text, status="1").state is State.NEW


def test_a_rule_is_replaced_where_it_says_another_source() -> None:
    assert own("common: {impact: {is: high}}", status="1").impact is Impact.HIGH
    assert own("common: {service: u_service}", status="1", u_service="pay", app="x").service == "pay"


def test_null_takes_a_field_away() -> None:
    assert own("common: {service: null}", status="1", app="shop").service is None


def test_labels_are_changed_one_by_one() -> None:
    event = own("common: {labels: {two: c, three: d}}", status="1", a="A", b="B", c="C", d="D")
    assert event.labels == {"one": "A", "two": "C", "three": "D"}


def test_a_shape_is_changed_by_its_name() -> None:
    event = own("shapes: [{name: change, title: headline}]", status="1", headline="Disk")
    assert event.title == "Disk"


def test_a_shape_is_removed_by_its_name() -> None:
    text = "shapes: [{name: comment, remove: true}]\ntables: {state: {comment: new}}"
    assert own(text, status="comment").state is State.NEW


def test_a_shape_is_added_before_another() -> None:
    text = "shapes: [{name: deletion, before: change, when: status == '2', kind: {is: deleted}}]"
    assert own(text, status="2").kind.value == "deleted"
    assert own(text, status="1").kind.value == "updated"


def test_what_is_written_is_changed_by_its_field() -> None:
    text = "out: {state: [{field: code, only: [closed], value: C}, {field: more, value: x}], title: {field: headline}}"
    assert written(text, state=State.RESOLVED, title="T") == {
        "state": "Done",
        "code": "A",
        "more": "x",
        "headline": "T",
    }
    assert written(text, state=State.CLOSED)["code"] == "C"
    assert written("out: {title: null}", title="T") == {}
    assert "code" not in written("out: {state: {field: code, only: [resolved], remove: true}}", state=State.RESOLVED)


def test_one_word_of_a_table_for_the_way_out_is_changed() -> None:
    text = 'out: {state: {field: state, table: {on_hold: "20"}}}'
    assert written(text, state=State.ON_HOLD) == {"state": "20"}
    assert written(text, state=State.NEW) == {"state": "1"}


def test_one_s_own_extension_can_be_extended() -> None:
    texts = {
        "more": 'extends: mine\ntables: {state: {"30": closed}}',
        "mine": 'extends: base\ntables: {state: {"20": on_hold}}',
    }
    found = catalogue(**texts)["more"]
    assert [found(status=word).state for word in ("1", "20", "30")] == [State.NEW, State.ON_HOLD, State.CLOSED]


def test_a_mapping_of_one_s_own_extends_the_packaged_one_of_its_name() -> None:
    mapping = load_catalogue([], {"alertmanager": "extends: alertmanager\ntitle: Ours"})["alertmanager"]
    labels = {"alertname": "Disk", "severity": "critical"}
    body = {"alerts": [{"status": "firing", "fingerprint": "1", "labels": labels}]}
    (item,) = mapping.bind("a").traced(delivery(body))
    assert mapping.title == "Ours"
    assert {one.file for one in item.fields} == {"packaged/alertmanager/mapping.yaml"}


def test_a_trace_tells_in_which_of_the_documents_the_text_stands() -> None:
    texts = {"base": BASE, "mine": 'extends: base\n\ntables:\n  state:\n    "20": on_hold\n'}
    bound = load_catalogue([], texts)["mine"].bind("mine")

    def place(status: str) -> tuple[str, int]:
        (item,) = bound.traced(delivery({"id": "1", "status": status}))
        (state,) = (one for one in item.fields if one.name == "state")
        return state.file, state.line

    assert place("20") == ("mappings/mine/mapping.yaml", 5)
    assert place("2") == ("mappings/base/mapping.yaml", 6)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("extends: nobody", "mine/mapping.yaml:1: extends: There is no mapping “nobody” to extend. Allowed: alertmanager,"),
        ("extends: [a]", "mine/mapping.yaml:1: extends: The name of one mapping was expected."),
        ("extends: base\ncommon:\n  servce: x", "mine/mapping.yaml:3: common.servce: There is no “servce” here."),
        ("extends: base\ntables:\n  stat: {a: new}", "mine/mapping.yaml:3: tables.stat: No rule uses the table “stat”."),
        ("extends: base\nshapes:\n  - {name: chnge, title: x}", "mine/mapping.yaml:3: shapes: There is no shape “chnge”"),
        ("extends: base\nshapes:\n  - {name: new, after: x}", "There is no shape “x” to go after. Allowed: comment, change"),
        ("extends: base\nshapes:\n  - {name: change, after: comment}", "There is a shape “change” already"),
        ("extends: base\nshapes:\n  - {name: x, remove: true}", "There is no shape “x” to change."),
        ("extends: base\nout:\n  state: {field: code, value: Z}", "mine/mapping.yaml:3: out: This fits several entries"),
        ("extends: base\nout:\n  title: {field: x, remove: true}", "There is no such entry to remove. Allowed: subject"),
        ("extends: base\ncommon:\n  service: {default: x}", "3: common.service: There is no single rule that “default” could"),
        ("extends: base\ncommon:\n  impact: {table: {x: huge}}", "3: common.impact.table.x: 'huge' is not an impact."),
        ("extends: base\ncommon: {service: a}\ncommon: {service: b}", "mine/mapping.yaml:3: common: “common” stands here twice"),
        ("extends: base\ncommon: {key: null}", "base/mapping.yaml:19: shapes[1]: A shape needs “key”."),
    ],
)  # fmt: skip
def test_what_meets_nothing_is_told_with_its_line(text: str, told: str) -> None:
    assert told in wrong(text)


def test_mappings_that_extend_each_other_in_a_circle_are_refused() -> None:
    told = wrong("extends: other", other="extends: mine")
    assert "mine → other → mine" in told
    assert "other → mine → other" in told
    assert "mine → mine" in wrong("extends: mine") or "There is no mapping “mine”" in wrong("extends: mine")
