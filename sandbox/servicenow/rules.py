"""The platform's rules about writes: who may, what is mandatory, what is derived."""

from typing import NoReturn

from sandbox.calls import RefusedError
from sandbox.seed import Person
from sandbox.servicenow.schema import MATRIX, TASK_TABLES
from sandbox.store import Json

RESOLVED, CLOSED, CANCELED, ON_HOLD = "6", "7", "8", "3"
AWAITING_CALLER = "1"
RESOLVERS = frozenset({"itil", "list_updater", "sn_incident_write", "admin"})
CLOSERS = frozenset({"itil_admin", "admin"})
JOURNAL_READER = "u_journal_reader"
LABELS = {"close_code": "Resolution code", "close_notes": "Resolution notes", "comments": "Additional comments"}


def refuse(status: int, message: str, detail: str | None, headers: dict[str, str] | None = None) -> NoReturn:
    """Raise ServiceNow's error body with a status."""
    body: Json = {"error": {"message": message, "detail": detail}, "status": "failure"}
    raise RefusedError(status, body, headers)


FOR_ADMINISTRATORS = frozenset({"sys_journal_field", "sys_user_has_role", "sys_rest_message", "sys_script"})


def may_read(person: Person, table: str) -> None:
    """Refuse journal, roles and scripts to everybody but administrators, as the real platform's ACLs do. An ACL of the
    customer's own may show the journal to those with a role of theirs."""
    reads_journal = table == "sys_journal_field" and JOURNAL_READER in person.roles
    if table in FOR_ADMINISTRATORS and "admin" not in person.roles and not reads_journal:
        detail = "Field(s) present in the query do not have permission to be read"
        refuse(403, "Insufficient rights to query records", detail)


def may_write(person: Person, table: str, verb: str) -> None:
    """Refuse a write by ACL. `verb`: Insert, Update or Delete."""
    admin = "admin" in person.roles
    allowed = admin if table not in TASK_TABLES or verb == "Delete" else bool(RESOLVERS & set(person.roles))
    if not allowed:
        refuse(403, "Operation Failed", f"ACL Exception {verb} Failed due to security constraints")


def check_task(person: Person, table: str, before: Json, after: Json, wrote: Json) -> None:
    """Refuse what an incident's state does not allow: ACLs on closing, data policies on what must be filled."""
    if table != "incident":
        return
    roles = set(person.roles)
    if before.get("state") == CLOSED and "admin" not in roles:
        refuse(403, "Operation Failed", "ACL Exception Update Failed due to security constraints")
    if after["state"] != before.get("state"):
        allowed = CLOSERS if after["state"] == CLOSED else RESOLVERS
        if not allowed & roles:
            refuse(403, "Operation Failed", "ACL Exception Update Failed due to security constraints")
    _check_mandatory(before, after, wrote)


def _check_mandatory(before: Json, after: Json, wrote: Json) -> None:
    missing: list[str] = []
    if after["state"] in {RESOLVED, CLOSED}:
        missing = [name for name in ("close_code", "close_notes") if not after.get(name)]
    waits = (after["state"], after.get("hold_reason")) == (ON_HOLD, AWAITING_CALLER)
    waited = (before.get("state"), before.get("hold_reason")) == (ON_HOLD, AWAITING_CALLER)
    if waits and not waited and not wrote.get("comments"):
        missing.append("comments")
    if missing:
        names = ", ".join(LABELS[name] for name in missing)
        refuse(403, "Operation Failed", f"Data Policy Exception: The following fields are mandatory: {names}")


def derive(table: str, before: Json, after: Json, now: str, person: Person) -> None:
    """Set what follows from other fields: priority, mirrored state, resolve and close times, active, reopenings."""
    after["priority"] = MATRIX.get(after["impact"] + after["urgency"], after.get("priority", ""))
    state = after["state"]
    after["problem_state" if table == "problem" else "incident_state"] = state
    resolved, closed = (("106",), ("107",)) if table == "problem" else ((RESOLVED,), (CLOSED, CANCELED))
    after["active"] = "false" if state in closed else "true"
    if state == before.get("state"):
        return
    if state in resolved:
        after["resolved_at"], after["resolved_by"] = now, person.sys_id
    elif state in closed:
        after["closed_at"], after["closed_by"] = now, person.sys_id
    elif before.get("state") in {*resolved, *closed}:
        after["resolved_at"] = after["resolved_by"] = after["closed_at"] = after["closed_by"] = ""
        after["reopen_count"] = str(int(before.get("reopen_count") or 0) + 1)
