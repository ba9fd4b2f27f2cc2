"""What every platform connector must do, over real HTTP against the stand-ins: one suite for all folders."""

from __future__ import annotations

import json
import logging
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from requests.adapters import HTTPAdapter

import connectors
from connectors import discover, wire
from connectors.config import ApiKey, Basic, Bearer, OAuth, PlatformConfig, Secret
from core.model import Changes, Comment, Delivery, Doing, Impact, Party, Person, Remark, Severity, State, Urgency
from core.ports import CommentWrite, DeliveryError, Outbound, OutField, Platform, RecordWrite
from rung.live import packaged
from sandbox.embedded import Sandbox
from tests import jira_openapi

DANA = Person("dana", "Dana Reyes", "dana.reyes@example.com")
PASSWORD = "sandbox-only"
SN_STATES = {"in_progress": "2", "resolved": "6"}
JIRA_STATES = {"in_progress": ("In Progress",), "resolved": ("Resolved", "done")}
PRIORITIES = {"SEV1": {"name": "Highest"}, "SEV2": {"name": "High"}}


def servicenow_out(write: RecordWrite) -> tuple[OutField, ...]:
    changes, told = write.changes, []
    if write.record is None:
        told.append(OutField("correlation_id", write.operation_id))
    told += [OutField("short_description", changes.title)] if changes.title else []
    told += [OutField("impact", str(changes.impact))] if changes.impact else []
    told += [OutField("urgency", str(changes.urgency))] if changes.urgency else []
    told += [OutField("state", SN_STATES[changes.state])] if changes.state else []
    if changes.state is State.RESOLVED:
        told += [OutField("close_code", "Solution provided"), OutField("close_notes", "Over.")]
    told += [OutField("assignment_group", write.group, "group")] if write.group else []
    told += [OutField("assigned_to", write.person, "person")] if write.person else []
    told += [OutField("work_notes" if one.internal else "comments", one.text, "comment") for one in changes.comments]
    return tuple(told)


def jira_out(write: RecordWrite) -> tuple[OutField, ...]:
    changes, told = write.changes, []
    if write.record is None:
        told.append(OutField("labels", [f"rung-{write.operation_id}"]))
    told += [OutField("summary", changes.title)] if changes.title else []
    told += [OutField("priority", PRIORITIES[changes.severity])] if changes.severity else []
    told += [OutField("status", JIRA_STATES[changes.state], "state")] if changes.state else []
    told += [OutField("assignee", write.person, "person")] if write.person else []
    told += [OutField("internal" if one.internal else "public", one.text, "comment") for one in changes.comments]
    return tuple(told)


@dataclass
class World:
    """One connector and the stand-in that it speaks to."""

    box: Sandbox
    stand: str
    config: PlatformConfig
    outbound: Outbound
    platform: Platform
    update_path: str
    update_method: str

    def records(self) -> list[dict[str, Any]]:
        return self.box.incidents() if self.stand == "servicenow" else self.box.issues()

    def notes(self) -> list[str]:
        one = self.records()[0]
        told = one["work_notes"] + one["comments"] if self.stand == "servicenow" else one["comments"]
        return [note["text"] for note in told]

    def assignee(self) -> str | None:
        one = self.records()[0]
        value = one["fields"]["assigned_to"] if self.stand == "servicenow" else one["assignee"]
        return str(value) if value else None

    def again(self, **changed: Any) -> Platform:
        """A connector with another configuration."""
        config = replace(self.config, **changed)
        return discover()[config.kind](config, self.outbound)

    def fault(self, kind: str, *, on: str, **rest: Any) -> None:
        create = "*/incident" if self.stand == "servicenow" else "*/issue"
        method, path = ("POST", create) if on == "create" else (self.update_method, self.update_path)
        self.box.fault(self.stand, kind=kind, method=method, path=path, **rest)


