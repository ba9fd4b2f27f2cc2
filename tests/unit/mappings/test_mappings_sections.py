import pytest
from mappings_made import delivery

from core.model import Changes, Event, RecordRef, State
from core.ports import RecordWrite
from mappings import BoundMapping, MappingDocumentError, load_catalogue

TEXT = """
names: {status: status}
tables: {state: {"1": new, "2": in_progress, "3": on_hold, "6": resolved, "7": closed, "8": canceled}}
common:
  kind: {is: updated}
  key: id
  record: {id: id, collection: table}
  state: {from: $status, table: state}
  service: service
shapes: [{name: change, title: title}]
out:
  state: {field: state, table: state}
for:
  problem:
    names: {status: problem_state}
    tables: {state: {"101": new, "102": in_progress}}
    common: {service: u_service}
    out: {state: {field: problem_state, table: {new: "101"}}}
  task, sub_task: {shapes: [{name: change, title: short}]}
"""


def bound(text: str = TEXT, collection: str = "") -> BoundMapping:
    return load_catalogue([], {"test": text})["test"].bind("test", "p", collection=collection)


def event(**body: object) -> Event:
    return bound().events(delivery({"id": "1", "status": "1", **body})).events[0]


def test_an_item_is_read_as_its_table_asks() -> None:
    problem = event(table="problem", problem_state="102", u_service="pay", service="x")
    assert (problem.state, problem.service) == (State.IN_PROGRESS, "pay")
    assert event(table="incident", status="6", service="x").service == "x"
    assert event(status="6").state is State.RESOLVED


def test_one_section_serves_several_tables() -> None:
    assert [event(table=name, title="T", short="S").title for name in ("task", "sub_task", "x")] == ["S", "S", "T"]


def test_items_of_several_tables_in_one_delivery_are_each_read_as_theirs_asks() -> None:
    text = TEXT.replace("names:", "items: all\nnames:", 1)
    items = [{"id": "1", "table": "problem", "problem_state": "101"}, {"id": "2", "status": "7"}]
    events = bound(text).events(delivery({"all": items})).events
    assert [one.state for one in events] == [State.NEW, State.CLOSED]


def test_a_record_is_written_as_its_table_asks() -> None:
    def written(collection: str, default: str = "") -> dict[str, object]:
        record = RecordRef("p", collection, "1", "P1") if collection else None
        write = RecordWrite(operation_id="o", record=record, changes=Changes(state=State.NEW))
        return {one.field: one.value for one in bound(collection=default).out(write)}

    assert written("problem") == {"problem_state": "101"}
    assert written("incident") == {"state": "1"}
    assert written("", default="problem") == {"problem_state": "101"}


def test_what_a_section_reads_and_writes_counts() -> None:
    assert {"u_service", "problem_state"} <= bound().reads()
    assert bound().writes() == {"state", "problem_state"}


def test_a_trace_tells_the_section_s_line() -> None:
    (item,) = bound().traced(delivery({"id": "1", "table": "problem", "problem_state": "102", "u_service": "pay"}))
    assert {one.name: one.line for one in item.fields}["service"] == 17


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("record: {id: id, collection: table}", "record: {id: id}", "needs common.record.collection"),
        ("common: {service: u_service}", "comon: {service: u_service}", "17: for.problem.comon: There is no “comon”"),
        ("common: {service: u_service}", "common: {servce: u_service}", "17: common.servce: There is no “servce”"),
        ("[{name: change, title: short}]", "[{name: chnge, title: short}]", "There is no shape “chnge” to change"),
    ],
)
def test_a_mistake_in_a_section_is_told_once_with_its_line(old: str, new: str, told: str) -> None:
    with pytest.raises(MappingDocumentError) as error:
        bound(TEXT.replace(old, new))
    assert len(error.value.problems) == 1
    assert told in str(error.value)
