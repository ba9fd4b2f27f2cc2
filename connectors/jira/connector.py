"""The Jira connector: one instance, Cloud or Data Center, as a `core.ports.Platform`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import jira

from connectors.cache import Cache
from connectors.config import PlatformConfig
from connectors.failures import PlatformError
from connectors.jira import record, screen, workflow
from connectors.jira.api import JiraApi, Json
from connectors.jira.changes import Changes
from connectors.jira.comments import Note, notes
from connectors.jira.copies import Copies
from connectors.jira.creation import SETTLES, Creations, label
from connectors.jira.people import People
from core.model import Changed, Link, Looked, Party, Person, Receipt, RecordRef, Watermark
from core.ports import CommentWrite, Outbound, Platform, RecordWrite

KIND = "jira"
AT_ONCE = frozenset({"summary", "description", "labels"})
"""What goes into the creation itself; the rest follows as an edit, so that a field that one project does not take
cannot keep the issue from being created."""


def build(config: PlatformConfig, outbound: Outbound) -> Platform:
    """A connector for that instance; raises `ValueError` for an auth or option that Jira does not have."""
    return Jira(config, outbound)


@dataclass(slots=True)
class Plan:
    """One write: fields, acceptable statuses, resolution, comments; and, while it runs, what was done and what not."""

    operation_id: str
    fields: dict[str, Any] = field(default_factory=dict)
    states: tuple[str, ...] = ()
    resolution: Any = None
    notes: list[Note] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    refusals: list[PlatformError] = field(default_factory=list)
    done: int = 0
    found: int = 0

    def attempt(self, step: Callable[[], None]) -> None:
        """Take one step. One refusal does not keep the others from being taken; once something is done, a failure is
        ambiguous, so that the next attempt looks for what stands.
        """
        try:
            step()
        except PlatformError as error:
            if not error.permanent:
                error.ambiguous = error.ambiguous or self.done > 0
                raise
            self.refusals.append(error)

    def settle(self) -> None:
        """Refusals are warnings beside what was done; when nothing was, the first one is the answer."""
        if self.refusals and not self.done:
            raise self.refusals[0]
        self.warnings += [error.message for error in self.refusals]


class Jira:
    """One instance. `outbound` says a write in Jira's fields; see README.md for the rights that it needs."""

    def __init__(self, config: PlatformConfig, outbound: Outbound) -> None:
        self._config = config
        self._outbound = outbound
        self._api = JiraApi(config)
        self._people = People(self._api, config.name)
        self._creations = Creations(self._api, config.name, config.project, _settles(config))
        self._changes = Changes(self._api, config)
        self._copies = Copies(self._api, config.name)
        self._self: Cache[Json] = Cache()

    @property
    def name(self) -> str:
        """The instance's name."""
        return self._config.name

    def identity(self) -> Party:
        """The integration account; cached."""
        me = self._me()
        account = str(me.get("accountId") or me.get("name") or me.get("key") or "")
        texts = {name: str(me.get(name) or "") for name in ("name", "emailAddress", "displayName")}
        return Party(account=account, login=texts["name"], email=texts["emailAddress"], name=texts["displayName"])

    def write(self, write: RecordWrite) -> Receipt:
        """Carry out one create, or one update: at most one edit, one transition, and a comment for each audience."""
        plan = self._plan(write)
        key = self._create(write, plan) if write.record is None else write.record.id or write.record.key
        issue = self._read(key)
        sent = self._edit(issue, plan)
        if plan.states:
            plan.attempt(lambda: self._move(issue, plan))
        stood = self._api.comments(key) if write.look_first and plan.notes else []
        for note in plan.notes:
            plan.attempt(partial(self._comment, key, note, stood, plan))
        for link in write.changes.links:
            plan.attempt(partial(self._link, key, link, plan))
        plan.settle()
        return self._receipt(key, issue, sent, plan, write)

    def comment(self, write: CommentWrite) -> Receipt:
        """Copy another platform's comment, or have its copy follow: Jira's comments can be changed and deleted."""
        key = write.record.id or write.record.key
        issue = self._read(key)
        done = self._copies.do(write, key, self._me)
        raw: Json = issue.raw if done.found else (self._api.issue(key) or issue).raw
        return Receipt(
            record=record.ref(raw, self.name, self._config.url),
            version=record.version(raw),
            found=done.found,
            warnings=done.warnings,
            comment=done.id,
        )

    def fetch(self, ref: RecordRef) -> Mapping[str, object] | None:
        """The issue in the form of Jira's own webhook."""
        issue = self._api.issue(ref.id or ref.key)
        return record.webhook_body(issue.raw) if issue else None

    def changes(self, since: Watermark, limit: int) -> Changed:
        """The issues of a project that were changed since."""
        return self._changes.page(since, limit, self._me())

    def look(self, refs: Sequence[RecordRef]) -> Looked:
        """The issues as they stand; each is asked for."""
        return self._changes.look(refs, self._me())

    def _plan(self, write: RecordWrite) -> Plan:
        """The outbound fields, with the people looked up."""
        plan = Plan(write.operation_id)
        told: list[tuple[str, str]] = []
        for one in self._outbound(write):
            if one.kind == "comment":
                told.append((one.field, str(one.value)))
            elif one.kind == "state":
                plan.states = tuple(map(str, one.value)) if isinstance(one.value, list | tuple) else (str(one.value),)
            elif one.field == "resolution":
                plan.resolution = one.value
            elif one.kind == "person" and isinstance(one.value, Person):
                found = self._people.account(one.value)
                if found.account:
                    plan.fields[one.field] = dict(found.account)
                else:
                    plan.warnings.append(found.warning)
            else:
                plan.fields[one.field] = one.value
        plan.notes = notes(told, write.operation_id)
        return plan

    def _create(self, write: RecordWrite, plan: Plan) -> str:
        """The id of the issue, created or found; what it was created with is taken out of the plan."""
        first = {name: plan.fields.pop(name) for name in AT_ONCE if name in plan.fields}
        project = write.into or self._config.project
        if not project:
            raise PlatformError(f"{self.name}: name the project in which issues are created.", permanent=True)
        if write.look_first and (earlier := self._creations.earlier(write.operation_id, project)):
            plan.found = plan.done = 1
            return earlier
        labels = list(first.get("labels") or [])
        mark = label(write.operation_id)
        summary = screen.shaped("summary", first.get("summary") or "No title", {})
        fields = {
            **first,
            "project": {"key": project},
            "issuetype": {"name": write.made_as or self._config.issue_type},
            "summary": summary,
            "labels": labels if mark in labels else [*labels, mark],
        }
        self._creations.begin(write.operation_id)
        created = self._api.create(fields)
        plan.done = 1
        return created

    def _read(self, key: str) -> jira.Issue:
        issue = self._api.issue(key)
        if issue is None:
            raise PlatformError(f"{self.name} has no {key} any more, or hides it.", permanent=True)
        return issue

    def _edit(self, issue: jira.Issue, plan: Plan) -> dict[str, Any]:
        """Write the fields that differ in one PUT; the fields as they were to be sent."""
        if not plan.fields:
            return {}
        where = f"{self.name} {issue.raw['key']}"
        fitted = screen.fit_to(plan.fields, self._api.editable(str(issue.raw["id"])), where)
        plan.warnings += fitted.warnings
        missing = screen.changed(fitted.fields, issue.raw["fields"])
        if missing:
            plan.attempt(lambda: self._put(issue, missing, plan))
        elif fitted.fields:
            plan.found += 1
            plan.done += 1
        return fitted.fields

    def _put(self, issue: jira.Issue, fields: dict[str, Any], plan: Plan) -> None:
        """One PUT; when Jira refuses some of the fields by name, the others are written without them."""
        try:
            self._api.update(issue, fields)
        except PlatformError as error:
            left = {name: value for name, value in fields.items() if name not in error.refused}
            if error.status != 400 or not left or left == fields:
                raise
            self._api.update(issue, left)
            plan.warnings += [
                f"{self.name} {issue.raw['key']}: {name} was refused: {words}" for name, words in error.refused.items()
            ]
        plan.done += 1

    def _move(self, issue: jira.Issue, plan: Plan) -> None:
        """Take the transition that leads to the wanted status, if the issue is not there; through work where need be.

        Many workflows know no way from open to done but through being worked on.
        """
        if workflow.is_in(issue.raw["fields"].get("status"), plan.states):
            plan.found += 1
            plan.done += 1
            return
        key, where = str(issue.raw["id"]), f"{self.name} {issue.raw['key']}"
        there = self._api.transitions(key)
        through = workflow.through(issue.raw["fields"].get("status"), there, plan.states)
        if through:
            self._api.move(key, through, {})
            plan.done += 1
            there = self._api.transitions(key)
        step = workflow.step(there, plan.states, plan.resolution, where)
        plan.warnings += step.warnings
        if step.id:
            self._api.move(key, step.id, step.fields)
            plan.done += 1

    def _comment(self, key: str, note: Note, stood: list[Json], plan: Plan) -> None:
        """Add a comment that does not stand there yet."""
        if stood and note.stands_in(stood, self._me()):
            plan.found += 1
        else:
            self._api.comment(key, note.body, note.properties)
        plan.done += 1

    def _link(self, key: str, link: Link, plan: Plan) -> None:
        """Point to another record of the same work; made twice, it is one link."""
        if link.to.link:
            self._api.link(key, link.global_id, link.to.link, link.name)
            plan.done += 1

    def _receipt(self, key: str, issue: jira.Issue, sent: Mapping[str, Any], plan: Plan, write: RecordWrite) -> Receipt:
        """What stands there now; a failure to read that back does not undo what was written."""
        raw: Json = issue.raw
        if plan.done > plan.found:
            try:
                raw = self._read(key).raw
            except PlatformError:
                plan.warnings.append(f"{self.name} {raw['key']} was written but could not be read back.")
        said = write.changes.said()
        values = record.values(raw, sent, plan.states, said)
        stands = bool(said.get("assignee")) and values.get("assignee") == said["assignee"]
        return Receipt(
            record=record.ref(raw, self.name, self._config.url),
            version=record.version(raw),
            values=values,
            account=record.account(raw) if stands else "",
            found=write.look_first and plan.found > 0 and plan.done == plan.found,
            warnings=tuple(plan.warnings),
        )

    def _me(self) -> Json:
        return self._self.get("self", self._api.myself) or {}


def _settles(config: PlatformConfig) -> float:
    """The option `search_settles`, in seconds."""
    given = config.options.get("search_settles", SETTLES)
    try:
        return float(given)
    except ValueError:
        raise ValueError(f"{config.name}: search_settles must be a number of seconds, not {given!r}.") from None