def _servicenow(box: Sandbox, auth: Any = None) -> tuple[PlatformConfig, Outbound, str, str]:
    auth = auth or Basic("rung.integration", Secret.of(PASSWORD))
    options = {"user": "rung.integration"}
    config = PlatformConfig(name="there", kind="servicenow", url=box.servicenow_url, auth=auth, options=options)
    return config, servicenow_out, "*/incident/*", "PATCH"


def _jira(box: Sandbox, deployment: Any, auth: Any) -> tuple[PlatformConfig, Outbound, str, str]:
    config = PlatformConfig(
        name="there",
        kind="jira",
        url=box.jira_url,
        auth=auth,
        deployment=deployment,
        project="OPS",
        options={"search_settles": "0"},
    )
    return config, jira_out, "*/comment", "POST"


KINDS: dict[str, tuple[str, str, Callable[[Sandbox], tuple[PlatformConfig, Outbound, str, str]]]] = {
    "servicenow": ("servicenow", "cloud", _servicenow),
    "jira cloud": (
        "jira",
        "cloud",
        lambda box: _jira(box, "cloud", Basic("rung.integration@example.com", Secret.of(PASSWORD))),
    ),
    "jira data center": (
        "jira",
        "datacenter",
        lambda box: _jira(box, "datacenter", Bearer(Secret.of("sandbox-only-key"))),
    ),
}


@pytest.fixture(scope="module")
def boxes() -> Iterator[dict[str, Sandbox]]:
    made = {deployment: Sandbox(deployment=deployment) for deployment in ("cloud", "datacenter")}
    yield made
    for box in made.values():
        box.close()


@pytest.fixture(params=KINDS)
def world(request: pytest.FixtureRequest, boxes: dict[str, Sandbox]) -> Iterator[World]:
    stand, deployment, make = KINDS[request.param]
    box = boxes[deployment]
    box.reset()
    box.heal()
    config, outbound, path, method = make(box)
    yield World(box, stand, config, outbound, discover()[stand](config, outbound), path, method)
    box.assert_nothing_unexpected()
    if request.param == "jira cloud" and jira_openapi.is_here():
        assert jira_openapi.breaches(box.calls("jira")) == []


def creation(operation_id: str = "op-create", **changes: Any) -> RecordWrite:
    told = {"title": "Payments are down", "comments": (Comment("Opened because of an alert."),), **changes}
    return RecordWrite(operation_id=operation_id, record=None, changes=Changes(**told))


def update(record: Any, operation_id: str = "op-update", **changes: Any) -> RecordWrite:
    told = {"state": State.IN_PROGRESS, "comments": (Comment("Moved to L2."),), **changes}
    return RecordWrite(operation_id=operation_id, record=record, changes=Changes(**told))


def test_every_connector_folder_is_under_this_contract() -> None:
    assert set(discover()) == {stand for stand, _, _ in KINDS.values()}


def test_it_creates_a_record_and_says_where_it_is(world: World) -> None:
    receipt = world.platform.write(creation())
    assert receipt.record is not None
    assert receipt.record.platform == "there"
    assert receipt.record.id
    assert receipt.record.key
    assert receipt.record.link.startswith(world.config.url)
    assert receipt.version is not None
    assert receipt.values["title"] == "Payments are down"
    assert receipt.values["state"] == "new"
    assert not receipt.found
    assert world.notes() == ["Opened because of an alert.\n[rung op-create]"]


def test_it_assigns_exactly_the_person_with_that_e_mail(world: World) -> None:
    write = replace(creation(assignee="dana"), person=DANA)
    receipt = world.platform.write(write)
    dana = world.box.person("dana.reyes")
    assert world.assignee() in {dana["sys_id"], "dana.reyes"}
    assert receipt.values["assignee"] == "dana"
    assert receipt.warnings == ()


def test_an_unknown_person_is_a_warning_and_the_rest_is_written(world: World) -> None:
    nobody = Person("no", "Nobody", "dana.reyes@example.com.invalid")
    receipt = world.platform.write(replace(creation(assignee="no"), person=nobody))
    assert world.assignee() is None
    assert len(world.records()) == 1
    assert any("dana.reyes@example.com.invalid" in warning for warning in receipt.warnings)
    assert all(warning.endswith(".") for warning in receipt.warnings)


