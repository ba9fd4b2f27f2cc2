"""ServiceNow's traps, each in the exact form in which the platform or pysnow sets it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import responses
from responses import matchers

from connectors.config import ApiKey, Bearer, OAuth, Secret
from connectors.servicenow.api import safe
from core.model import Changes, Comment, Impact, Person, RecordRef, State
from core.ports import DeliveryError, OutField, Platform, RecordWrite

API = "https://sn.example.com/api/now/table"
ID = "a" * 32
REF = RecordRef("there", "incident", ID, "INC0010001")
DANA = Person("dana", "Dana", "dana.reyes@example.com")


def update(**changes: Any) -> RecordWrite:
    return RecordWrite(operation_id="op-7", record=REF, changes=Changes(**changes))


def creation(**changes: Any) -> RecordWrite:
    return RecordWrite(operation_id="op-7", record=None, changes=Changes(**changes))


def row(**fields: str) -> dict[str, Any]:
    """A record as `sysparm_display_value=all` answers it."""
    told = {"sys_id": ID, "number": "INC0010001", "sys_mod_count": "4", "sys_updated_by": "rung.integration", **fields}
    return {"result": {name: {"value": value, "display_value": value} for name, value in told.items()}}


def fails(platform: Platform, write: RecordWrite) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        platform.write(write)
    return caught.value


def query_of(call: Any) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(call.request.url).query).items()}


def test_one_decision_is_one_patch_with_fields_and_journal(servicenow: Any, net: responses.RequestsMock) -> None:
    net.patch(f"{API}/incident/{ID}", json=row(impact="1", urgency="2", priority="2", state="2"))
    there = servicenow(
        OutField("impact", "1"),
        OutField("urgency", "2"),
        OutField("state", ["2"], "state"),
        OutField("work_notes", "Because of the alert.", "comment"),
    )
    receipt = there.write(update(impact=Impact.HIGH, state=State.IN_PROGRESS))
    assert len(net.calls) == 1
    assert json.loads(net.calls[0].request.body) == {
        "impact": "1",
        "urgency": "2",
        "state": "2",
        "work_notes": "Because of the alert.\n[rung op-7]",
    }
    assert receipt.version == 4
    assert receipt.values == {"impact": "1", "urgency": "2", "priority": "2", "state": "in_progress"}
    assert receipt.record is not None
    assert receipt.record.link == f"https://sn.example.com/nav_to.do?uri=incident.do?sys_id={ID}"


def test_input_display_values_stay_off_and_no_list_parameter_goes_with_a_write(
    servicenow: Any, net: responses.RequestsMock
) -> None:
    net.patch(f"{API}/incident/{ID}", json=row())
    servicenow(OutField("impact", "1")).write(update())
    query = query_of(net.calls[0])
    assert query["sysparm_display_value"] == "all"
    assert query["sysparm_exclude_reference_link"] == "true"
    assert not {"sysparm_input_display_value", "sysparm_query", "sysparm_limit"} & set(query)


def test_a_403_on_a_write_is_not_silent(servicenow: Any, net: responses.RequestsMock) -> None:
    """pysnow itself raises nothing before `.one()`."""
    body = {
        "error": {"message": "Operation Failed", "detail": "ACL Exception Update Failed due to security constraints"},
        "status": "failure",
    }
    net.patch(f"{API}/incident/{ID}", status=403, json=body)
    error = fails(servicenow(OutField("impact", "1"), OutField("work_notes", "x", "comment")), update())
    assert error.permanent
    assert "impact, work_notes" in error.message
    assert "Operation Failed: ACL Exception Update Failed due to security constraints." in error.message
    assert "role itil" in error.message


def test_a_data_policy_names_its_fields(servicenow: Any, net: responses.RequestsMock) -> None:
    detail = "Data Policy Exception: The following fields are mandatory: Resolution code"
    net.patch(f"{API}/incident/{ID}", status=403, json={"error": {"message": "Operation Failed", "detail": detail}})
    assert "mandatory: Resolution code" in fails(servicenow(OutField("state", "6")), update()).message


@pytest.mark.parametrize("answer", [{"status": 202, "body": b""}, {"status": 202, "json": {}}, {"status": 204}])
def test_a_202_that_drops_the_write_is_not_taken_for_done(
    servicenow: Any, net: responses.RequestsMock, answer: dict[str, Any]
) -> None:
    net.patch(f"{API}/incident/{ID}", **answer)
    error = fails(servicenow(OutField("impact", "1")), update())
    assert (error.ambiguous, error.platform_down, error.permanent) == (True, True, False)


def test_a_hibernating_instances_page_is_not_an_answer(servicenow: Any, net: responses.RequestsMock) -> None:
    net.patch(f"{API}/incident/{ID}", body="<html><body>Your instance is hibernating</body></html>")
    error = fails(servicenow(OutField("impact", "1")), update())
    assert "web page" in error.message
    assert (error.ambiguous, error.platform_down) == (True, True)


def test_an_error_with_a_good_status_and_an_empty_result_is_not_lost(
    servicenow: Any, net: responses.RequestsMock
) -> None:
    error = {"message": "Transaction cancelled: maximum execution time exceeded", "detail": ""}
    net.get(f"{API}/sys_user_group", json={"error": error, "result": [], "status": "failure"})
    raised = fails(servicenow(OutField("assignment_group", "Payments", "group")), update())
    assert "maximum execution time exceeded" in raised.message
    assert raised.platform_down


@pytest.mark.parametrize("body", [{}, {"result": None}, {"result": []}, {"result": [1, 2]}, [], {"result": {}}, 7])
def test_an_answer_of_another_shape_leaves_the_write_in_doubt(
    servicenow: Any, net: responses.RequestsMock, body: Any
) -> None:
    net.patch(f"{API}/incident/{ID}", json=body)
    error = fails(servicenow(OutField("impact", "1")), update())
    assert (error.ambiguous, error.platform_down) == (True, True)


@pytest.mark.parametrize(("headers", "seconds"), [({"Retry-After": "120"}, 120.0), ({}, None)])
def test_both_forms_of_429_hold_the_platform(
    servicenow: Any, net: responses.RequestsMock, headers: dict[str, str], seconds: float | None
) -> None:
    """The hourly rules send Retry-After, the semaphores none."""
    net.patch(f"{API}/incident/{ID}", status=429, headers=headers, json={"error": {"message": "Rate limit exceeded"}})
    error = fails(servicenow(OutField("impact", "1")), update())
    assert error.retry_after == seconds
    assert (error.platform_down, error.ambiguous, error.permanent) == (True, False, False)


def test_a_field_that_servicenow_drops_silently_is_told(servicenow: Any, net: responses.RequestsMock) -> None:
    net.patch(f"{API}/incident/{ID}", json=row(impact="3"))
    receipt = servicenow(OutField("impact", "1")).write(update(impact=Impact.HIGH))
    assert receipt.values["impact"] == "3"
    assert "there keeps impact at '3'" in receipt.warnings[0]


def test_a_text_that_was_cut_to_its_field_is_not_complained_about(servicenow: Any, net: responses.RequestsMock) -> None:
    net.patch(f"{API}/incident/{ID}", json=row(short_description="x" * 160))
    assert servicenow(OutField("short_description", "x" * 200)).write(update()).warnings == ()


@pytest.mark.parametrize(
    "value", ["a^ORb", "a\nb", "a\r", "", "  ", "javascript:gs.getUserID()", "JavaScript:x", "a\x00"]
)
def test_a_value_cannot_change_a_querys_meaning(servicenow: Any, net: responses.RequestsMock, value: str) -> None:
    with pytest.raises(ValueError, match="cannot be looked up"):
        safe(value)
    net.patch(f"{API}/incident/{ID}", json=row())
    receipt = servicenow(OutField("assignment_group", value or " ", "group"), OutField("impact", "1")).write(update())
    assert [call.request.method for call in net.calls] == ["PATCH"]
    assert "cannot be looked up" in receipt.warnings[0]
    assert "assignment_group" not in json.loads(net.calls[0].request.body)


def test_rows_that_an_ignored_query_part_let_through_are_not_believed(
    servicenow: Any, net: responses.RequestsMock
) -> None:
    """An invalid part of a query is ignored: then everything matches."""
    net.get(
        f"{API}/sys_user", json={"result": [{"sys_id": "b" * 32, "email": "someone@else.example", "active": "true"}]}
    )
    net.patch(f"{API}/incident/{ID}", json=row())
    receipt = servicenow(OutField("assigned_to", DANA, "person"), OutField("impact", "1")).write(update())
    assert "assigned_to" not in json.loads(net.calls[-1].request.body)
    assert "no active account" in receipt.warnings[0]


def test_two_accounts_with_one_e_mail_are_not_guessed_between(servicenow: Any, net: responses.RequestsMock) -> None:
    rows = [{"sys_id": one * 32, "email": "Dana.Reyes@example.com", "active": "true"} for one in "bc"]
    net.get(f"{API}/sys_user", json={"result": rows})
    net.get(f"{API}/incident/{ID}", json=row())
    receipt = servicenow(OutField("assigned_to", DANA, "person")).write(update())
    assert "several accounts" in receipt.warnings[0]


def test_the_account_that_the_roster_names_is_used(servicenow: Any, net: responses.RequestsMock) -> None:
    net.patch(f"{API}/incident/{ID}", json=row())
    person = Person("dana", "Dana", "x@example.com", accounts={"there": "c" * 32, "elsewhere": "d" * 32})
    servicenow(OutField("assigned_to", person, "person")).write(update())
    assert json.loads(net.calls[0].request.body) == {"assigned_to": "c" * 32}


def test_people_that_may_not_be_read_are_a_warning(servicenow: Any, net: responses.RequestsMock) -> None:
    net.get(f"{API}/sys_user", status=403, json={"error": {"message": "Insufficient rights to query records"}})
    net.get(f"{API}/incident/{ID}", json=row())
    receipt = servicenow(OutField("assigned_to", DANA, "person")).write(update())
    assert "Let the integration user read sys_user." in receipt.warnings[0]


def test_an_empty_value_clears_a_field(servicenow: Any, net: responses.RequestsMock) -> None:
    net.patch(f"{API}/incident/{ID}", json=row(assigned_to=""))
    receipt = servicenow(OutField("assigned_to", "")).write(update(assignee=""))
    assert json.loads(net.calls[0].request.body) == {"assigned_to": ""}
    assert receipt.values["assignee"] == ""


def test_a_service_is_looked_up_by_name(servicenow: Any, net: responses.RequestsMock) -> None:
    net.get(f"{API}/cmdb_ci_service", json={"result": [{"sys_id": "e" * 32, "name": "Payments"}]})
    net.patch(f"{API}/incident/{ID}", json=row(business_service="e" * 32))
    receipt = servicenow(OutField("business_service", "Payments")).write(update(service="Payments"))
    assert json.loads(net.calls[1].request.body) == {"business_service": "e" * 32}
    assert receipt.values["service"] == "Payments"


class Look:
    """A write that may have been done: what the journal, the record and the user tell."""

    def __init__(self, net: responses.RequestsMock) -> None:
        self.net = net
        net.patch(f"{API}/incident/{ID}", json=row(impact="1"))
        users = [{"sys_id": "f" * 32, "user_name": "rung.integration", "name": "Rung", "email": "r@example.com"}]
        net.get(f"{API}/sys_user", json={"result": users})

    def journal(self, **answer: Any) -> None:
        self.net.get(f"{API}/sys_journal_field", **answer)

    def record(self, **fields: str) -> None:
        self.net.get(f"{API}/incident/{ID}", json=row(**fields))

    def patched(self) -> bool:
        return any(call.request.method == "PATCH" for call in self.net.calls)


@pytest.fixture
def look(net: responses.RequestsMock) -> Look:
    return Look(net)


NOTE = OutField("work_notes", "Moved.", "comment")
VALUE = OutField("impact", "1")
AGAIN = RecordWrite(operation_id="op-7", record=REF, changes=Changes(impact=Impact.HIGH), look_first=True)
HIDDEN = {"status": 403, "json": {"error": {"message": "Insufficient rights to query records"}}}


def test_the_journal_table_is_asked_first(servicenow: Any, look: Look) -> None:
    look.record(impact="1")
    look.journal(json={"result": [{"value": "Moved.\n[rung op-7]", "element_id": ID, "element": "work_notes"}]})
    receipt = servicenow(VALUE, NOTE).write(AGAIN)
    assert receipt.found
    assert not look.patched()


def test_the_rendered_journal_is_asked_next(servicenow: Any, look: Look) -> None:
    look.record(impact="1", work_notes="2026-03-01 12:00:00 - Rung (Work notes)\nMoved.\n[rung op-7]\n\n")
    look.journal(**HIDDEN)
    assert servicenow(VALUE, NOTE).write(AGAIN).found
    assert not look.patched()


def test_a_readable_journal_without_the_tag_means_that_it_was_not_done(servicenow: Any, look: Look) -> None:
    look.record(impact="1", work_notes="2026-03-01 - Dana (Work notes)\nHello [rung op-6]\n\n")
    look.journal(**HIDDEN)
    assert not servicenow(VALUE, NOTE).write(AGAIN).found
    assert look.patched()


def test_what_a_person_changed_since_is_not_written_again(servicenow: Any, look: Look) -> None:
    """Values and note go out in one PATCH: the note stands, so the values were written."""
    look.record(impact="3", work_notes="Moved.\n[rung op-7]")
    look.journal(**HIDDEN)
    receipt = servicenow(VALUE, NOTE).write(AGAIN)
    assert receipt.found
    assert receipt.values["impact"] == "3"
    assert receipt.warnings == ()
    assert not look.patched()


def test_without_any_readable_journal_the_values_tell(servicenow: Any, look: Look) -> None:
    look.record(impact="1")
    look.journal(json={"result": []})
    assert servicenow(VALUE, NOTE).write(AGAIN).found
    assert not look.patched()


@pytest.mark.parametrize("fields", [{"impact": "3"}, {"impact": "1", "sys_updated_by": "dana.reyes"}])
def test_values_that_differ_or_that_another_wrote_prove_nothing(
    servicenow: Any, look: Look, fields: dict[str, str]
) -> None:
    look.record(**fields)
    look.journal(**HIDDEN)
    servicenow(VALUE, NOTE).write(AGAIN)
    assert look.patched()


def test_a_note_alone_that_cannot_be_looked_for_is_repeated_and_said_so(servicenow: Any, look: Look) -> None:
    look.record()
    look.journal(**HIDDEN)
    receipt = servicenow(NOTE).write(AGAIN)
    assert look.patched()
    assert "may stand there twice" in receipt.warnings[0]


def test_values_alone_are_repeated_only_while_they_differ(servicenow: Any, look: Look) -> None:
    look.record(impact="1")
    assert servicenow(VALUE).write(AGAIN).found
    assert not look.patched()


def test_an_ambiguous_creation_is_looked_for_by_its_correlation_id(
    servicenow: Any, net: responses.RequestsMock
) -> None:
    match = [matchers.query_param_matcher({"sysparm_query": "correlation_id=op-7"}, strict_match=False)]
    net.get(f"{API}/incident", json={"result": [{"sys_id": ID, "correlation_id": "op-7"}]}, match=match)
    net.get(f"{API}/incident/{ID}", json=row(correlation_id="op-7"))
    there = servicenow(OutField("short_description", "Down"), OutField("correlation_id", "op-7"))
    receipt = there.write(RecordWrite(operation_id="op-7", record=None, changes=Changes(title="Down"), look_first=True))
    assert receipt.found
    assert {call.request.method for call in net.calls} == {"GET"}


def test_a_creation_always_bears_its_operation_id(servicenow: Any, net: responses.RequestsMock) -> None:
    net.post(f"{API}/u_outage", status=201, json=row())
    servicenow(OutField("short_description", "Down"), table="u_outage").write(creation(title="Down"))
    assert json.loads(net.calls[0].request.body) == {"short_description": "Down", "correlation_id": "op-7"}


def test_public_comments_have_no_word_of_ours(servicenow: Any, net: responses.RequestsMock) -> None:
    net.patch(f"{API}/incident/{ID}", json=row())
    servicenow(OutField("comments", "We are on it.", "comment")).write(update(comments=(Comment("x"),)))
    assert json.loads(net.calls[0].request.body) == {"comments": "We are on it."}


@pytest.mark.parametrize("sys_id", ["../sys_user/x", "a/b", "", "a?b", "ä"])
def test_a_sys_id_cannot_lead_elsewhere(servicenow: Any, net: responses.RequestsMock, sys_id: str) -> None:
    ref = RecordRef("there", "incident", sys_id, "")
    error = fails(servicenow(VALUE), RecordWrite(operation_id="op-7", record=ref, changes=Changes()))
    assert error.permanent
    assert len(net.calls) == 0


def test_a_table_cannot_lead_elsewhere(servicenow: Any, net: responses.RequestsMock) -> None:
    ref = RecordRef("there", "../sys_user", ID, "")
    assert fails(servicenow(VALUE), RecordWrite(operation_id="op-7", record=ref, changes=Changes())).permanent
    assert len(net.calls) == 0


TOKEN = "https://sn.example.com/oauth_token.do"


def oauth(**rest: Any) -> OAuth:
    return OAuth("client", Secret.of("hunter2"), **rest)


def test_a_token_is_fetched_once_and_used(servicenow: Any, net: responses.RequestsMock) -> None:
    net.post(TOKEN, json={"access_token": "tok-1", "expires_in": 1799})
    net.patch(f"{API}/incident/{ID}", json=row())
    there = servicenow(VALUE, auth=oauth())
    there.write(update())
    there.write(update())
    assert [call.request.headers.get("Authorization") for call in net.calls] == [None, "Bearer tok-1", "Bearer tok-1"]
    assert parse_qs(net.calls[0].request.body)["grant_type"] == ["client_credentials"]


def test_a_token_that_was_refused_is_fetched_anew_and_the_write_repeated(
    servicenow: Any, net: responses.RequestsMock
) -> None:
    net.post(TOKEN, json={"access_token": "tok-1", "expires_in": "1799"})
    net.post(TOKEN, json={"access_token": "tok-2", "expires_in": "1799"})
    net.patch(f"{API}/incident/{ID}", status=401, json={"error": {"message": "User Not Authenticated"}})
    net.patch(f"{API}/incident/{ID}", json=row())
    servicenow(VALUE, auth=oauth()).write(update())
    assert net.calls[-1].request.headers["Authorization"] == "Bearer tok-2"


def test_a_token_is_replaced_before_it_runs_out(servicenow: Any, net: responses.RequestsMock) -> None:
    net.post(TOKEN, json={"access_token": "tok-1", "expires_in": 0})
    net.patch(f"{API}/incident/{ID}", json=row())
    there = servicenow(VALUE, auth=oauth())
    there.write(update())
    there.write(update())
    assert len([call for call in net.calls if call.request.url == TOKEN]) == 2


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 401, "json": {"error": "server_error", "error_description": "access_denied hunter2"}},
        {"status": 500},
        {"body": requests.ReadTimeout()},
        {"json": {"scope": "none"}},
        {"body": "<html>"},
    ],
)
def test_a_token_that_cannot_be_had_leaves_no_write_in_doubt(
    servicenow: Any, net: responses.RequestsMock, answer: dict[str, Any]
) -> None:
    net.post(TOKEN, **answer)
    error = fails(servicenow(VALUE, auth=oauth(user="rung", password=Secret.of("hunter3"))), update())
    assert (error.ambiguous, error.platform_down, error.permanent) == (False, True, False)
    assert "hunter" not in error.message


def test_an_api_key_goes_in_its_own_header(servicenow: Any, net: responses.RequestsMock) -> None:
    net.patch(f"{API}/incident/{ID}", json=row())
    servicenow(VALUE, auth=ApiKey(Secret.of("key-1\n"))).write(update())
    assert net.calls[0].request.headers["x-sn-apikey"] == "key-1"
    assert "Authorization" not in net.calls[0].request.headers


def test_a_key_that_no_header_can_carry_is_told_without_being_shown(
    servicenow: Any, net: responses.RequestsMock
) -> None:
    error = fails(servicenow(VALUE, auth=ApiKey(Secret.of("hun\nter2"))), update())
    assert "API key" in error.message
    assert "ter2" not in error.message
    assert len(net.calls) == 0


def test_an_auth_that_servicenow_does_not_have_stops_the_start(servicenow: Any) -> None:
    with pytest.raises(ValueError, match="basic, oauth or api_key"):
        servicenow(auth=Bearer(Secret.of("x")))


def test_a_rotated_password_works_at_once(servicenow: Any, net: responses.RequestsMock) -> None:
    from connectors.config import Basic

    net.patch(f"{API}/incident/{ID}", json=row())
    values = iter(["old", "new"])
    there = servicenow(VALUE, auth=Basic("rung", Secret(lambda: next(values))))
    there.write(update())
    there.write(update())
    assert len({call.request.headers["Authorization"] for call in net.calls}) == 2


def test_an_api_key_needs_the_users_name_for_recognising_our_own_writes(servicenow: Any) -> None:
    with pytest.raises(DeliveryError, match="name the integration user"):
        servicenow(auth=ApiKey(Secret.of("x"))).identity()


def test_our_name_is_enough_when_users_may_not_be_read(servicenow: Any, net: responses.RequestsMock) -> None:
    net.get(f"{API}/sys_user", status=403, json={"error": {"message": "no"}})
    assert servicenow().identity().login == "rung.integration"
