"""Things that people do in ServiceNow's own pages, and what the tests may ask about the records afterwards."""

from sandbox.seed import Person
from sandbox.servicenow.attachments import attach
from sandbox.servicenow.render import display_value
from sandbox.servicenow.schema import DISPLAY, FIELDS, JOURNALS, REFERENCES, TASK_TABLES, choices
from sandbox.servicenow.tables import Tables
from sandbox.store import Json


def act(tables: Tables, told: Json) -> Json:
    """Do something as a person; the answer is the record afterwards.

    `do`: `create` (table, fields), `update` (fields), `assign` (to, group), `state` (state, and other fields),
    `comment` (text, internal), `attach` (file, size), `hide` (ACLs hide it from all but administrators), `delete`.
    `who` is a user name, `number` names the record. People, groups and services may be named by name, states by
    label. Raises RefusedError, or ValueError for what cannot be done.
    """
    person = tables.stand.seed.by_name.get(str(told.get("who")))
    if person is None:
        raise ValueError(f"nobody is called {told.get('who')!r} in the seed")
    if told.get("do") == "create":
        table = str(told.get("table", "incident"))
        row, _ = tables.insert(table, _named(tables, table, told.get("fields", {})), person)
        return record(tables, str(row["number"]))
    table, row = _by_number(tables, str(told.get("number")))
    if told["do"] == "delete":
        tables.delete(table, row, person)
        return {}
    if told["do"] == "attach":
        attach(tables, table, row, told, person)
    elif told["do"] == "hide":
        tables.meta(row["sys_id"])["hidden"] = bool(told.get("hidden", True))
    else:
        tables.update(table, row, _named(tables, table, _wrote(told)), person)
    return record(tables, str(row["number"]))


def _wrote(told: Json) -> Json:
    fields: Json = dict(told.get("fields", {}))
    match told["do"]:
        case "update":
            return fields
        case "assign":
            named = {"assigned_to": told.get("to"), "assignment_group": told.get("group")}
            return fields | {name: value for name, value in named.items() if value is not None}
        case "state":
            return {
                name: value for name, value in told.items() if name not in {"do", "who", "number", "fields"}
            } | fields
        case "comment":
            return {"work_notes" if told.get("internal") else "comments": told["text"]}
    raise ValueError(f"nobody can do {told['do']!r} here")


def _named(tables: Tables, table: str, fields: Json) -> Json:
    return {name: _code(tables, table, name, value) for name, value in fields.items()}


def _code(tables: Tables, table: str, name: str, value: object) -> object:
    text = str(value)
    if name in REFERENCES and text and tables.find(REFERENCES[name], text) is None:
        target = REFERENCES[name]
        keys = {"user_name", "email", DISPLAY.get(target, "name")} & FIELDS[target]
        for row in tables.rows(target):
            if text in {row[key] for key in keys}:
                return row["sys_id"]
        raise ValueError(f"{name}: nothing in {target} is called {text!r}")
    labels = {label.lower().replace(" ", "_"): code for code, label in choices(table, name).items()}
    return labels.get(text.lower().replace(" ", "_"), value)


def _by_number(tables: Tables, number: str) -> tuple[str, Json]:
    for table in sorted(TASK_TABLES):
        for row in tables.rows(table):
            if number in {row["number"], row["sys_id"]}:
                return table, row
    raise ValueError(f"there is no record {number}")


def record(tables: Tables, number: str) -> Json:
    """A record with all that happened to it. Raises ValueError when there is none with this number or sys_id.

    Shape: table, sys_id, number, fields (raw values), display (labels and names, UTC), comments and work_notes
    (each [{at, by, text}]), history [{at, by, changes: {field: [old, new]}}].
    """
    table, row = _by_number(tables, number)
    meta = tables.meta(row["sys_id"])
    nobody = Person("", "", "", "", "", "")
    journals: Json = {
        name: [{k: e[k] for k in ("at", "by", "text")} for e in meta["journal"] if e["element"] == name]
        for name in JOURNALS
    }
    display = {name: display_value(tables, table, row, name, nobody) for name in row if name not in JOURNALS}
    about = {"table": table, "sys_id": row["sys_id"], "number": row["number"]}
    return {**about, "fields": dict(row), "display": display, **journals, "history": meta["history"]}


def everything(tables: Tables, number: str | None) -> Json:
    """All incidents and problems with their history, or the one with this number."""
    numbers = [number] if number else [row["number"] for table in sorted(TASK_TABLES) for row in tables.rows(table)]
    return {"records": [record(tables, one) for one in numbers]}