def test_a_likeness_of_a_name_is_never_assigned(world: World) -> None:
    """Jira's search would find Dana by `dana`; ServiceNow's would by an injected condition."""
    for email in ("dana", "dana.reyes", "x^ORemail=dana.reyes@example.com"):
        receipt = world.platform.write(replace(creation(f"op-{len(email)}"), person=replace(DANA, email=email)))
        assert receipt.warnings
    assert world.assignee() is None


def test_the_same_creation_twice_makes_one_record(world: World) -> None:
    first = world.platform.write(creation())
    second = world.platform.write(replace(creation(), look_first=True))
    assert second.record == first.record
    assert second.found
    assert len(world.records()) == 1
    assert len(world.notes()) == 1


def test_the_same_update_twice_writes_one_comment(world: World) -> None:
    record = world.platform.write(creation()).record
    first = world.platform.write(update(record))
    second = world.platform.write(replace(update(record), look_first=True))
    assert (first.found, second.found) == (False, True)
    assert second.version == first.version
    assert [note for note in world.notes() if "L2" in note] == ["Moved to L2.\n[rung op-update]"]


def test_a_creation_that_was_done_and_dropped_is_found_again(world: World) -> None:
    world.fault("commit_then_drop", on="create")
    with pytest.raises(DeliveryError) as caught:
        world.platform.write(creation())
    assert caught.value.ambiguous
    assert caught.value.platform_down
    assert not caught.value.permanent
    receipt = world.platform.write(replace(creation(), look_first=True))
    assert receipt.record is not None
    assert len(world.records()) == 1
    assert len(world.notes()) == 1


def test_an_update_that_was_done_and_dropped_is_not_repeated(world: World) -> None:
    record = world.platform.write(creation()).record
    world.fault("commit_then_drop", on="update")
    with pytest.raises(DeliveryError) as caught:
        world.platform.write(update(record))
    assert caught.value.ambiguous
    receipt = world.platform.write(replace(update(record), look_first=True))
    assert receipt.values["state"] == "in_progress"
    assert len([note for note in world.notes() if "L2" in note]) == 1


def test_a_creation_that_was_never_done_is_made_after_looking(world: World) -> None:
    world.fault("close", on="create")
    with pytest.raises(DeliveryError):
        world.platform.write(creation())
    receipt = world.platform.write(replace(creation(), look_first=True))
    assert not receipt.found
    assert len(world.records()) == 1


def test_a_public_comment_bears_no_word_of_ours_and_is_still_written_once(world: World) -> None:
    record = world.platform.write(creation()).record
    write = update(record, comments=(Comment("We are looking into it.", internal=False),))
    world.fault("commit_then_drop", on="update")
    with pytest.raises(DeliveryError):
        world.platform.write(write)
    world.platform.write(replace(write, look_first=True))
    assert [note for note in world.notes() if "looking" in note] == ["We are looking into it."]


def copy(record: Any, doing: Doing = Doing.ADD, operation_id: str = "op-copy", **more: Any) -> CommentWrite:
    about = {"head": "Dana Reyes, Elsewhere INC0012345, 2026-03-02 12:05 UTC:", "text": "The bank is down", **more}
    remark = Remark(
        mark="op-copy", doing=doing, source="elsewhere", comment="c1", note="Dana Reyes changed it.", **about
    )
    return CommentWrite(operation_id=operation_id, record=record, remark=remark)


@pytest.mark.parametrize("internal", [True, False])
def test_the_same_copy_of_a_comment_twice_makes_one_comment(world: World, internal: bool) -> None:
    record = world.platform.write(creation()).record
    first = world.platform.comment(copy(record, internal=internal))
    second = world.platform.comment(replace(copy(record, internal=internal), look_first=True))
    assert len([note for note in world.notes() if "The bank is down" in note and "Dana Reyes" in note]) == 1
    assert (first.found, second.found) == (False, True)
    assert first.comment == second.comment
    assert first.version is not None


