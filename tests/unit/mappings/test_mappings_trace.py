from collections.abc import Callable

import pytest
from mappings_made import delivery

from core.model import Impact
from core.ports import UnmappedError
from mappings import BoundMapping
from mappings.trace import TracedField

Load = Callable[..., BoundMapping]

TEXT = """
items: [alerts, .]
names:
  status: [state, status]
shapes:
  - name: nothing
    when: status == 'pending'
    decline: "It is {status}."
  - name: alert
    kind: {is: alert}
    key: [fingerprint, {hash: labels}]
    state:
      - {from: other, table: {x: new}}
      - from: $status
        table:
          firing: new
          resolved: resolved
    impact: {from: labels.severity, table: {critical: high}, default: medium}
    title: ["{a} on {b}", "{a}: {labels.severity}"]
    labels: labels
    assignee: {of: who, account: [id, login]}
"""
BODY = {"a": "Disk", "status": "firing", "labels": {"severity": "sev0"}, "who": {"login": "dana"}}


def fields(load: Load, body: dict[str, object]) -> dict[str, TracedField]:
    (item,) = load(TEXT).traced(delivery(body))
    return {one.name: one for one in item.fields}


def test_each_field_tells_the_line_that_gave_it_and_what_was_read(load: Load) -> None:
    found = fields(load, BODY)
    assert (found["kind"].line, found["kind"].read) == (10, "alert")
    assert (found["impact"].line, found["impact"].rule) == (18, "labels.severity")
    assert (found["impact"].read, found["impact"].value) == ("sev0", Impact.MEDIUM)
    assert (found["assignee.account"].line, found["assignee.account"].read) == (21, "dana")
    assert found["labels"].value == {"severity": "sev0"}
    assert found["title"].file.endswith("/test/mapping.yaml")
    assert "link" not in found


def test_a_table_tells_the_row_that_gave_the_value(load: Load) -> None:
    state = fields(load, BODY)["state"]
    assert (state.line, state.rule, state.read) == (16, "$status", "firing")


def test_a_list_tells_which_alternative_was_taken(load: Load) -> None:
    found = fields(load, BODY)
    assert [(found[name].alternative, found[name].alternatives) for name in ("key", "state", "title", "kind")] == [
        (2, 2), (2, 2), (2, 2), (0, 0)
    ]  # fmt: skip
    assert (found["title"].rule, found["title"].read) == ("{a}: {labels.severity}", "Disk: sev0")


def test_an_item_tells_its_shape_and_those_that_do_not_fit(load: Load) -> None:
    body = {"alerts": [BODY, {"status": "pending"}, {"a": "Disk"}]}
    alert, pending, broken = load(TEXT).traced(delivery(body))
    assert (alert.shape, alert.line, alert.passed_over) == ("alert", 9, ("nothing",))
    assert alert.event is not None
    assert [one.name for one in alert.unknown] == ["sev0"]
    assert (pending.shape, pending.declined, pending.event) == ("nothing", "It is pending.", None)
    assert "cannot do without" in broken.error


def test_a_body_that_cannot_be_read_at_all_is_refused(load: Load) -> None:
    with pytest.raises(UnmappedError, match="not JSON"):
        load(TEXT).traced(delivery(b"x"))


def test_an_item_that_no_shape_fits_says_so(load: Load) -> None:
    text = "shapes: [{name: a, when: status == 'x', kind: {is: alert}, key: id, state: {is: new}}]\nnames: {status: s}"
    (item,) = load(text).traced(delivery({"s": "y"}))
    assert item.shape == ""
    assert "no shape of the mapping" in item.error
