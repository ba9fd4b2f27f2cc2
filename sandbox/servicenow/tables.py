"""The records: reading them, and changing them as the platform would, with history, journal and webhooks."""

import uuid
from typing import Any

from sandbox.seed import Person, Seed, made_id
from sandbox.servicenow import dictionary, rules
from sandbox.servicenow.schema import (
    DEFAULTS,
    FIELDS,
    JOURNALS,
    NUMBERS,
    READ_ONLY,
    REFERENCES,
    TASK_TABLES,
    choices,
    known_field,
)
from sandbox.servicenow.webhook import rule_body
from sandbox.stand import Stand
from sandbox.store import Json

Remarks = tuple[list[str], list[str]]
"""(what the platform silently accepts, what nobody expected), told about one write."""


def now_text(stand: Stand) -> str:
    """Virtual time as ServiceNow stores it: naive UTC, whole seconds."""
    return stand.clock.moment().strftime("%Y-%m-%d %H:%M:%S")


class Tables:
    """All tables of the stand-in. Every method takes the lock for itself."""

    def __init__(self, stand: Stand) -> None:
        self.stand = stand
        with stand.store.lock:
            if "tables" not in stand.state:
                self.plant()

    def plant(self) -> None:
        """Begin with what the seed names."""
        self.stand.state.update({"tables": {}, "meta": {}, "numbers": {}, "tokens": {}})
        _plant(self, self.stand.seed)
        self.stand.store.changed()

    def rows(self, table: str) -> list[Json]:
        """A table's records, oldest first."""
        return list(self._table(table).values())

    def find(self, table: str, sys_id: str) -> Json | None:
        """A record by its sys_id."""
        found: Json | None = self._table(table).get(sys_id)
        return found

    def read(self, row: Json, path: str) -> str:
        """A field's raw value, walked to along references (`assigned_to.email`)."""
        field, _, rest = path.partition(".")
        value = str(row.get(field, ""))
        if not rest:
            return value
        target = self.find(REFERENCES.get(field, "sys_user"), value)
        return self.read(target, rest) if target else ""

    def meta(self, sys_id: str) -> Json:
        """What the sandbox knows beside the record: history, journal, and whether ACLs hide it."""
        found: Json = self.stand.state["meta"].setdefault(sys_id, {"history": [], "journal": [], "hidden": False})
        return found

    def insert(self, table: str, wrote: Json, person: Person) -> tuple[Json, Remarks]:
        """Create a record. Raises RefusedError where ACLs or data policies do not allow it."""
        with self.stand.store.lock:
            rules.may_write(person, table, "Insert")
            now = now_text(self.stand)
            row: Json = dict.fromkeys(sorted(FIELDS[table]), "") | DEFAULTS.get(table, {})
            row |= {"sys_id": uuid.uuid4().hex, "sys_class_name": table, "sys_mod_count": "0"}
            row |= {"sys_created_on": now, "sys_updated_on": now}
            row |= {"sys_created_by": person.user_name, "sys_updated_by": person.user_name}
            if table in TASK_TABLES:
                row |= {"opened_at": now, "opened_by": person.sys_id}
            remarks = self._apply(table, {}, row, wrote, person)
            if table in NUMBERS:
                row["number"] = self._next_number(table)
            self._table(table)[row["sys_id"]] = row
            self._remember(table, {}, row, wrote, person)
            self._tell(table, row, "insert", person, wrote)
            return row, remarks

    def update(self, table: str, row: Json, wrote: Json, person: Person) -> Remarks:
        """Change the fields that were sent, nothing else. Raises RefusedError; then nothing was changed."""
        with self.stand.store.lock:
            rules.may_write(person, table, "Update")
            before, after = dict(row), dict(row)
            remarks = self._apply(table, before, after, wrote, person)
            if after == before and not any(wrote.get(name) for name in JOURNALS):
                return remarks
            after["sys_mod_count"] = str(int(before["sys_mod_count"]) + 1)
            after["sys_updated_on"], after["sys_updated_by"] = now_text(self.stand), person.user_name
            row.update(after)
            self._remember(table, before, row, wrote, person)
            self._tell(table, row, "update", person, wrote, before)
            return remarks

    def delete(self, table: str, row: Json, person: Person) -> None:
        """Remove a record. Raises RefusedError for everybody but administrators."""
        with self.stand.store.lock:
            rules.may_write(person, table, "Delete")
            del self._table(table)[row["sys_id"]]
            self._tell(table, row, "delete", person, {})
            self.stand.store.changed()

    def _table(self, table: str) -> Json:
        if table in dictionary.TABLES:
            return dictionary.rows(table)
        found: Json = self.stand.state["tables"].setdefault(table, {})
        return found

    def _next_number(self, table: str) -> str:
        prefix, first = NUMBERS[table]
        numbers = self.stand.state["numbers"]
        numbers[table] = numbers.get(table, first - 1) + 1
        return f"{prefix}{numbers[table]:07d}"

    def _apply(self, table: str, before: Json, after: Json, wrote: Json, person: Person) -> Remarks:
        notes: list[str] = []
        unexpected: list[str] = []
        for name, value in wrote.items():
            if name in JOURNALS:
                continue
            if not known_field(table, name):
                unexpected.append(f"{table} has no field {name!r}: the platform ignores it")
            elif name in READ_ONLY:
                notes.append(f"{name} cannot be written: ignored")
            elif value == "" and choices(table, name) and before:
                notes.append(f"an empty string does not clear the choice field {name}: ignored")
            else:
                after[name] = _stored(value)
                self._check_value(table, name, after[name], notes, unexpected)
        if table in TASK_TABLES:
            rules.check_task(person, table, before, after, wrote)
            rules.derive(table, before, after, now_text(self.stand), person)
        return notes, unexpected

    def _check_value(self, table: str, name: str, value: str, notes: list[str], unexpected: list[str]) -> None:
        if value and name in REFERENCES and self.find(REFERENCES[name], value) is None:
            notes.append(f"dangling reference: {name} = {value!r} is no sys_id of {REFERENCES[name]}")
        codes = choices(table, name)
        if value and codes and value not in codes:
            unexpected.append(f"{name} = {value!r} is no choice of {table}: {', '.join(codes)}")

    def _remember(self, table: str, before: Json, row: Json, wrote: Json, person: Person) -> None:
        meta, now = self.meta(row["sys_id"]), now_text(self.stand)
        for element in [name for name in JOURNALS if wrote.get(name) and table in TASK_TABLES]:
            text = _stored(wrote[element])
            meta["journal"].append({"element": element, "text": text, "by": person.user_name, "at": now})
            self._journal(table, row["sys_id"], element, text, person, now)
        changes = {
            n: [before.get(n, ""), v] for n, v in row.items() if v != before.get(n, "") and not n.startswith("sys_")
        }
        if changes:
            meta["history"].append({"at": now, "by": person.user_name, "changes": changes})
        self.stand.store.changed()

    def _journal(self, table: str, sys_id: str, element: str, text: str, person: Person, now: str) -> None:
        entry: Json = {"element": element, "element_id": sys_id, "name": table, "value": text, "sys_mod_count": "0"}
        entry |= {"sys_id": uuid.uuid4().hex, "sys_class_name": "sys_journal_field"}
        entry |= {"sys_created_on": now, "sys_created_by": person.user_name}
        self._table("sys_journal_field")[entry["sys_id"]] = entry

    def _tell(
        self, table: str, row: Json, operation: str, person: Person, wrote: Json, before: Json | None = None
    ) -> None:
        if table in TASK_TABLES:
            body = rule_body(self, table, row, operation, before)
            texts = {name: _stored(wrote[name]) for name in JOURNALS if wrote.get(name)}
            if self.stand.seed.journal_in_webhooks and texts:
                body["fields"] |= texts
            self.stand.hooks.fire(f"{table}.{operation}", body, person.user_name)