@pytest.mark.parametrize("internal", [True, False])
def test_a_copy_that_was_made_and_dropped_is_not_made_again(world: World, internal: bool) -> None:
    record = world.platform.write(creation()).record
    world.fault("commit_then_drop", on="update")
    with pytest.raises(DeliveryError) as caught:
        world.platform.comment(copy(record, internal=internal))
    assert caught.value.ambiguous
    world.platform.comment(replace(copy(record, internal=internal), look_first=True))
    assert len([note for note in world.notes() if "The bank is down" in note]) == 1


def test_an_edit_reaches_the_copy_and_a_withdrawal_repeats_nothing(world: World) -> None:
    record = world.platform.write(creation()).record
    made = world.platform.comment(copy(record))
    edited = replace(copy(record, Doing.EDIT, "op-edit", text="The bank is back"), copy=made.comment)
    for look_first in (False, True):
        world.platform.comment(replace(edited, look_first=look_first))
    assert len([note for note in world.notes() if "The bank is back" in note]) == 1
    gone = replace(copy(record, Doing.WITHDRAW, "op-gone", text=""), copy=made.comment)
    for look_first in (False, True):
        world.platform.comment(replace(gone, look_first=look_first))
    if world.stand == "jira":
        assert not [note for note in world.notes() if "bank" in note]
    else:
        assert len([note for note in world.notes() if "op-gone" in note]) == 1


def test_an_edit_that_is_for_colleagues_alone_is_not_shown_to_customers(world: World) -> None:
    record = world.platform.write(creation()).record
    made = world.platform.comment(copy(record, internal=False))
    world.platform.comment(
        replace(copy(record, Doing.EDIT, "op-edit", text="Between us", internal=True), copy=made.comment)
    )
    one = world.records()[0]
    if world.stand == "jira":
        assert [note["internal"] for note in one["comments"] if "Between us" in note["text"]] == [True]
    else:
        assert not [note for note in one["comments"] if "Between us" in note["text"]]
        assert len([note for note in one["work_notes"] if "Between us" in note["text"]]) == 1


def test_an_edit_whose_copy_is_not_known_finds_it_by_its_mark_or_makes_it(world: World) -> None:
    record = world.platform.write(creation()).record
    world.platform.comment(copy(record, internal=False))
    world.platform.comment(copy(record, Doing.EDIT, "op-edit", text="The bank is back", internal=False))
    assert len([note for note in world.notes() if "The bank is back" in note]) == 1
    assert len(world.notes()) == (2 if world.stand == "jira" else 3)


def test_words_that_would_be_markup_there_arrive_as_they_are(world: World) -> None:
    record = world.platform.write(creation()).record
    said = "5 * 3 {code} [code]<script>alert(1)</script>[/code] =1+1 [x|http://y]"
    world.platform.comment(copy(record, text=said))
    text = world.notes()[-1].replace("\u200b", "\x00")
    assert "[code]" not in text
    assert "{code}" not in text.replace("\\{", "\x00") or world.stand == "servicenow"
    assert said in text.replace("\x00", "").replace("\\", "")


def test_one_decision_makes_one_note(world: World) -> None:
    record = world.platform.write(creation()).record
    world.platform.write(update(record, comments=(Comment("First."), Comment("Second."))))
    assert [note for note in world.notes() if "First" in note] == ["First.\n\nSecond.\n[rung op-update]"]


def test_resolving_reaches_a_resolved_state(world: World) -> None:
    record = world.platform.write(creation()).record
    world.platform.write(update(record))
    receipt = world.platform.write(update(record, "op-over", state=State.RESOLVED, comments=()))
    assert receipt.values["state"] == "resolved"
    assert receipt.warnings == ()


