"""The tables by which ServiceNow describes its own: sys_db_object, sys_dictionary, sys_choice. Nobody writes them.

Their names and columns are ServiceNow's; the types are those of a new instance, as far as the stand-in has the fields.
"""

from functools import cache

from sandbox.seed import made_id
from sandbox.servicenow.schema import FIELDS, JOURNALS, READ_ONLY, REFERENCES, SYSTEM, TASK_TABLES, TIMES, choices
from sandbox.store import Json

TABLES = frozenset({"sys_db_object", "sys_dictionary", "sys_choice"})
BASE = "task"
OWN = {
    "caller_id", "category", "subcategory", "severity", "incident_state", "hold_reason", "parent_incident",
    "problem_id", "close_code", "reopen_count", "resolved_at", "resolved_by",
}  # fmt: skip
"""What of a task table's fields it defines itself; the rest stands under `task`."""
MANDATORY = {("incident", "caller_id"), ("incident", "short_description"), ("problem", "short_description")}
LABELS = {"work_notes": "Work notes", "comments": "Additional comments", "cmdb_ci": "Configuration item",
          "sys_id": "Sys ID", "caller_id": "Caller"}  # fmt: skip
TRUTHS = {"active", "made_sla"}
OLD = {"sys_created_on": "2020-01-01 00:00:00", "sys_updated_on": "2020-01-01 00:00:00", "sys_created_by": "system",
       "sys_updated_by": "system", "sys_mod_count": "0"}  # fmt: skip


@cache
def rows(table: str) -> dict[str, Json]:
    """The records of one of `TABLES` by sys_id."""
    found = {"sys_db_object": _objects, "sys_dictionary": _dictionary, "sys_choice": _choices}[table]()
    blank = dict.fromkeys(sorted(FIELDS[table]), "")
    return {row["sys_id"]: blank | OLD | {"sys_class_name": table} | row for row in found}


def _objects() -> list[Json]:
    def one(name: str, above: str) -> Json:
        parent = made_id("table", above) if above else ""
        return {"sys_id": made_id("table", name), "name": name, "label": _label(name), "super_class": parent}

    return [one(BASE, ""), *(one(name, BASE if name in TASK_TABLES else "") for name in sorted(FIELDS))]


def _dictionary() -> list[Json]:
    told: dict[tuple[str, str], Json] = {}
    for table in sorted(FIELDS):
        told[table, ""] = _entry(table, "", "collection")
        for field in sorted(FIELDS[table]):
            by_task = table in TASK_TABLES and field not in OWN and field in FIELDS["incident"]
            owner = BASE if by_task else table
            told.setdefault((owner, field), _entry(owner, field, _type(table, field)))
    for table, field in sorted(MANDATORY):
        told[table, field] = _entry(table, field, _type(table, field))
    return list(told.values())


def _entry(table: str, field: str, kind: str) -> Json:
    return {
        "sys_id": made_id("dictionary", f"{table}.{field}"),
        "name": table,
        "element": field,
        "column_label": _label(field or table),
        "internal_type": kind,
        "reference": REFERENCES.get(field, ""),
        "mandatory": _truth((table, field) in MANDATORY),
        "read_only": _truth(field in SYSTEM or field in READ_ONLY - {"active"}),
        "active": "true",
        "choice": "1" if choices(table, field) else "",
        "max_length": "4000" if kind == "string" else "40",
    }


def _type(table: str, field: str) -> str:
    if field == "sys_id":
        return "GUID"
    if field in REFERENCES:
        return "reference"
    if field in JOURNALS and table in TASK_TABLES:
        return "journal_input"
    if field in TIMES:
        return "glide_date_time"
    if field in TRUTHS:
        return "boolean"
    return "integer" if choices(table, field) else "string"


def _choices() -> list[Json]:
    told: dict[tuple[str, str, str, str], Json] = {}
    for table in sorted(TASK_TABLES):
        for field in sorted(FIELDS[table]):
            owner = table if field in OWN or field == "state" else BASE
            for place, (value, label) in enumerate(choices(table, field).items()):
                told[owner, field, value, "en"] = _choice(owner, field, value, label, sequence=str(place))
    # What an older release offered, and what somebody who reads German sees.
    told["incident", "state", "4", "en"] = _choice("incident", "state", "4", "Awaiting Problem", inactive="true")
    told["incident", "state", "1", "de"] = _choice("incident", "state", "1", "Neu", language="de")
    return list(told.values())


def _choice(table: str, field: str, value: str, label: str, **more: str) -> Json:
    language = more.get("language", "en")
    about = {"sys_id": made_id("choice", f"{table}.{field}.{value}.{language}"), "name": table, "element": field}
    return {**about, "value": value, "label": label, "inactive": "false", "language": "en", "sequence": "", **more}


def _label(name: str) -> str:
    return LABELS.get(name, name.replace("_", " ").capitalize())


def _truth(value: bool) -> str:
    return "true" if value else "false"
