"""Files attached to records: what the rule on sys_attachment tells of them; what is in them is not played."""

import uuid

from sandbox.seed import Person
from sandbox.servicenow.tables import Tables, now_text
from sandbox.store import Json


def attach(tables: Tables, table: str, row: Json, told: Json, person: Person) -> None:
    """Attach a file (`file`: its name, `size` in bytes). The record itself does not change by it."""
    about = {"sys_id": uuid.uuid4().hex, "file_name": str(told["file"]), "size_bytes": str(told["size"])}
    about |= {"sys_created_on": now_text(tables.stand), "sys_created_by": person.user_name}
    body: Json = {"table": table, "sys_id": row["sys_id"], "number": row["number"], "attachment": about}
    tables.stand.hooks.fire("sys_attachment.insert", body, person.user_name)