@pytest.mark.parametrize(
    ("fault", "rest", "expected"),
    [
        ("status", {"status": 403}, {"permanent": True, "ambiguous": False, "platform_down": False}),
        ("status", {"status": 400}, {"permanent": True, "ambiguous": False, "platform_down": False}),
        ("status", {"status": 401}, {"permanent": False, "ambiguous": False, "platform_down": True}),
        ("status", {"status": 500}, {"permanent": False, "ambiguous": True, "platform_down": True}),
        ("status", {"status": 502}, {"permanent": False, "ambiguous": True, "platform_down": True}),
        (
            "status",
            {"status": 429, "retry_after": "30"},
            {"permanent": False, "ambiguous": False, "platform_down": True, "retry_after": 30.0},
        ),
        ("status", {"status": 429}, {"permanent": False, "ambiguous": False, "retry_after": None}),
        ("status", {"status": 503, "retry_after": "60"}, {"ambiguous": False, "retry_after": 60.0}),
        ("html", {}, {"permanent": False, "ambiguous": True, "platform_down": True}),
        ("accepted", {}, {"permanent": False, "ambiguous": True, "platform_down": True}),
        ("close", {}, {"permanent": False, "ambiguous": True, "platform_down": True}),
    ],
)
def test_a_failed_creation_says_what_can_be_done_about_it(
    world: World, fault: str, rest: dict[str, Any], expected: dict[str, Any]
) -> None:
    world.fault(fault, on="create", **rest)
    with pytest.raises(DeliveryError) as caught:
        world.platform.write(creation())
    assert {name: getattr(caught.value, name) for name in expected} == expected
    assert caught.value.message.startswith("there")
    assert len(world.box.calls(world.stand, "POST", "*/incident" if world.stand == "servicenow" else "*/issue")) == 1


def test_a_write_is_repeated_at_once_when_it_was_refused_for_a_moment(world: World) -> None:
    world.fault("status", on="create", status=429, retry_after="0")
    assert world.platform.write(creation()).record is not None
    assert len(world.records()) == 1


def test_a_read_timeout_leaves_a_write_in_doubt(world: World) -> None:
    world.fault("silence", on="create", seconds=2.0)
    with pytest.raises(DeliveryError, match="did not answer in time") as caught:
        world.again(timeout=(1.0, 0.3)).write(creation())
    assert caught.value.ambiguous
    assert caught.value.platform_down


def test_a_refused_connection_leaves_nothing_in_doubt(world: World) -> None:
    with pytest.raises(DeliveryError, match="cannot be reached") as caught:
        world.again(url="http://127.0.0.1:1").write(creation())
    assert not caught.value.ambiguous
    assert caught.value.platform_down


def test_wrong_credentials_hold_the_platform_and_burn_no_attempt(world: World) -> None:
    auth: Any = Basic("rung.integration", Secret.of("wrong-password"))
    with pytest.raises(DeliveryError, match=r"[Cc]redentials|user and token") as caught:
        world.again(auth=auth).write(creation())
    assert caught.value.platform_down
    assert not caught.value.permanent


def test_a_missing_secret_says_which_setting_is_missing(world: World) -> None:
    def lookup() -> str:
        raise KeyError("NOT_SET")

    with pytest.raises(DeliveryError, match="could not be looked up") as caught:
        world.again(auth=Basic("rung.integration", Secret(lookup))).write(creation())
    assert caught.value.platform_down


def test_a_record_that_is_gone_is_refused_for_good(world: World) -> None:
    record = world.platform.write(creation()).record
    assert record is not None
    gone = replace(record, id="f" * 32 if world.stand == "servicenow" else "99999999")
    with pytest.raises(DeliveryError) as caught:
        world.platform.write(update(gone))
    assert caught.value.permanent


def test_a_record_known_by_its_key_alone_is_written_to(world: World) -> None:
    record = world.platform.write(creation()).record
    assert record is not None
    receipt = world.platform.write(update(replace(record, id="")))
    assert receipt.record == record
    assert receipt.values["state"] == "in_progress"


