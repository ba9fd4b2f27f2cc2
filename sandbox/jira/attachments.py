"""Files attached to issues: their names, sizes and addresses; what is in them is not played."""

from typing import TYPE_CHECKING

from sandbox.seed import Person
from sandbox.store import Json

if TYPE_CHECKING:
    from sandbox.jira.issues import Issues


def attach(issues: "Issues", issue: Json, told: Json, person: Person) -> None:
    """Attach a file (`file`: its name, `size` in bytes); an update with a changelog tells of it."""
    with issues.stand.store.lock:
        about: Json = {"id": issues.next_id("attachment"), "filename": str(told["file"]), "size": int(told["size"])}
        about |= {"author": person.user_name, "created": issues.stand.clock.now()}
        item = {"field": "Attachment", "fieldtype": "jira", "from": None, "fromString": None}
        item |= {"to": about["id"], "toString": about["filename"]}
        entry: Json = {"id": issues.next_id("changelog"), "at": about["created"], "by": person.user_name}
        issues.attached(issue, about, {**entry, "items": [item]}, person)
