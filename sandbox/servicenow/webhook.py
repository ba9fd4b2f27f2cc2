"""The body that the reference Business Rule sends after an insert, an update or a delete."""

from typing import TYPE_CHECKING

from sandbox.servicenow.schema import DISPLAY, REFERENCES
from sandbox.store import Json

if TYPE_CHECKING:
    from sandbox.servicenow.tables import Tables

PLAIN = (
    "short_description",
    "description",
    "state",
    "hold_reason",
    "impact",
    "urgency",
    "priority",
    "severity",
    "category",
    "correlation_id",
    "correlation_display",
    "opened_at",
    "resolved_at",
    "close_code",
    "close_notes",
)
THINGS = ("assignment_group", "business_service", "cmdb_ci", "company", "location")
PEOPLE = ("assigned_to", "caller_id")


def rule_body(tables: "Tables", table: str, row: Json, operation: str, before: Json | None = None) -> Json:
    """The pinned body. Times are naive UTC; references carry value and display value, people their e-mail too.

    `before` is the row as it was before an update.
    """
    fields: Json = {name: row.get(name, "") for name in PLAIN}
    fields |= {name: _reference(tables, row, name) for name in (*THINGS, *PEOPLE)}
    about = ("sys_id", "number", "sys_mod_count", "sys_updated_on", "sys_updated_by", "sys_created_by")
    told = {name: row[name] for name in about}
    changed = None if operation != "update" or before is None else _changed(before, row)
    return {"table": table, "operation": operation, **told, "changed": changed, "fields": fields}


def _changed(before: Json, row: Json) -> list[str]:
    return [name for name in (*PLAIN, *THINGS, *PEOPLE) if before.get(name, "") != row.get(name, "")]


def _reference(tables: "Tables", row: Json, field: str) -> Json:
    value = row.get(field, "")
    target = tables.find(REFERENCES[field], value) if value else None
    shown = target.get(DISPLAY.get(REFERENCES[field], "name"), "") if target else ""
    reference = {"value": value, "display_value": shown}
    if field in PEOPLE:
        reference["email"] = target.get("email", "") if target else ""
    return reference