def test_it_reads_a_record_as_its_webhook_would_bring_it(world: World) -> None:
    record = world.platform.write(replace(creation(assignee="dana"), person=DANA)).record
    assert record is not None
    body = world.platform.fetch(record)
    assert body == world.platform.fetch(replace(record, id=""))
    mapping = packaged()[world.stand]
    bound = mapping.bind("there")
    delivery = Delivery(1, "there", None, datetime.now(UTC), "application/json", {}, json.dumps(body).encode())
    event = bound.events(delivery).events[0]
    assert event.record is not None
    assert (event.record.id, event.record.key) == (record.id, record.key)
    assert event.title == "Payments are down"
    assert event.state is State.NEW
    assert event.assignee is not None
    assert event.assignee.name == "Dana Reyes"
    assert not event.partial


def test_the_packaged_mapping_drives_it_from_opening_to_resolving(world: World) -> None:
    options = {"close_code": "Solution provided", **world.config.options}
    bound = packaged()[world.stand].bind("there", "there", world.config.url, options)
    platform = discover()[world.stand](world.config, bound.out)
    everything: dict[str, Any] = {
        "description": "Card payments fail.",
        "severity": Severity.SEV1,
        "impact": Impact.HIGH,
        "urgency": Urgency.HIGH,
        "service": "Payments",
        "team": "payments",
        "assignee": "dana",
    }
    write = replace(creation(**everything), group="Payments Support", person=DANA)
    opened = platform.write(write)
    taken = platform.write(update(opened.record))
    over = platform.write(
        update(opened.record, "op-over", state=State.RESOLVED, resolution="The alert is over.", comments=())
    )
    assert [one.warnings for one in (opened, taken, over)] == [(), (), ()]
    assert opened.values["priority"] in {"1", "Highest"}
    assert opened.values["assignee"] == "dana"
    assert (taken.values["state"], over.values["state"]) == ("in_progress", "resolved")
    assert len(world.notes()) == 2


def test_a_missing_record_reads_as_none(world: World) -> None:
    from core.model import RecordRef

    missing = "f" * 32 if world.stand == "servicenow" else "99999999"
    table = "incident" if world.stand == "servicenow" else "OPS"
    assert world.platform.fetch(RecordRef("there", table, missing, "")) is None


def test_it_knows_who_it_is(world: World) -> None:
    me = world.platform.identity()
    assert me.is_same_as(Party(email="rung.integration@example.com"))
    assert me.account
    world.platform.identity()
    asked = [one for one in world.box.calls(world.stand) if "myself" in one["path"] or "sys_user" in one["path"]]
    assert len(asked) == 1


def test_a_write_is_the_integration_accounts_own(world: World) -> None:
    world.platform.write(creation())
    assert {one["user"] for one in world.box.calls(world.stand)} == {"rung.integration"}


def test_people_are_looked_up_once(world: World) -> None:
    for count in range(3):
        world.platform.write(replace(creation(f"op-{count}"), person=DANA))
    looked = [
        one for one in world.box.calls(world.stand, "GET") if "user" in one["path"] and "myself" not in one["path"]
    ]
    assert len(looked) == 1


def test_many_threads_write_at_once_and_nothing_is_dropped(world: World) -> None:
    """ServiceNow answers 202 and drops the request when one session's cookies are used by two at once."""
    errors: list[DeliveryError] = []

    def work(number: int) -> None:
        try:
            world.platform.write(creation(f"op-{number}"))
        except DeliveryError as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(world.records()) == 6


