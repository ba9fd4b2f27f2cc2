"""The update set that makes ServiceNow tell Rung: a REST message, a property, and a Business Rule for each table.

The form is that of an exported update set: an `unload` with one `sys_remote_update_set` and a `sys_update_xml` for each
record, whose payload is the record's own XML (the field names are those of the tables' dictionaries). Ids are made from
names, so that importing it again changes what is there and adds nothing. The secret is not in it, nor an empty place
for it: importing the set again would empty what an administrator has put there.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

from connectors.findings import Hook
from connectors.servicenow.setup import MESSAGE, RULE

SCRIPT = Path(__file__).with_name("rung-business-rule.js")
CONDITION = "gs.getUserName() != gs.getProperty('rung.user', 'rung.integration')"
"""The rule's own condition leaves Rung's writes out before its script runs."""


@dataclass(frozen=True, slots=True)
class _Record:
    """One record of the set: its table, what to call it there, the kind by which update sets list it, its fields."""

    table: str
    name: str
    kind: str
    fields: Mapping[str, str]

    @property
    def sys_id(self) -> str:
        return made_id(f"{self.table}:{self.name}")


def update_set(hook: Hook, user: str, tables: Sequence[str], now: datetime) -> str:
    """The update set as XML. `user` is the integration user; `now` (UTC) is written down as its time.

    Raises `ValueError` for what is no name of a table, and for a source whose address ends with its secret.
    """
    if hook.ending is not None:
        raise ValueError(
            f"the address of {hook.name} ends with its secret, which no update set may hold: give the source a header."
        )
    for table in tables:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", table):
            raise ValueError(f"{table!r} is not the name of a table.")
    at = now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    root = ET.Element("unload", {"unload_date": at})
    remote = made_id(f"sys_remote_update_set:{hook.name}")
    _element(root, "sys_remote_update_set", {**_envelope(hook, at), "remote_sys_id": remote, "sys_id": remote})
    for record in _records(hook, user, tables):
        _element(root, "sys_update_xml", _listed(record, remote, at))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def made_id(name: str) -> str:
    """A sys_id (32 hexadecimal digits) that is the same each time."""
    return hashlib.sha256(f"rung:{name}".encode()).hexdigest()[:32]


def _envelope(hook: Hook, at: str) -> dict[str, str]:
    return {
        "application": "global",
        "application_name": "Global",
        "application_scope": "global",
        "description": f"ServiceNow tells Rung at {hook.url} of every change.",
        "name": f"Rung: {hook.name}",
        "state": "loaded",
        "sys_class_name": "sys_remote_update_set",
        "sys_created_by": "rung",
        "sys_created_on": at,
        "sys_mod_count": "0",
        "sys_updated_by": "rung",
        "sys_updated_on": at,
    }


def _listed(record: _Record, remote: str, at: str) -> dict[str, str]:
    """The record as update sets list it."""
    payload = _payload(record)
    return {
        "action": "INSERT_OR_UPDATE",
        "application": "global",
        "category": "customer",
        "name": f"{record.table}_{record.sys_id}",
        "payload": payload,
        "remote_update_set": remote,
        "replace_on_upgrade": "false",
        "sys_created_by": "rung",
        "sys_created_on": at,
        "sys_id": made_id(f"sys_update_xml:{record.table}:{record.name}"),
        "sys_mod_count": "0",
        "sys_updated_by": "rung",
        "sys_updated_on": at,
        "table": record.table,
        "target_name": record.name,
        "type": record.kind,
        "update_domain": "global",
        "update_guid": hashlib.sha256(payload.encode()).hexdigest()[:32],
        "view": "",
    }


def _payload(record: _Record) -> str:
    root = ET.Element("record_update", {"table": record.table})
    fields = {**record.fields, "sys_class_name": record.table, "sys_id": record.sys_id, "sys_scope": "global"}
    _element(root, record.table, dict(sorted(fields.items())))
    return '<?xml version="1.0" encoding="UTF-8"?>' + ET.tostring(root, encoding="unicode")


def _element(parent: ET.Element, name: str, fields: Mapping[str, str]) -> None:
    one = ET.SubElement(parent, name, {"action": "INSERT_OR_UPDATE"})
    for field, value in fields.items():
        ET.SubElement(one, field).text = value or None


def _records(hook: Hook, user: str, tables: Sequence[str]) -> tuple[_Record, ...]:
    message = _Record("sys_rest_message", MESSAGE, "REST Message", _message(hook))
    method = {
        "authentication_type": "inherit_from_parent",
        "function_name": "tell",
        "http_method": "post",
        "rest_endpoint": hook.url,
        "rest_message": message.sys_id,
    }
    return (
        message,
        _Record("sys_rest_message_fn", f"{MESSAGE}.tell", "HTTP Method", method),
        _Record("sys_properties", "rung.user", "System Property", _user(user)),
        *(_Record("sys_script", f"{RULE} ({table})", "Business Rule", _rule(table)) for table in tables),
    )


def _message(hook: Hook) -> dict[str, str]:
    return {
        "authentication_type": "no_authentication",
        "description": "Tells Rung of changed records. The rule that uses it shows the secret in a header.",
        "name": MESSAGE,
        "rest_endpoint": hook.url,
    }


def _user(user: str) -> dict[str, str]:
    description = "The user in whose name Rung writes; its changes are not told to Rung."
    return {"description": description, "name": "rung.user", "type": "string", "value": user}


def _rule(table: str) -> dict[str, str]:
    return {
        "action_delete": "true",
        "action_insert": "true",
        "action_query": "false",
        "action_update": "true",
        "active": "true",
        "advanced": "true",
        "collection": table,
        "condition": CONDITION,
        "description": "Tells Rung of every insert, update and delete, but for those of Rung itself.",
        "name": RULE,
        "order": "1000",
        "script": SCRIPT.read_text(encoding="utf-8"),
        "when": "after",
    }