def _stored(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return str(value.get("value", ""))
    return "" if value is None else str(value)


def _plant(tables: Tables, seed: Seed) -> None:
    now = now_text(tables.stand)

    def put(table: str, sys_id: str, **fields: str) -> None:
        row: Json = dict.fromkeys(sorted(FIELDS[table]), "") | fields
        row |= {"sys_id": sys_id, "sys_class_name": table, "sys_mod_count": "0"}
        row |= {"sys_created_on": now, "sys_updated_on": now, "sys_created_by": "admin", "sys_updated_by": "admin"}
        tables._table(table)[sys_id] = row

    for one in seed.people:
        first, _, last = one.name.partition(" ")
        boss = seed.by_name[one.manager].sys_id if one.manager else ""
        put("sys_user", one.sys_id, user_name=one.user_name, name=one.name, first_name=first, last_name=last)
        about = {"email": one.email, "active": _stored(one.active), "time_zone": one.time_zone, "manager": boss}
        tables._table("sys_user")[one.sys_id].update(about)
        for role in one.roles:
            put("sys_user_role", made_id("role", role), name=role)
            held = made_id("has role", one.user_name + role)
            put("sys_user_has_role", held, user=one.sys_id, role=made_id("role", role), state="active")
    for group in seed.groups:
        boss = seed.by_name[group.manager].sys_id if group.manager else ""
        put("sys_user_group", group.sys_id, name=group.name, email=group.email, active="true", manager=boss)
        for member in group.members:
            user = seed.by_name[member].sys_id
            put("sys_user_grmember", made_id("member", group.name + member), user=user, group=group.sys_id)
    named = {"cmdb_ci_service": seed.services, "cmdb_ci": seed.items}
    named |= {"core_company": seed.companies, "cmn_location": seed.locations}
    for table, things in named.items():
        for thing in things:
            put(table, thing.sys_id, name=thing.name)