def test_every_call_has_a_timeout_and_verifies_certificates(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[dict[str, Any]] = []
    send = HTTPAdapter.send

    def record(self: HTTPAdapter, request: Any, **rest: Any) -> Any:
        if "/_sandbox/" not in request.url:
            calls.append(rest)
        return send(self, request, **rest)

    monkeypatch.setattr(HTTPAdapter, "send", record)
    first = world.platform.write(replace(creation(assignee="dana"), person=DANA)).record
    assert first is not None
    world.platform.write(replace(update(first), look_first=True))
    world.platform.fetch(first)
    world.platform.identity()
    assert len(calls) > 5
    assert {one["timeout"] for one in calls} == {(3.0, 20.0)}
    assert all(one["verify"] for one in calls)  # True, or the machine's own bundle


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 403},
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 401},
        {"kind": "html"},
        {"kind": "close"},
        {"kind": "status", "status": 429, "retry_after": "99"},
    ],
)
def test_no_secret_is_in_any_error_log_or_repr(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, fault: dict[str, Any]
) -> None:
    monkeypatch.setattr(wire, "_pause", lambda _: 0)
    for name in ("", "urllib3", "jira", "jira.resilientsession", "pysnow", "requests"):
        caplog.set_level(logging.DEBUG, logger=name)
    shown = [repr(world.config), repr(world.platform), str(vars(world.platform))]
    world.platform.write(creation("op-first"))
    world.box.fault(world.stand, **{"times": None, **fault})
    write = replace(creation(), person=DANA, look_first=True)
    with pytest.raises(DeliveryError) as caught:
        world.again().write(write)
    shown += [str(caught.value), repr(caught.value), repr(caught.value.args)]
    try:
        shown.append(repr(world.again().identity()))
    except DeliveryError as error:
        shown.append(repr(error))
    world.box.heal()
    secrets = [PASSWORD, "sandbox-only-key", "Basic ", "Bearer ", "cnVuZy5pbnRlZ3JhdGlvbk"]
    for text in [*shown, caplog.text]:
        assert [secret for secret in secrets if secret in text] == []


def test_a_fresh_connector_finds_what_another_process_did(world: World) -> None:
    world.fault("commit_then_drop", on="create")
    with pytest.raises(DeliveryError):
        world.platform.write(creation())
    assert world.again().write(replace(creation(), look_first=True)).found or len(world.records()) == 1
    assert len(world.notes()) == 1


@pytest.mark.parametrize(
    "auth",
    [
        OAuth("rung-sandbox", Secret.of(PASSWORD)),
        OAuth("rung-sandbox", Secret.of(PASSWORD), "rung.integration", Secret.of(PASSWORD)),
        ApiKey(Secret.of("sandbox-only-key")),
    ],
    ids=["client credentials", "password grant", "API key"],
)
def test_servicenow_takes_every_way_of_signing_in(boxes: dict[str, Sandbox], auth: Any) -> None:
    box = boxes["cloud"]
    box.reset()
    config, outbound, _, _ = _servicenow(box, auth)
    platform = discover()["servicenow"](config, outbound)
    impacts = {"impact": Impact.HIGH, "urgency": Urgency.MEDIUM}
    receipt = platform.write(creation(**impacts))
    assert receipt.values["priority"] == "2"
    assert platform.identity().login == "rung.integration"
    assert len(box.calls("servicenow", "POST", "/oauth_token.do")) == (1 if isinstance(auth, OAuth) else 0)
    box.assert_nothing_unexpected()


def test_jira_sets_a_priority_of_the_scheme_by_its_id(boxes: dict[str, Sandbox]) -> None:
    box = boxes["cloud"]
    box.reset()
    config, outbound, _, _ = KINDS["jira cloud"][2](box)
    receipt = discover()["jira"](config, outbound).write(creation(severity=Severity.SEV1))
    assert receipt.values["severity"] == "SEV1"
    put = box.calls("jira", "PUT")[0]
    assert put["body"]["fields"]["priority"] == {"id": "1"}


@pytest.mark.parametrize("kind", sorted(discover()))
def test_a_connectors_guide_names_every_setting_that_it_reads(kind: str) -> None:
    folder = Path(connectors.__file__).parent / kind
    guide = (folder / "README.md").read_text()
    code = "\n".join(path.read_text() for path in folder.glob("*.py"))
    options = set(re.findall(r"options(?:\.get\(|\[)[\"'](\w+)[\"']", code))
    fields = set(re.findall(r"config\.(\w+)", code)) - {"name", "kind", "options"}
    assert fields >= {"url", "auth", "timeout", "ca_file"}
    assert {name for name in options | fields if f"`{name}" not in guide and f"{{{name}:" not in guide} == set()
