"""A ticket with a record on both platforms, for what is said across them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from core.model import Record, RecordRef, Ticket
from core.policy import Policy
from core.policy.talking import Comments, Place
from core.store import saving, tickets
from tests.integration.world import World

BOTH = Comments(places={"servicenow": Place(customers=True, name="ServiceNow"), "jira": Place(name="Jira")})


def talking(rules: Comments) -> Any:
    """A change of the world's policy to these rules for comments."""

    def change(policy: Policy) -> Policy:
        return replace(policy, sync=replace(policy.sync, comments=rules))

    return change


def linked(world: World) -> tuple[str, str]:
    """Open an incident by hand and give its ticket a second record; the keys on ServiceNow and on Jira."""
    incident = world.box.act("servicenow", "create", who="dana.reyes", fields={"short_description": "Payments fail"})
    world.settle()
    world.box.targets("jira", [])
    issue = world.box.act("jira", "create", who="lee.park", project="OPS", fields={"summary": "Payments fail"})
    world.box.targets("jira", [{"url": f"{world.url}/webhooks/jira", "secret": "a-secret-of-the-tests"}])
    record = Record(RecordRef("jira", "OPS", issue["id"], issue["key"]))
    with world.database.begin() as connection:
        ticket = tickets.get(connection, 1, lock=True)
        assert ticket is not None
        with_both = replace(ticket, records=(*ticket.records, record))
        _save(connection, ticket, with_both)
    return incident["number"], issue["key"]


def _save(connection: Any, before: Ticket, after: Ticket) -> None:
    from core.engine import Outcome

    saving.save(connection, before, Outcome(after))


def said_on_jira(world: World, key: str) -> list[str]:
    return [one["text"] for one in world.box.issue(key)["comments"]]


def noted(world: World, number: str) -> list[str]:
    return [one["text"] for one in world.box.incident(number)["work_notes"]]


def told(world: World, number: str) -> list[str]:
    return [one["text"] for one in world.box.incident(number)["comments"]]
