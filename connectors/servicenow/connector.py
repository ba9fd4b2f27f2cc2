"""The ServiceNow connector: one instance as a `core.ports.Platform`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from connectors.cache import Cache
from connectors.config import Basic, OAuth, PlatformConfig
from connectors.failures import PlatformError
from connectors.servicenow import journal, record
from connectors.servicenow.api import Row, TableApi
from connectors.servicenow.changes import Changes
from connectors.servicenow.directory import THINGS, Directory, Found
from core.model import Changed, Link, Looked, Party, Person, Receipt, RecordRef, Watermark
from core.ports import CommentWrite, Outbound, OutField, Platform, RecordWrite

KIND = "servicenow"


def build(config: PlatformConfig, outbound: Outbound) -> Platform:
    """A connector for that instance; raises `ValueError` for an auth that ServiceNow does not have."""
    return ServiceNow(config, outbound)


@dataclass(slots=True)
class Plan:
    """One write, with everything looked up: the values, the journal texts and what could not be found."""

    values: dict[str, str] = field(default_factory=dict)
    journals: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


class ServiceNow:
    """One instance. `outbound` says a write in ServiceNow's fields; see README.md for the rights that it needs."""

    def __init__(self, config: PlatformConfig, outbound: Outbound) -> None:
        self._config = config
        self._outbound = outbound
        self._api = TableApi(config)
        self._directory = Directory(self._api, config.name)
        self._changes = Changes(self._api, config.name, config.url, config.poll_query)
        self._self: Cache[Party] = Cache()

    @property
    def name(self) -> str:
        """The instance's name."""
        return self._config.name

    def identity(self) -> Party:
        """The integration user: by the user name of the configuration; cached."""
        return self._self.get("self", self._who_we_are) or Party()

    def write(self, write: RecordWrite) -> Receipt:
        """Carry out one create, or one update in a single PATCH."""
        plan = self._plan(write)
        if write.record is None:
            return self._create(write, plan)
        return self._update(write, plan, self._with_id(write.record))

    def comment(self, write: CommentWrite) -> Receipt:
        """Copy another platform's comment. A journal cannot be changed: what was edited or withdrawn is told in it."""
        as_html = self._config.options.get("journal_html", "") == "true"
        return self.write(journal.as_write(write, as_html=as_html))

    def fetch(self, ref: RecordRef) -> Mapping[str, object] | None:
        """The record in the reference rule's form."""
        table = ref.collection or self._config.table
        sys_id = ref.id or self._id_of(table, ref.key)
        row = self._api.read(table, sys_id, record.FIELDS) if sys_id else None
        return record.pinned_body(row, table) if row else None

    def changes(self, since: Watermark, limit: int) -> Changed:
        """The records of a table that were changed since."""
        return self._changes.page(since, limit, self.identity())

    def look(self, refs: Sequence[RecordRef]) -> Looked:
        """The records as they stand, many at a time; what the table does not show is gone."""
        return self._changes.look(refs, self.identity())

    def _plan(self, write: RecordWrite) -> Plan:
        """The outbound fields, looked up and sorted."""
        plan = Plan()
        told: dict[str, list[str]] = defaultdict(list)
        for one in self._outbound(write):
            if one.kind == "comment":
                told[one.field].append(str(one.value))
                continue
            found = self._found(one)
            if found.warning:
                plan.warnings.append(found.warning)
            else:
                plan.values[one.field] = found.sys_id
        plan.journals = journal.texts(told, write.operation_id)
        return plan

    def _found(self, one: OutField) -> Found:
        """The value to write for a field, in `sys_id`, or the warning."""
        if one.kind == "person" and isinstance(one.value, Person):
            return self._directory.person(one.value)
        value = _text(one.value)
        if one.kind == "group" and value:
            return self._directory.group(value)
        if one.kind == "value" and one.field in THINGS and value:
            return self._directory.thing(one.field, value)
        return Found(value)

    def _create(self, write: RecordWrite, plan: Plan) -> Receipt:
        """Insert, unless an earlier attempt's record is there: `correlation_id` holds the operation id."""
        values = {**plan.values, "correlation_id": write.operation_id}
        table = write.into or self._config.table
        if write.look_first:
            earlier = self._created_before(write.operation_id, table)
            if earlier is not None:
                return self._receipt(earlier, table, values, write, plan, found=True)
        row = self._api.create(table, {**values, **plan.journals}, self._fields(values))
        return self._receipt(row, table, values, write, plan)

    def _created_before(self, operation_id: str, table: str) -> Row | None:
        rows = self._api.find(table, ["sys_id"], {"correlation_id": operation_id})
        return self._api.read(table, str(rows[0]["sys_id"]), self._fields({})) if rows else None

    def _update(self, write: RecordWrite, plan: Plan, ref: RecordRef) -> Receipt:
        """One PATCH with values and journal, unless an earlier attempt has already done it."""
        if write.changes.links:
            plan.values |= self._correlation(ref, write.changes.links[0])
        fields = self._fields(plan.values)
        if write.look_first or not (plan.values or plan.journals):
            row = self._api.read(ref.collection, ref.id, [*fields, *journal.READ])
            if row is None:
                raise PlatformError(f"{self.name} has no {ref.key or 'such record'} any more.", permanent=True)
            if self._is_done(row, ref, plan, write):
                return self._receipt(row, ref.collection, plan.values, write, plan, found=write.look_first)
        row = self._api.patch(ref.collection, ref.id, {**plan.values, **plan.journals}, fields)
        return self._receipt(row, ref.collection, plan.values, write, plan)

    def _correlation(self, ref: RecordRef, link: Link) -> dict[str, str]:
        """The record's key in the other system, where none is kept there yet: the note tells the rest."""
        row = self._api.read(ref.collection, ref.id, ["correlation_id", "correlation_display"])
        if row is None or record.raw(row, "correlation_id") != "":
            return {}
        return {"correlation_id": link.to.key, "correlation_display": link.to.platform}

    def _is_done(self, row: Row, ref: RecordRef, plan: Plan, write: RecordWrite) -> bool:
        """Whether an earlier attempt did it; see `journal` for the order in which that is found out."""
        if not plan.journals:
            return record.are_all_there(row, plan.values)
        stands = journal.stands(self._api, row, ref.id, plan.journals, write.operation_id)
        if stands is not None:
            return stands
        if plan.values:
            return record.are_all_there(row, plan.values) and self._was_ours(row)
        plan.warnings.append(
            f"A note on {ref.key} may stand there twice: the integration user can read no journal. "
            "Let it read work_notes and comments."
        )
        return False

    def _was_ours(self, row: Row) -> bool:
        """Whether the record's latest change was made by the integration user."""
        login = self.identity().login
        return bool(login) and (record.raw(row, "sys_updated_by") or "").casefold() == login.casefold()

    def _receipt(
        self, row: Row, table: str, sent: Mapping[str, str], write: RecordWrite, plan: Plan, *, found: bool = False
    ) -> Receipt:
        lost = () if found else tuple(record.differences(row, sent, self.name))
        said = write.changes.said()
        values = record.values(row, sent, said)
        stands = bool(said.get("assignee")) and values.get("assignee") == said["assignee"]
        return Receipt(
            record=record.ref(row, self.name, self._config.url, table),
            version=record.version(row),
            values=values,
            account=(record.raw(row, "assigned_to") or "") if stands else "",
            found=found,
            warnings=(*plan.warnings, *lost),
        )

    def _with_id(self, ref: RecordRef) -> RecordRef:
        """The reference with its sys_id, looked up by number where only that is known."""
        table = ref.collection or self._config.table
        sys_id = ref.id or self._id_of(table, ref.key)
        if not sys_id:
            raise PlatformError(f"{self.name} has no {ref.key or 'such record'} in {table}.", permanent=True)
        return replace(ref, collection=table, id=sys_id)

    def _id_of(self, table: str, number: str) -> str:
        """The sys_id by number, "" when there is none."""
        rows = self._api.find(table, ["sys_id"], {"number": number}) if number.isalnum() else []
        return str(rows[0]["sys_id"]) if rows else ""

    def _fields(self, sent: Mapping[str, str]) -> list[str]:
        """What to read back: what is always read, and what was sent."""
        return [*record.FIELDS, *(name for name in sent if name not in record.FIELDS)]

    def _who_we_are(self) -> Party:
        user = self._user_name()
        try:
            rows = self._api.find("sys_user", ["sys_id", "name", "email"], {"user_name": user})
        except PlatformError as error:
            if not error.permanent:
                raise
            rows = []
        if not rows:
            return Party(login=user)
        row = rows[0]
        texts = {name: str(row.get(name) or "") for name in ("sys_id", "email", "name")}
        return Party(account=texts["sys_id"], login=user, email=texts["email"], name=texts["name"])

    def _user_name(self) -> str:
        """The integration user's name; an API key or OAuth client does not tell it."""
        auth = self._config.auth
        user = auth.user if isinstance(auth, Basic | OAuth) else ""
        user = user or self._config.options.get("user", "")
        if not user:
            message = f"{self.name}: name the integration user (options: user), so that its own changes are recognised."
            raise PlatformError(message, permanent=True)
        return user


def _text(value: object) -> str:
    """A value as the Table API takes it; of a list of acceptable states, the first."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return _text(value[0]) if value else ""
    return "" if value is None else str(value)
